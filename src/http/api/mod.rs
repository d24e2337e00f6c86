//! The JSON API. What goes in and out is in `product.md`'s words and in the OpenAPI document.

pub mod access;
pub mod authorize_request;
pub mod billing_portal;
pub mod campaigns;
pub mod cancellations;
pub mod checkout;
pub mod continue_site;
pub mod fragment;
pub mod gifts;
pub mod health;
pub mod jwks;
pub mod me;
pub mod metrics;
pub mod openapi;
pub mod paging;
pub mod plans;
pub mod sign_in;
pub mod token;
