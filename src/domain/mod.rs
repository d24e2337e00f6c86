//! Nouns and rules. No I/O, no async, no clock and no randomness of its own: both are arguments.

pub mod actor;
pub mod attempt;
pub mod campaign;
pub mod cancellation;
pub mod checkout;
pub mod counting;
pub mod declaration;
pub mod declaration_change;
pub mod email;
pub mod entitlement;
pub mod entropy;
pub mod gate;
pub mod id;
pub mod mail;
pub mod member;
pub mod member_file;
pub mod money;
pub mod newsroom;
pub mod payment;
pub mod payment_event;
pub mod plan;
pub mod projection;
pub mod session;
pub mod site;
pub mod subscription;
pub mod time;
