//! Drawing up an invoice.

use serde_json::{Value, json};

use crate::core::{json::Peek, json::envelope, world::World};

/// What an invoice is for.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Who pays.
    pub customer: String,
    /// The subscription billed.
    pub subscription: String,
    /// `subscription_create`, `subscription_cycle` …
    pub reason: &'static str,
    /// Start of the invoice's own period, unix seconds.
    pub period_start: i64,
    /// End of the invoice's own period, unix seconds.
    pub period_end: i64,
}

/// Draws up the draft invoice of a subscription's items, each for its current period.
pub fn draw(world: &mut World, draft: &Draft) -> String {
    let customer = world.render(&draft.customer);
    let subscription = world.render(&draft.subscription);
    let id = world.new_id("invoice");
    let items = subscription["items"].items("data").to_vec();
    let lines: Vec<Value> = items.iter().map(|item| line(world, &id, draft, item)).collect();
    let total: i64 = lines.iter().map(|line| line.int("amount")).sum();
    let mut invoice = head(world, &id, draft, &customer, total);
    invoice["currency"] = subscription["currency"].clone();
    invoice["default_payment_method"] = Value::Null;
    invoice["lines"] = envelope(lines, false, &format!("/v1/invoices/{id}/lines"));
    invoice["parent"] = json!({
        "quote_details": null,
        "subscription_details": { "metadata": subscription["metadata"], "subscription": draft.subscription },
        "type": "subscription_details",
    });
    world.insert(invoice);
    world.announce("invoice.created", &id);
    id
}

fn line(world: &mut World, invoice: &str, draft: &Draft, item: &Value) -> Value {
    let price = &item["price"];
    let quantity = item.number("quantity").unwrap_or(1);
    let amount = price.int("unit_amount") * quantity;
    let product = world.get(price.str("product")).str("name").to_owned();
    let unit = price["recurring"].str("interval").to_owned();
    let each = crate::core::money::written(price.int("unit_amount"), price.str("currency"));
    json!({
        "id": world.new_id("line_item"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": format!("{quantity} × {product} (at {each} / {unit})"),
        "discount_amounts": [],
        "discountable": true,
        "discounts": [],
        "invoice": invoice,
        "livemode": false,
        "metadata": item["metadata"],
        "parent": {
            "invoice_item_details": null,
            "subscription_item_details": {
                "invoice_item": null,
                "proration": false,
                "proration_details": { "credited_items": null },
                "subscription": draft.subscription,
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": { "end": item["current_period_end"], "start": item["current_period_start"] },
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": { "price": price["id"], "product": price["product"] },
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": quantity,
        "subscription": draft.subscription,
        "subtotal": amount,
        "taxes": [],
    })
}

fn head(world: &World, id: &str, draft: &Draft, customer: &Value, total: i64) -> Value {
    json!({
        "id": id,
        "object": "invoice",
        "account_country": "IE",
        "account_name": "Sandbox",
        "account_tax_ids": null,
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "application": null,
        "attempt_count": 0,
        "attempted": false,
        "auto_advance": true,
        "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null },
        "automatically_finalizes_at": null,
        "billing_reason": draft.reason,
        "collection_method": "charge_automatically",
        "created": world.now(),
        "currency": null,
        "custom_fields": null,
        "customer": draft.customer,
        "customer_account": null,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": null,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": null,
        "default_source": null,
        "default_tax_rates": [],
        "description": null,
        "discounts": [],
        "due_date": null,
        "effective_at": null,
        "ending_balance": null,
        "footer": null,
        "from_invoice": null,
        "hosted_invoice_url": null,
        "invoice_pdf": null,
        "issuer": { "type": "self" },
        "last_finalization_error": null,
        "latest_revision": null,
        "lines": null,
        "livemode": false,
        "metadata": {},
        "next_payment_attempt": null,
        "number": null,
        "on_behalf_of": null,
        "parent": null,
        "payment_settings": { "default_mandate": null, "payment_method_options": null, "payment_method_types": null },
        "period_end": draft.period_end,
        "period_start": draft.period_start,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": null,
        "rendering": null,
        "shipping_cost": null,
        "shipping_details": null,
        "starting_balance": 0,
        "statement_descriptor": null,
        "status": "draft",
        "status_transitions": { "finalized_at": null, "marked_uncollectible_at": null, "paid_at": null, "voided_at": null },
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": null,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": null,
    })
}
