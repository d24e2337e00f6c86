//! The HTTP side: Stripe's API, the sandbox's own controls, the hosted pages.

pub mod api;
pub mod control;
pub mod control_money;
pub mod control_next;
pub mod cut;
pub mod route;
pub mod server;
