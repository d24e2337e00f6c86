//! The sandbox over real HTTP: one test binary, a file a concern.

mod billing;
mod books;
mod catalogue;
mod checkout;
mod clock;
mod credit_notes;
mod debits;
mod door;
mod errors;
mod faults;
mod histories;
mod idempotency;
mod money_back;
mod official_client;
mod pages;
mod pending_updates;
mod persistence;
mod phases;
mod portal;
mod resuming;
mod sales;
mod support;
mod switching;
mod tax;
mod test_clocks;
mod webhooks;
