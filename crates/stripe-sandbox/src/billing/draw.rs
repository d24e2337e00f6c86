//! Drawing up an invoice.

use serde_json::{Value, json};

use super::{balance, discount, pending, totals};
use crate::core::{blank::filled, json::Peek, json::envelope, world::World};

/// What an invoice bills besides what waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bills {
    /// Every item for its current period.
    Periods,
    /// Every item for a period that costs nothing.
    Trial,
    /// Only what waits.
    Nothing,
}

/// What an invoice is for.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Who pays.
    pub customer: String,
    /// The subscription billed.
    pub subscription: String,
    /// `subscription_create`, `subscription_cycle` …
    pub reason: &'static str,
    /// Whether the items are billed.
    pub bills: Bills,
    /// Start of the invoice's own period, unix seconds.
    pub period_start: i64,
    /// End of the invoice's own period, unix seconds.
    pub period_end: i64,
}

/// Draws up the draft invoice of what waits and of a subscription's items, each for its current period.
pub fn draw(world: &mut World, draft: &Draft) -> String {
    let customer = world.render(&draft.customer);
    let subscription = world.render(&draft.subscription);
    let id = world.new_id("invoice");
    let mut lines = pending::take(world, &id, &draft.subscription);
    let items = if draft.bills == Bills::Nothing { &[] } else { subscription["items"].items("data") };
    lines.extend(items.iter().map(|item| line(world, &id, draft, item)));
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
    let terms = totals::Terms {
        discounts: discount::working(world, &draft.subscription, draft.period_end),
        automatic_tax: subscription["automatic_tax"].flag("enabled"),
    };
    totals::write_on_invoice(world, &id, &terms);
    discount::used(world, &draft.subscription, &id);
    balance::reckon(world, &id);
    world.announce("invoice.created", &id);
    id
}

fn line(world: &mut World, invoice: &str, draft: &Draft, item: &Value) -> Value {
    let price = &item["price"];
    let quantity = item.number("quantity").unwrap_or(1);
    let trial = draft.bills == Bills::Trial;
    let amount = if trial { 0 } else { price.int("unit_amount") * quantity };
    let product = world.get(price.str("product")).str("name").to_owned();
    let unit = price["recurring"].str("interval").to_owned();
    let each = crate::core::money::written(price.int("unit_amount"), price.str("currency"));
    filled(
        "line_item",
        json!({
            "id": world.new_id("line_item"),
            "amount": amount,
            "currency": price["currency"],
            "description": if trial { format!("Trial period for {product}") } else { format!("{quantity} × {product} (at {each} / {unit})") },
            "invoice": invoice,
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
            "pricing": {
                "price_details": { "price": price["id"], "product": price["product"] },
                "type": "price_details",
                "unit_amount_decimal": price["unit_amount_decimal"],
            },
            "quantity": quantity,
            "subscription": draft.subscription,
            "subtotal": amount,
        }),
    )
}

fn head(world: &World, id: &str, draft: &Draft, customer: &Value, total: i64) -> Value {
    filled(
        "invoice",
        json!({
            "id": id,
            "amount_due": total.max(0),
            "amount_remaining": total.max(0),
            "billing_reason": draft.reason,
            "created": world.now(),
            "customer": draft.customer,
            "customer_address": customer["address"],
            "customer_email": customer["email"],
            "customer_name": customer["name"],
            "customer_phone": customer["phone"],
            "period_end": draft.period_end,
            "period_start": draft.period_start,
            "subtotal": total,
            "subtotal_excluding_tax": total,
            "test_clock": customer["test_clock"],
            "total": total,
            "total_excluding_tax": total,
        }),
    )
}
