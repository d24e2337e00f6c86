//! The command line: what it says when it cannot do what it was asked, and what `masthead dev` promises.

#[path = "../faults/demonstration.rs"]
mod demonstration;
#[path = "../support/mod.rs"]
mod support;

mod check_config;
mod dev;
mod dev_beside;
mod dev_stripe;
mod gifts;
mod members;
mod newsroom;
mod reconcile;
mod refusals;
mod run_guide;
mod sandbox;
mod serve;
mod settings;
mod site_secret;
mod stopping;
mod stripe_webhook;
mod tax;
