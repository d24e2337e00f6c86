//! What goes wrong around the service: replies that are lost, a service that is killed, two programs at once on one file,
//! secrets that would leak.

#[path = "../support/mod.rs"]
mod support;

mod address_takeover;
mod cancelled;
mod crash;
mod cutting_proxy;
mod database_hung;
mod demonstration;
mod disk_full;
mod hanging_proxy;
mod lost_reply;
mod migration;
mod secrets;
