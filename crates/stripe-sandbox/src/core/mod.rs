//! What every object stands on: the state, parameters, events, deliveries.

pub mod blank;
pub mod calendar;
pub mod card;
pub mod debit;
pub mod delivery;
pub mod error;
pub mod event;
pub mod fault;
pub mod form;
pub mod idempotency;
pub mod ids;
pub mod json;
pub mod listing;
pub mod money;
pub mod own_time;
pub mod persist;
pub mod refusal;
pub mod render;
pub mod schema;
pub mod settings;
pub mod world;
