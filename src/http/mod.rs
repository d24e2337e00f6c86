//! The only room that speaks HTTP. Handlers are thin: parse at the door, call a flow, answer.

pub mod api;
mod cached;
mod cors;
mod edge;
pub mod extract;
mod given_up;
mod openapi;
pub mod page;
mod problem;
mod route_table;
mod routes;
mod state;
mod webhook;

pub use edge::edge;
pub use problem::{FieldFault, Problem};
pub use route_table::Endpoint;
pub use routes::{configure, endpoints};
pub use state::{DevLinks, State};
