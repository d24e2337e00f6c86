//! Stripe's objects, one file each: what the API accepts, answers and writes.

use crate::http::route::Route;

pub mod account;
pub mod balance_transaction;
pub mod charge;
pub mod checkout_line;
pub mod checkout_params;
pub mod checkout_session;
pub mod coupon;
pub mod credit_note;
pub mod customer;
pub mod customer_balance;
pub mod dispute;
pub mod early_fraud_warning;
pub mod event;
pub mod invoice;
pub mod invoice_item;
pub mod invoice_payment;
pub mod invoice_preview;
pub mod mandate;
pub mod payment_intent;
pub mod payment_method;
pub mod portal_configuration;
pub mod portal_flow;
pub mod portal_session;
pub mod price;
pub mod product;
pub mod promotion_code;
pub mod refund;
pub mod subscription;
pub mod subscription_change;
pub mod subscription_item;
pub mod subscription_pause;
pub mod tax_id;
pub mod tax_rate;
pub mod test_clock;
pub mod webhook_endpoint;

/// All endpoints of the API.
pub const ROUTES: &[&[Route]] = &[
    account::ROUTES,
    balance_transaction::ROUTES,
    charge::ROUTES,
    checkout_session::ROUTES,
    coupon::ROUTES,
    credit_note::ROUTES,
    customer::ROUTES,
    customer_balance::ROUTES,
    dispute::ROUTES,
    early_fraud_warning::ROUTES,
    event::ROUTES,
    invoice_preview::ROUTES,
    invoice::ROUTES,
    invoice_item::ROUTES,
    invoice_payment::ROUTES,
    mandate::ROUTES,
    payment_intent::ROUTES,
    payment_method::ROUTES,
    portal_configuration::ROUTES,
    portal_session::ROUTES,
    price::ROUTES,
    product::ROUTES,
    promotion_code::ROUTES,
    refund::ROUTES,
    subscription::ROUTES,
    subscription_item::ROUTES,
    subscription_pause::ROUTES,
    test_clock::ROUTES,
    tax_id::ROUTES,
    tax_rate::ROUTES,
    webhook_endpoint::ROUTES,
];
