//! Payment methods: cards and accounts, as far as they may be shown.

use serde_json::{Map, Value, json};

use crate::{
    core::{
        blank::filled,
        card::{Card, TEST_CARDS},
        debit::Debit,
        error::ApiError,
        json::{Peek, copy_given, merge_metadata},
        listing::{ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt, req},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, get, post},
};

const UPDATE: &[Field] =
    &[clear("metadata", Kind::Metadata), opt("allow_redisplay", Kind::OneOf(&["always", "limited", "unspecified"]))];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    get(
        "/v1/payment_methods",
        &[LIMIT, STARTING_AFTER, ENDING_BEFORE, opt("customer", Kind::Text), opt("type", Kind::Text)],
        list,
    ),
    get("/v1/payment_methods/{id}", &[], retrieve),
    post("/v1/payment_methods/{id}", UPDATE, update),
    post("/v1/payment_methods/{id}/attach", &[req("customer", Kind::Text)], attach_call),
    post("/v1/payment_methods/{id}/detach", &[], detach),
];

/// Adds a card that belongs to nobody yet.
pub fn insert(world: &mut World, card: &Card, email: Option<&str>, name: Option<&str>) -> String {
    let id = world.new_id("payment_method");
    let fingerprint = world.dice.text(16);
    world.insert(filled(
        "payment_method",
        json!({
            "id": id,
            "billing_details": billing_details(email, name),
            "card": {
                "brand": card.brand,
                "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                "country": "US",
                "display_brand": card.brand,
                "exp_month": card.exp_month,
                "exp_year": card.exp_year,
                "fingerprint": fingerprint,
                "funding": "credit",
                "generated_from": null,
                "last4": card.last4,
                "networks": { "available": [card.brand], "preferred": null },
                "regulated_status": "unregulated",
                "three_d_secure_usage": { "supported": true },
                "wallet": null,
            },
            "created": world.now(),
            PRIVATE: { "behaviour": card.behaviour },
        }),
    ))
}

/// Adds an account that belongs to nobody yet, with the mandate to debit it.
pub fn insert_debit(world: &mut World, debit: &Debit, email: &str, name: &str) -> String {
    let id = world.new_id("payment_method");
    let fingerprint = world.dice.text(16);
    world.insert(filled(
        "payment_method",
        json!({
            "id": id,
            "billing_details": billing_details(Some(email), Some(name)),
            "created": world.now(),
            "sepa_debit": {
                "bank_code": debit.bank_code,
                "branch_code": debit.branch_code,
                "country": debit.country,
                "fingerprint": fingerprint,
                "generated_from": { "charge": null, "setup_attempt": null },
                "last4": debit.last4,
            },
            "type": "sepa_debit",
        }),
    ));
    let mandate = super::mandate::insert(world, &id);
    world.change(&id, |method| {
        if let Some(fields) = method.as_object_mut() {
            fields.shift_remove("card");
        }
        method[PRIVATE] = json!({ "behaviour": debit.behaviour, "mandate": mandate });
    });
    id
}

fn billing_details(email: Option<&str>, name: Option<&str>) -> Value {
    json!({
        "address": { "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null },
        "email": email,
        "name": name,
        "phone": null,
        "tax_id": null,
    })
}

/// Makes a payment method the customer's.
pub fn attach(world: &mut World, id: &str, customer: &str) {
    world.change(id, |method| method["customer"] = json!(customer));
    world.announce("payment_method.attached", id);
}

/// An id, or one of Stripe's ready-made test methods (`pm_card_visa`), which becomes a new card.
pub fn resolve(world: &mut World, id: &str, param: &str) -> Result<String, ApiError> {
    match TEST_CARDS.iter().find(|card| card.token == id) {
        Some(test_card) => Ok(insert(world, &test_card.card(12, 2034), None, None)),
        None => world.named("payment_method", id, param).map(|method| method.str("id").to_owned()),
    }
}

/// The bank replaced the card: its new expiry, or its new number's end.
pub fn replace_card(world: &mut World, id: &str, given: &Map<String, Value>) -> Result<(), ApiError> {
    let read = |name: &str| given.number(name).or_else(|| given.text(name)?.parse().ok());
    let (month, year, last4) = (read("exp_month"), read("exp_year"), given.text("last4").map(str::to_owned));
    let sound = month.is_none_or(|month| (1..=12).contains(&month))
        && year.is_none_or(|year| (2000..=2100).contains(&year))
        && last4.as_ref().is_none_or(|end| end.len() == 4 && end.bytes().all(|byte| byte.is_ascii_digit()))
        && given.keys().all(|name| matches!(name.as_str(), "exp_month" | "exp_year" | "last4"))
        && !given.is_empty();
    if !sound || !world.get(id)["card"].is_object() {
        return Err(ApiError::invalid("Give any of exp_month (1 to 12), exp_year (2000 to 2100), last4, for a card."));
    }
    world.update(id, "payment_method.automatically_updated", |method| {
        let card = &mut method["card"];
        for (field, value) in [("exp_month", json!(month)), ("exp_year", json!(year)), ("last4", json!(last4))] {
            if !value.is_null() {
                card[field] = value;
            }
        }
    });
    Ok(())
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list("payment_method", &call.params, "/v1/payment_methods", |method| {
        matches(method, &call.params, "customer") && matches(method, &call.params, "type")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("payment_method", call.id(), "payment_method").map(|method| world.show(method))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("payment_method", call.id(), "payment_method")?;
    world.update(call.id(), "payment_method.updated", |method| {
        copy_given(method, &call.params, &["allow_redisplay"]);
        merge_metadata(method, call.params.get("metadata"));
    });
    Ok(world.render(call.id()))
}

fn attach_call(world: &mut World, call: &Call) -> Outcome {
    let customer = call.params.str("customer").to_owned();
    world.named("customer", &customer, "customer")?;
    let id = resolve(world, call.id(), "payment_method")?;
    attach(world, &id, &customer);
    Ok(world.render(&id))
}

fn detach(world: &mut World, call: &Call) -> Outcome {
    let method = world.named("payment_method", call.id(), "payment_method")?;
    if method["customer"].is_null() {
        return Err(ApiError::invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
        ));
    }
    world.update(call.id(), "payment_method.detached", |method| method["customer"] = Value::Null);
    Ok(world.render(call.id()))
}
