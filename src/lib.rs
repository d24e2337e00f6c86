//! Masthead: membership and paywall campaigns for newsrooms, self-hosted.
//!
//! The rooms and who may import whom are drawn in ARCHITECTURE.md; `tests/architecture.rs` holds them.

pub mod domain;
pub mod gateway;
pub mod store;
