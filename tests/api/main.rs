//! The HTTP API over the wire, a file for each part of it, on both databases.

#[path = "../support/mod.rs"]
mod support;

mod alike;
mod apply;
mod backup;
mod campaigns;
mod cancellations;
mod card_testing;
mod catalogue;
mod checkout;
mod checkout_extras;
mod continue_site;
mod deleted_member;
mod entered_members;
mod expect;
mod give;
mod health;
mod history;
mod hostile_bodies;
mod hostile_words;
mod keys;
mod lifecycle;
mod metrics;
mod notices;
mod openapi;
mod origins;
mod price_move;
mod problem_pages;
mod proxy_authorize;
mod proxy_base_path;
mod proxy_gate;
mod proxy_ground;
mod reader_pages;
mod recount;
mod refunds;
mod replay;
mod sign_in;
mod sign_in_limits;
mod site_secret;
mod statement;
mod sweep;
mod tokens;
mod two_payments;
mod webhooks;
mod widgets;
