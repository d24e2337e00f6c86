//! What handlers take from a request, parsed at the door.

pub mod browser;
mod client;
pub mod country;
mod form;
mod json;
mod origin;
mod signed_in;

pub use client::ClientAddress;
pub use form::Form;
pub use json::{Json, read_body};
pub use origin::OwnOrigin;
pub use signed_in::SignedIn;
