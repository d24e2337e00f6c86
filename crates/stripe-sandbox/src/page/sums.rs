//! What stands between an invoice's lines and what is paid of it, in words.

use serde_json::Value;

use crate::core::{json::Peek, money::written};

/// Each with its amount: the discount, the tax on top, and what the customer's balance pays or adds.
pub fn between(invoice: &Value) -> Vec<(&'static str, String)> {
    let off: i64 = invoice.items("total_discount_amounts").iter().map(|one| one.int("amount")).sum();
    let tax = invoice.int("total") - (invoice.int("subtotal") - off);
    let balance = if invoice.int("total") > 0 { invoice.int("amount_due") - invoice.int("total") } else { 0 };
    [("Discount", -off), ("Tax", tax), ("From your balance", balance)]
        .into_iter()
        .filter(|(_, minor)| *minor != 0)
        .map(|(words, minor)| (words, written(minor, invoice.str("currency"))))
        .collect()
}
