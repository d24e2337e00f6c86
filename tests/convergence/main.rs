//! Convergence: whatever Stripe sends, in whatever order, twice or never, and whenever the server is killed, what is stored here
//! is in the end what Stripe's objects say.
//!
//! Seeded histories of memberships are played with a newsroom and the sandbox; then `oracle`, which reads the sandbox's
//! objects and shares no code with the service, says what must be stored. `CONVERGENCE_SEED=7` plays the round of one seed alone;
//! `CONVERGENCE_HISTORIES=100000` plays that many.

mod arena;
mod compare;
mod gifts;
mod history;
mod objects;
mod once;
mod oracle;
mod play;
mod rounds;
#[path = "../support/mod.rs"]
mod support;
