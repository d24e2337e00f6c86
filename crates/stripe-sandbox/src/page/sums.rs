//! What stands between an invoice's lines and what is paid of it, in words.

use serde_json::Value;

use crate::core::{json::Peek, money::written};

/// Each with its amount: the discount, tax with its place, what the customer's balance pays or adds, and what was credited.
pub fn between(invoice: &Value) -> Vec<(&'static str, String)> {
    let off: i64 = invoice.items("total_discount_amounts").iter().map(|one| one.int("amount")).sum();
    let taxes = invoice.items("total_taxes").iter().map(|tax| {
        let inside = tax.str("tax_behavior") == "inclusive";
        (if inside { "Tax, in the sum" } else { "Tax" }, tax.int("amount"))
    });
    let credited = invoice.int("pre_payment_credit_notes_amount");
    let balance =
        if invoice.int("total") > 0 { invoice.int("amount_due") + credited - invoice.int("total") } else { 0 };
    std::iter::once(("Discount", -off))
        .chain(taxes)
        .chain([("From your balance", balance), ("Credited", -credited)])
        .filter(|(_, minor)| *minor != 0)
        .map(|(words, minor)| (words, written(minor, invoice.str("currency"))))
        .collect()
}
