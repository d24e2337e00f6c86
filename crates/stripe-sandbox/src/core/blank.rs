//! New objects: every field that Stripe's object has, as it is at first, and then what this one has of its own.

use std::{collections::HashMap, sync::LazyLock};

use serde_json::Value;

/// The blank forms by object type; the files are Stripe's objects with nothing in them.
const FORMS: &[(&str, &str)] = &[
    ("account", include_str!("../blank/account.json")),
    ("balance_transaction", include_str!("../blank/balance_transaction.json")),
    ("billing_portal.configuration", include_str!("../blank/billing_portal.configuration.json")),
    ("charge", include_str!("../blank/charge.json")),
    ("checkout.session", include_str!("../blank/checkout.session.json")),
    ("coupon", include_str!("../blank/coupon.json")),
    ("credit_note", include_str!("../blank/credit_note.json")),
    ("credit_note_line_item", include_str!("../blank/credit_note_line_item.json")),
    ("customer", include_str!("../blank/customer.json")),
    ("customer_balance_transaction", include_str!("../blank/customer_balance_transaction.json")),
    ("dispute", include_str!("../blank/dispute.json")),
    ("invoice", include_str!("../blank/invoice.json")),
    ("invoice_payment", include_str!("../blank/invoice_payment.json")),
    ("invoiceitem", include_str!("../blank/invoiceitem.json")),
    ("line_item", include_str!("../blank/line_item.json")),
    ("mandate", include_str!("../blank/mandate.json")),
    ("payment_intent", include_str!("../blank/payment_intent.json")),
    ("payment_method", include_str!("../blank/payment_method.json")),
    ("price", include_str!("../blank/price.json")),
    ("product", include_str!("../blank/product.json")),
    ("discount", include_str!("../blank/discount.json")),
    ("promotion_code", include_str!("../blank/promotion_code.json")),
    ("radar.early_fraud_warning", include_str!("../blank/radar.early_fraud_warning.json")),
    ("refund", include_str!("../blank/refund.json")),
    ("subscription", include_str!("../blank/subscription.json")),
    ("subscription_item", include_str!("../blank/subscription_item.json")),
    ("tax_id", include_str!("../blank/tax_id.json")),
    ("tax_rate", include_str!("../blank/tax_rate.json")),
    ("webhook_endpoint", include_str!("../blank/webhook_endpoint.json")),
];

static PARSED: LazyLock<HashMap<&'static str, Value>> =
    LazyLock::new(|| FORMS.iter().map(|(object, text)| (*object, parse(text))).collect());

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// The blank form of an object type with these fields written in.
pub fn filled(object: &str, own: Value) -> Value {
    let mut form = PARSED.get(object).cloned().unwrap_or_default();
    for (field, value) in own.as_object().into_iter().flatten() {
        form[field] = value.clone();
    }
    form
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_is_an_object_of_its_own_type() {
        for (object, text) in FORMS {
            assert_eq!(parse(text)["object"], json!(object));
        }
    }

    #[test]
    fn own_fields_replace_blank_ones() {
        let made = filled("customer", json!({ "id": "cus_1", "email": "a@b.io" }));
        assert_eq!((&made["email"], &made["tax_exempt"]), (&json!("a@b.io"), &json!("none")));
    }
}
