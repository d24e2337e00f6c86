//! The paper as a running server, beside a small Masthead that issues real tokens.

mod counter;
mod gated_body;
mod headers;
mod lifetime;
mod passes;
mod renewal;
mod sign_in;
mod sign_out;
mod support;
mod token_attacks;
