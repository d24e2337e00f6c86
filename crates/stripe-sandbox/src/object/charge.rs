//! Charges: one attempt on one card.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::{balance_transaction, mandate};
use crate::{
    billing::dispute,
    core::{
        blank::filled,
        card::Decline,
        debit::SETTLES_AFTER,
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

/// Adds the charge of a debit that its bank has not decided yet.
pub fn insert_pending(world: &mut World, intent_id: &str) -> String {
    let id = world.new_id("debit");
    let mut own = of_attempt(world, &id, intent_id, None);
    own["paid"] = json!(false);
    own["receipt_url"] = Value::Null;
    own["status"] = json!("pending");
    world.insert(own)
}

/// A pending charge is paid.
pub fn settle(world: &mut World, id: &str) {
    let receipt = world.page_url(&format!("/r/{id}"));
    world.change(id, |charge| {
        charge["paid"] = json!(true);
        charge["receipt_url"] = json!(receipt);
        charge["status"] = json!("succeeded");
    });
    book(world, id);
}

/// A pending charge is not paid.
pub fn refuse(world: &mut World, id: &str, decline: Decline) {
    world.change(id, |charge| {
        charge["amount_captured"] = json!(0);
        charge["captured"] = json!(false);
        charge["failure_code"] = json!(decline.code);
        charge["failure_message"] = json!(decline.message);
        charge["outcome"] = outcome(Some(decline));
        charge["status"] = json!("failed");
    });
}

fn book(world: &mut World, id: &str) {
    let transaction = balance_transaction::insert_charge(world, id);
    world.change(id, |charge| charge["balance_transaction"] = json!(transaction));
    dispute::arrange(world, id);
}

/// Adds the charge of a payment's attempt; a decline makes it a failed one.
pub fn insert(world: &mut World, intent_id: &str, decline: Option<Decline>) -> String {
    let id = world.new_id("charge");
    let own = of_attempt(world, &id, intent_id, decline);
    world.insert(own);
    if decline.is_none() {
        book(world, &id);
    }
    id
}

fn of_attempt(world: &World, id: &str, intent_id: &str, decline: Option<Decline>) -> Value {
    let intent = world.render(intent_id);
    let method = world.render(intent.str("payment_method"));
    let amount = intent.int("amount");
    let receipt = world.page_url(&format!("/r/{id}"));
    filled(
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
            "payment_method_details": details(world, &method, amount),
            "receipt_url": decline.is_none().then_some(receipt),
            "status": if decline.is_none() { "succeeded" } else { "failed" },
        }),
    )
}

/// `2026-11-27`
fn day(unix_seconds: i64) -> String {
    let time = Timestamp::from_second(unix_seconds).unwrap_or_default().to_zoned_datetime(TimeZone::UTC);
    time.strftime("%Y-%m-%d").to_string()
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

fn details(world: &World, method: &Value, amount: i64) -> Value {
    if method.str("type") == "sepa_debit" {
        let mut debit = method["sepa_debit"].clone();
        if let Some(fields) = debit.as_object_mut() {
            fields.shift_remove("generated_from");
        }
        debit["expected_debit_date"] = json!(day(world.now() + SETTLES_AFTER));
        debit["mandate"] = json!(mandate::of(world, method.str("id")));
        return json!({ "sepa_debit": debit, "type": "sepa_debit" });
    }
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
