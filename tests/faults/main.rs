//! What goes wrong around the service: replies that are lost, a service that is killed, two programs at once on one file,
//! secrets that would leak.

#[path = "../support/mod.rs"]
mod support;
// What answers are held to; not everything of it is used here.
#[allow(dead_code)]
#[path = "../api/expect.rs"]
mod expect;

mod address_takeover;
mod cancelled;
mod crash;
mod cross_origin;
mod cutting_proxy;
mod database_hung;
mod demonstration;
mod disk_full;
mod foreign_ids;
mod hanging_proxy;
mod lost_reply;
mod migration;
mod public_knowledge;
mod secrets;
mod slow_customer;
mod spoofed_host;
