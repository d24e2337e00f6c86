//! What is always true, tried by many made-up histories. A failing one is printed with its seed.

#[path = "../support/mod.rs"]
mod support;

mod counting;
mod events;
mod expiry;
mod gate;
mod made_up;
mod projection;
mod return_to;
mod signature;
mod statement;
mod tally;
mod walk;
