//! Early fraud warnings, as the API shows them; `billing::fraud_warning` raises them.

use crate::{
    core::{
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, opt},
        world::World,
    },
    http::route::{Call, Outcome, Route, get},
};

const OBJECT: &str = "radar.early_fraud_warning";
const LIST: &[Field] =
    &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CREATED, opt("charge", Kind::Text), opt("payment_intent", Kind::Text)];

/// The endpoints.
pub const ROUTES: &[Route] =
    &[get("/v1/radar/early_fraud_warnings", LIST, list), get("/v1/radar/early_fraud_warnings/{id}", &[], retrieve)];

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list(OBJECT, &call.params, "/v1/radar/early_fraud_warnings", |warning| {
        matches(warning, &call.params, "charge") && matches(warning, &call.params, "payment_intent")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named(OBJECT, call.id(), "id").map(|warning| world.show(warning))
}
