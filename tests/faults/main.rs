//! What goes wrong around the service: replies that are lost, processes that are killed, two at once on one file, secrets that
//! would leak.

#[path = "../support/mod.rs"]
mod support;

mod address_takeover;
mod crash;
mod cutting_proxy;
mod lost_reply;
mod process;
mod secrets;
