//! Charges: one attempt on one card.

use serde_json::{Value, json};

use super::balance_transaction;
use crate::{
    billing::dispute,
    core::{
        blank::filled,
        card::Decline,
        json::{Peek, copy_given, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt},
        world::World,
    },
    http::route::{Call, Outcome, Route, get, post},
};

const LIST: &[Field] =
    &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CREATED, opt("customer", Kind::Text), opt("payment_intent", Kind::Text)];
const UPDATE: &[Field] = &[clear("description", Kind::Text), clear("metadata", Kind::Metadata)];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    get("/v1/charges", LIST, list),
    get("/v1/charges/{id}", &[], retrieve),
    post("/v1/charges/{id}", UPDATE, update),
    get("/v1/charges/{id}/refunds", &[LIMIT, STARTING_AFTER, ENDING_BEFORE], refunds),
];

/// Adds the charge of a payment's attempt; a decline makes it a failed one.
pub fn insert(world: &mut World, intent_id: &str, decline: Option<Decline>) -> String {
    let intent = world.render(intent_id);
    let method = world.render(intent.str("payment_method"));
    let id = world.new_id("charge");
    let amount = intent.int("amount");
    let receipt = world.page_url(&format!("/r/{id}"));
    world.insert(filled(
        "charge",
        json!({
            "id": id,
            "amount": amount,
            "amount_captured": if decline.is_none() { amount } else { 0 },
            "billing_details": method["billing_details"],
            "captured": decline.is_none(),
            "created": world.now(),
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "failure_code": decline.map(|decline| decline.code),
            "failure_message": decline.map(|decline| decline.message),
            "metadata": intent["metadata"],
            "outcome": outcome(decline),
            "paid": decline.is_none(),
            "payment_intent": intent_id,
            "payment_method": intent["payment_method"],
            "payment_method_details": details(&method, amount),
            "receipt_url": decline.is_none().then_some(receipt),
            "status": if decline.is_none() { "succeeded" } else { "failed" },
        }),
    ));
    if decline.is_none() {
        let transaction = balance_transaction::insert_charge(world, &id);
        world.change(&id, |charge| charge["balance_transaction"] = json!(transaction));
        dispute::arrange(world, &id);
    }
    id
}

fn outcome(decline: Option<Decline>) -> Value {
    json!({
        "advice_code": null,
        "network_advice_code": null,
        "network_decline_code": decline.map(|_| "05"),
        "network_status": if decline.is_none() { "approved_by_network" } else { "declined_by_network" },
        "reason": decline.map(|decline| decline.decline_code),
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": if decline.is_none() { "Payment complete." } else { "The bank did not return any further details with this decline." },
        "type": if decline.is_none() { "authorized" } else { "issuer_declined" },
    })
}

fn details(method: &Value, amount: i64) -> Value {
    let card = &method["card"];
    json!({
        "card": {
            "amount_authorized": amount,
            "authorization_code": null,
            "brand": card["brand"],
            "checks": card["checks"],
            "country": card["country"],
            "exp_month": card["exp_month"],
            "exp_year": card["exp_year"],
            "extended_authorization": { "status": "disabled" },
            "fingerprint": card["fingerprint"],
            "funding": card["funding"],
            "incremental_authorization": { "status": "unavailable" },
            "installments": null,
            "last4": card["last4"],
            "mandate": null,
            "multicapture": { "status": "unavailable" },
            "network": card["brand"],
            "network_token": { "used": false },
            "network_transaction_id": null,
            "overcapture": { "maximum_amount_capturable": amount, "status": "unavailable" },
            "regulated_status": "unregulated",
            "three_d_secure": null,
            "wallet": null,
        },
        "type": "card",
    })
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list("charge", &call.params, "/v1/charges", |charge| {
        matches(charge, &call.params, "customer") && matches(charge, &call.params, "payment_intent")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("charge", call.id(), "charge").map(|charge| world.show(charge))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("charge", call.id(), "charge")?;
    world.update(call.id(), "charge.updated", |charge| {
        copy_given(charge, &call.params, &["description"]);
        merge_metadata(charge, call.params.get("metadata"));
    });
    Ok(world.render(call.id()))
}

fn refunds(world: &mut World, call: &Call) -> Outcome {
    world.named("charge", call.id(), "charge")?;
    let url = format!("/v1/charges/{}/refunds", call.id());
    world.list("refund", &call.params, &url, |refund| refund.str("charge") == call.id())
}
