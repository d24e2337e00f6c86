//! What is always true, tried by many made-up histories. A failing one is printed with its seed.

#[path = "../support/mod.rs"]
mod support;

mod walk;
