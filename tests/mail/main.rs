//! Mail through real mail servers that refuse, delay and break off, on both databases.

#[path = "../support/mod.rs"]
mod support;

mod certificates;
mod delivery;
mod dkim;
mod headers;
mod hostile;
mod office;
mod refusals;
mod server;
mod whole;
