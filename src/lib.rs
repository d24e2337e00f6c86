//! Masthead: membership and paywall campaigns for newsrooms, self-hosted.
//!
//! The rooms and who may import whom are drawn in ARCHITECTURE.md; `tests/architecture.rs` holds them.

pub mod app;
pub mod command;
pub mod config;
pub mod domain;
pub mod flow;
pub mod gateway;
pub mod http;
pub mod store;
pub mod text;
pub mod token;
pub mod worker;
