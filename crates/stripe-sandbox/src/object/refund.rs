//! Refunds: all or part of a charge goes back.

use serde_json::{Value, json};

use super::{balance_transaction, customer::metadata_of};
use crate::{
    billing::{dispute, give_back},
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        money::written,
        schema::{Field, Kind, clear, opt},
        world::World,
    },
    http::route::{Call, Outcome, Route, get, post},
};

const CREATE: &[Field] = &[
    opt("amount", Kind::IntIn(1, 99_999_999)),
    opt("charge", Kind::Text),
    clear("metadata", Kind::Metadata),
    opt("payment_intent", Kind::Text),
    opt("reason", Kind::OneOf(&["duplicate", "fraudulent", "requested_by_customer"])),
];
const LIST: &[Field] =
    &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CREATED, opt("charge", Kind::Text), opt("payment_intent", Kind::Text)];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/refunds", CREATE, create),
    get("/v1/refunds", LIST, list),
    get("/v1/refunds/{id}", &[], retrieve),
    post("/v1/refunds/{id}", &[clear("metadata", Kind::Metadata)], update),
];

fn create(world: &mut World, call: &Call) -> Outcome {
    let charge = charge_for(world, call)?;
    let amount = check(world, &charge, call.params.number("amount"))?;
    let id = issue(world, &charge, amount, call.params.at("reason"), metadata_of(call));
    Ok(world.render(&id))
}

/// Sends a part of a charge back, minor units.
pub fn issue(world: &mut World, charge: &Value, amount_minor: i64, reason: &Value, metadata: Value) -> String {
    let id = world.new_id("refund");
    world.insert(filled(
        "refund",
        json!({
            "id": id,
            "amount": amount_minor,
            "charge": charge["id"],
            "created": world.now(),
            "currency": charge["currency"],
            "metadata": metadata,
            "payment_intent": charge["payment_intent"],
            "reason": reason,
        }),
    ));
    let transaction = balance_transaction::insert_refund(world, &id);
    let by_card = charge["payment_method_details"].str("type") == "card";
    world.change(&id, |refund| {
        refund["balance_transaction"] = json!(transaction);
        if !by_card {
            refund["destination_details"] = Value::Null;
        }
    });
    give_back::set_out(world, &id);
    world.announce("refund.created", &id);
    give_back::note(world, charge.str("id"), amount_minor, "charge.refunded");
    id
}

fn charge_for(world: &World, call: &Call) -> Result<Value, ApiError> {
    let as_reference = |error: ApiError| ApiError { status: 400, ..error };
    let charge = match (call.params.text("charge"), call.params.text("payment_intent")) {
        (Some(id), None) => world.named("charge", id, "charge").map_err(as_reference)?,
        (None, Some(id)) => {
            let intent = world.named("payment_intent", id, "payment_intent").map_err(as_reference)?;
            let charge = world.get(intent.str("latest_charge"));
            if !charge.flag("paid") {
                let sentence = format!("This PaymentIntent ({id}) does not have a successful charge to refund.");
                return Err(ApiError::invalid(sentence).at("payment_intent").coded("payment_intent_unexpected_state"));
            }
            charge
        }
        (None, None) => {
            let sentence = "One of the following params should be provided for this request: payment_intent or charge.";
            return Err(ApiError::bad_param("parameter_missing", "charge", sentence));
        }
        (Some(_), Some(_)) => {
            let sentence = "You may only specify one of these parameters: payment_intent, charge.";
            return Err(ApiError::invalid(sentence).at("charge").coded("parameters_exclusive"));
        }
    };
    Ok(charge.clone())
}

/// What goes back of a charge, minor units: what is asked for, or all that is left.
///
/// # Errors
/// It is disputed, not paid, or less of it is left.
pub fn check(world: &World, charge: &Value, asked: Option<i64>) -> Result<i64, ApiError> {
    if dispute::holds(world, charge.str("id")) {
        let sentence = format!("Charge {} has been charged back; cannot issue a refund.", charge.str("id"));
        return Err(ApiError::invalid(sentence).coded("charge_disputed"));
    }
    if !charge.flag("paid") {
        let sentence = format!("Charge {} has not been paid and cannot be refunded.", charge.str("id"));
        return Err(ApiError::invalid(sentence).at("charge").coded("charge_not_refundable"));
    }
    amount_for(charge, asked)
}

fn amount_for(charge: &Value, asked: Option<i64>) -> Result<i64, ApiError> {
    let left = charge.int("amount") - charge.int("amount_refunded");
    if left == 0 {
        let sentence = format!("Charge {} has already been refunded.", charge.str("id"));
        return Err(ApiError::invalid(sentence).coded("charge_already_refunded"));
    }
    let amount = asked.unwrap_or(left);
    if amount > left {
        let currency = charge.str("currency");
        let sentence = format!(
            "Refund amount ({}) is greater than unrefunded amount on charge ({})",
            written(amount, currency),
            written(left, currency)
        );
        return Err(ApiError::invalid(sentence).at("amount"));
    }
    Ok(amount)
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list("refund", &call.params, "/v1/refunds", |refund| {
        matches(refund, &call.params, "charge") && matches(refund, &call.params, "payment_intent")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("refund", call.id(), "id").map(|refund| world.show(refund))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("refund", call.id(), "id")?;
    world.update(call.id(), "refund.updated", |refund| merge_metadata(refund, call.params.get("metadata")));
    Ok(world.render(call.id()))
}
