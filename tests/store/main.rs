//! Every store function, on both databases. One file a noun, as in `src/store/`.

#[path = "../support/mod.rs"]
mod support;

mod ground;

mod attempt;
mod audit;
mod budget;
mod campaign;
mod campaign_member;
mod cancellation;
mod checkout;
mod continue_code;
mod contribution;
mod customer;
mod entered_right;
mod entitlement;
mod gate;
mod gateway_account;
mod gift;
mod idempotency;
mod instance;
mod member;
mod notice;
mod outbox;
mod payment_ledger;
mod person;
mod plan;
mod price;
mod price_move;
mod schema;
mod session;
mod signing_key;
mod site;
mod site_secret;
mod subscription;
mod transaction;
mod webhook_event;
