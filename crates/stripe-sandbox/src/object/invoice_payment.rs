//! Invoice payments: which payment an invoice is, or was, paid by.

use serde_json::{Value, json};

use crate::{
    core::{
        blank::filled,
        json::Peek,
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, opt, req},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, get},
};

const PAYMENT: &[Field] = &[
    req("type", Kind::OneOf(&["payment_intent", "payment_record"])),
    opt("payment_intent", Kind::Text),
    opt("payment_record", Kind::Text),
];
const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    CREATED,
    opt("invoice", Kind::Text),
    opt("payment", Kind::Object(PAYMENT)),
    opt("status", Kind::OneOf(&["canceled", "open", "paid"])),
];

/// The endpoints.
pub const ROUTES: &[Route] =
    &[get("/v1/invoice_payments", LIST, list), get("/v1/invoice_payments/{id}", &[], retrieve)];

/// Adds the open payment of a finalized invoice.
pub fn insert(world: &mut World, invoice: &Value, intent: &str) {
    let id = world.new_id("invoice_payment");
    let own = filled(
        "invoice_payment",
        json!({
            "id": id,
            "amount_requested": invoice["amount_due"],
            "created": world.now(),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "payment": { "payment_intent": intent, "type": "payment_intent" },
        }),
    );
    world.insert(own);
    world.change(invoice.str("id"), |invoice| invoice[PRIVATE]["payment"] = json!(id));
}

/// The invoice's own payment, if it has one.
pub fn of_invoice(world: &World, invoice: &str) -> Option<(String, String)> {
    let payment = world.find(world.get(invoice)[PRIVATE].text("payment")?)?;
    Some((payment.str("id").to_owned(), payment["payment"].str("payment_intent").to_owned()))
}

/// The invoice that a payment is for.
pub fn invoice_of(world: &World, intent: &str) -> Option<String> {
    let payment = world.newest("invoice_payment").find(|one| one["payment"].str("payment_intent") == intent)?;
    Some(payment.str("invoice").to_owned())
}

/// Marks the invoice's payment as paid.
pub fn mark_paid(world: &mut World, id: &str) {
    let now = world.now();
    world.change(id, |payment| {
        payment["amount_paid"] = payment["amount_requested"].clone();
        payment["status"] = json!("paid");
        payment["status_transitions"]["paid_at"] = json!(now);
    });
    world.announce("invoice_payment.paid", id);
}

/// Marks the invoice's payment as given up.
pub fn mark_canceled(world: &mut World, id: &str) {
    let now = world.now();
    world.change(id, |payment| {
        payment["status"] = json!("canceled");
        payment["status_transitions"]["canceled_at"] = json!(now);
    });
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let intent = call.params.at("payment").text("payment_intent");
    world.list("invoice_payment", &call.params, "/v1/invoice_payments", |payment| {
        matches(payment, &call.params, "invoice")
            && matches(payment, &call.params, "status")
            && intent.is_none_or(|wanted| payment["payment"].str("payment_intent") == wanted)
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("invoice_payment", call.id(), "invoice_payment").map(|payment| world.show(payment))
}
