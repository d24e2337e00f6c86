//! What waits for the next invoice: a switch's credits and charges.

use serde_json::{Value, json};

use crate::core::{
    blank::filled,
    json::Peek,
    world::{PRIVATE, World},
};

/// A sum that the next invoice will carry.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Whose subscription it is about.
    pub subscription: String,
    /// The subscription's item.
    pub item: String,
    /// The price that is credited or charged for the rest of the period.
    pub price: String,
    /// How many of it.
    pub quantity: i64,
    /// Minor units; a credit is negative.
    pub amount_minor: i64,
    /// What the invoice says of it.
    pub description: String,
    /// The rest of the period, unix seconds.
    pub period: (i64, i64),
}

/// Adds an invoice item that waits.
pub fn add(world: &mut World, pending: &Pending) -> String {
    let id = world.new_id("invoiceitem");
    let price = world.get(&pending.price).clone();
    let credited = if pending.amount_minor < 0 { credited_line(world, pending) } else { Value::Null };
    let own = filled(
        "invoiceitem",
        json!({
            "id": id,
            "amount": pending.amount_minor,
            "currency": price["currency"],
            "customer": world.get(&pending.subscription)["customer"],
            "date": world.now(),
            "description": pending.description,
            "net_amount": pending.amount_minor,
            "parent": {
                "subscription_details": { "subscription": pending.subscription, "subscription_item": pending.item },
                "type": "subscription_details",
            },
            "period": { "end": pending.period.1, "start": pending.period.0 },
            "pricing": {
                "price_details": { "price": pending.price, "product": price["product"] },
                "type": "price_details",
                "unit_amount_decimal": (pending.amount_minor as f64 / pending.quantity.max(1) as f64).to_string(),
            },
            "proration_details": { "credited_items": credited, "discount_amounts": [] },
            "test_clock": world.get(&pending.subscription)["test_clock"],
            "quantity": pending.quantity,
            "quantity_decimal": pending.quantity.to_string(),
        }),
    );
    world.insert(own);
    world.announce("invoiceitem.created", &id);
    id
}

/// The line that billed the period which is now given back.
fn credited_line(world: &World, pending: &Pending) -> Value {
    let billed = world.newest("invoice").find_map(|invoice| {
        let line = invoice["lines"].items("data").iter().find(|line| {
            let details = &line["parent"]["subscription_item_details"];
            details.str("subscription_item") == pending.item && line["period"].int("end") == pending.period.1
        })?;
        Some((invoice["id"].clone(), line["id"].clone()))
    });
    billed.map_or(Value::Null, |(invoice, line)| {
        json!({
            "invoice_item": null,
            "invoice_line_item_details": { "invoice": invoice, "invoice_line_items": [line] },
            "type": "invoice_line_items",
        })
    })
}

/// The invoice items of a subscription that wait, newest first.
pub fn of_subscription(world: &World, subscription: &str) -> Vec<String> {
    let waits = |item: &&Value| {
        item["invoice"].is_null()
            && !item[PRIVATE].flag("deleted")
            && item["parent"]["subscription_details"].str("subscription") == subscription
    };
    world.newest("invoiceitem").filter(waits).map(|item| item.str("id").to_owned()).collect()
}

/// Puts what waits onto an invoice: its lines, newest first, as Stripe sorts them.
pub fn take(world: &mut World, invoice: &str, subscription: &str) -> Vec<Value> {
    let mut lines = Vec::new();
    for id in of_subscription(world, subscription) {
        world.change(&id, |item| item["invoice"] = json!(invoice));
        lines.push(line(world, &id, invoice, subscription));
    }
    lines
}

fn line(world: &mut World, id: &str, invoice: &str, subscription: &str) -> Value {
    let item = world.get(id).clone();
    let credited = &item["proration_details"]["credited_items"]["invoice_line_item_details"];
    let subscription_item = &item["parent"]["subscription_details"]["subscription_item"];
    filled(
        "line_item",
        json!({
            "id": world.new_id("line_item"),
            "amount": item["amount"],
            "currency": item["currency"],
            "description": item["description"],
            "discountable": false,
            "invoice": invoice,
            "metadata": {},
            "parent": {
                "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": id,
                    "proration": true,
                    "proration_details": { "credited_items": credited },
                    "subscription": subscription,
                    "subscription_item": subscription_item,
                },
                "type": "subscription_item_details",
            },
            "period": item["period"],
            "pricing": item["pricing"],
            "quantity": item["quantity"],
            "subscription": subscription,
            "subtotal": item["amount"],
        }),
    )
}
