//! The only room that speaks HTTP. Handlers are thin: parse at the door, call a flow, answer.

pub mod api;
mod cached;
mod cors;
mod edge;
pub mod extract;
pub mod page;
mod problem;
mod routes;
mod state;
mod webhook;

pub use edge::edge;
pub use problem::{FieldFault, Problem};
pub use routes::configure;
pub use state::{DevLinks, State};
