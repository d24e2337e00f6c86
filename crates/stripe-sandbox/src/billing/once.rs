//! A one-time payment's invoice, for sessions that ask for one: drawn up when the money is there, and paid by it.

use serde_json::{Value, json};

use super::{
    collect, discount,
    totals::{self, Terms},
};
use crate::core::{
    blank::filled,
    json::{Peek, envelope, fresh_metadata},
    world::{PRIVATE, World},
};

/// Draws up the invoice of a paid session, if it asks for one; else its discounts are counted all the same.
pub fn bill(world: &mut World, session_id: &str) {
    let session = world.get(session_id).clone();
    if session.str("mode") != "payment" {
        return;
    }
    let given = discount::given_to(&session);
    if !session["invoice_creation"].flag("enabled") {
        given.iter().for_each(|one| discount::redeem(world, one));
        return;
    }
    let customer = session.str("customer").to_owned();
    let place = discount::Place { customer: &customer, subscription: None, session: Some(session_id) };
    let discounts = given.iter().map(|one| discount::begin(world, one, place)).collect();
    let id = insert(world, &session);
    let terms = Terms { discounts, automatic_tax: session["automatic_tax"].flag("enabled") };
    totals::write_on_invoice(world, &id, &terms);
    world.announce("invoice.created", &id);
    collect::finalize_with(world, &id, session[PRIVATE].text("payment_intent").map(str::to_owned));
    if world.get(&id).str("status") == "open" {
        collect::mark_paid(world, &id, true);
    }
    world.change(session_id, |session| session["invoice"] = json!(id));
}

fn insert(world: &mut World, session: &Value) -> String {
    let id = world.new_id("invoice");
    let lines: Vec<Value> = session[PRIVATE].items("line_items").iter().map(|one| line(world, &id, one)).collect();
    let customer = world.render(session.str("customer"));
    let wanted = &session["invoice_creation"]["invoice_data"];
    let now = world.now();
    world.insert(filled(
        "invoice",
        json!({
            "id": id,
            "auto_advance": false,
            "billing_reason": "manual",
            "created": now,
            "currency": session["currency"],
            "customer": session["customer"],
            "customer_address": customer["address"],
            "customer_email": customer["email"],
            "customer_name": customer["name"],
            "customer_phone": customer["phone"],
            "description": wanted["description"],
            "footer": wanted["footer"],
            "lines": envelope(lines, false, &format!("/v1/invoices/{id}/lines")),
            "metadata": fresh_metadata(wanted.get("metadata")),
            "period_end": now,
            "period_start": now,
            "subtotal": session["amount_subtotal"],
        }),
    ))
}

fn line(world: &mut World, invoice: &str, bought: &Value) -> Value {
    let price = world.get(bought.str("price")).clone();
    let now = world.now();
    filled(
        "line_item",
        json!({
            "id": world.new_id("line_item"),
            "amount": bought["amount_subtotal"],
            "currency": bought["currency"],
            "description": bought["description"],
            "invoice": invoice,
            "metadata": {},
            "parent": {
                "invoice_item_details": { "invoice_item": world.new_id("invoiceitem"), "proration": false, "proration_details": null, "subscription": null },
                "subscription_item_details": null,
                "type": "invoice_item_details",
            },
            "period": { "end": now, "start": now },
            "pricing": {
                "price_details": { "price": price["id"], "product": price["product"] },
                "type": "price_details",
                "unit_amount_decimal": (bought.int("amount_subtotal") / bought.int("quantity").max(1)).to_string(),
            },
            "quantity": bought["quantity"],
            "subtotal": bought["amount_subtotal"],
        }),
    )
}
