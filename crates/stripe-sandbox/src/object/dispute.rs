//! Disputes, as the API shows and answers them; `billing::dispute` moves them.

use serde_json::{Value, json};

use crate::{
    billing::dispute::{self, Ending},
    core::{
        error::ApiError,
        json::merge_metadata,
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt},
        world::World,
    },
    http::route::{Call, Outcome, Route, get, post},
};

const LIST: &[Field] =
    &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CREATED, opt("charge", Kind::Text), opt("payment_intent", Kind::Text)];
// Files and the enhanced evidence are not there: the sandbox keeps no files.
const EVIDENCE: &[Field] = &[
    clear("access_activity_log", Kind::Text),
    clear("billing_address", Kind::Text),
    clear("cancellation_policy_disclosure", Kind::Text),
    clear("cancellation_rebuttal", Kind::Text),
    clear("customer_email_address", Kind::Text),
    clear("customer_name", Kind::Text),
    clear("customer_purchase_ip", Kind::Text),
    clear("duplicate_charge_explanation", Kind::Text),
    clear("duplicate_charge_id", Kind::Text),
    clear("product_description", Kind::Text),
    clear("refund_policy_disclosure", Kind::Text),
    clear("refund_refusal_explanation", Kind::Text),
    clear("service_date", Kind::Text),
    clear("uncategorized_text", Kind::Text),
];
const UPDATE: &[Field] =
    &[opt("evidence", Kind::Object(EVIDENCE)), clear("metadata", Kind::Metadata), opt("submit", Kind::Bool)];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    get("/v1/disputes", LIST, list),
    get("/v1/disputes/{id}", &[], retrieve),
    post("/v1/disputes/{id}", UPDATE, update),
    post("/v1/disputes/{id}/close", &[], close),
];

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list("dispute", &call.params, "/v1/disputes", |dispute| {
        matches(dispute, &call.params, "charge") && matches(dispute, &call.params, "payment_intent")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("dispute", call.id(), "dispute").map(|dispute| world.show(dispute))
}

/// Evidence is handed in at once, unless `submit` is false: then it is only staged.
fn update(world: &mut World, call: &Call) -> Outcome {
    let over = dispute::is_over(world.named("dispute", call.id(), "dispute")?);
    let evidence = call.params.get("evidence").and_then(Value::as_object);
    if over && evidence.is_some() {
        return Err(ApiError::invalid("This dispute is already closed").at("evidence"));
    }
    world.update(call.id(), "charge.dispute.updated", |dispute| {
        merge_metadata(dispute, call.params.get("metadata"));
        for (field, words) in evidence.into_iter().flatten() {
            dispute["evidence"][field] = words.clone();
            dispute["evidence_details"]["has_evidence"] = json!(true);
        }
    });
    let hands_in = call.params.get("submit").is_none_or(|submit| submit == true);
    if evidence.is_some() && hands_in {
        dispute::submit(world, call.id());
    }
    Ok(world.render(call.id()))
}

/// Giving up is losing.
fn close(world: &mut World, call: &Call) -> Outcome {
    if dispute::is_over(world.named("dispute", call.id(), "dispute")?) {
        return Err(ApiError::invalid("This dispute is already closed"));
    }
    dispute::close(world, call.id(), Ending::Lost);
    Ok(world.render(call.id()))
}
