//! The only room that speaks HTTP. Handlers are thin: parse at the door, call a flow, answer.

pub mod api;
mod cors;
mod edge;
pub mod extract;
mod given_up;
pub mod page;
mod problem;
mod routes;
mod state;
mod webhook;

pub use edge::edge;
pub use problem::{FieldFault, Problem};
pub use routes::configure;
pub use state::{DevLinks, State};
