//! What handlers take from a request, parsed at the door.

mod client;
mod json;
mod origin;

pub use client::ClientAddress;
pub use json::Json;
pub use origin::OwnOrigin;
