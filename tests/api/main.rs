//! The HTTP API over the wire, a file for each part of it, on both databases.

#[path = "../support/mod.rs"]
mod support;

mod campaigns;
mod checkout;
mod continue_site;
mod deleted_member;
mod expect;
mod hostile_bodies;
mod hostile_words;
mod lifecycle;
mod origins;
mod problem_pages;
mod sign_in;
mod sign_in_limits;
mod tokens;
mod two_payments;
mod webhooks;
mod widgets;
