//! The account that the key belongs to.

use serde_json::json;

use crate::{
    core::{blank::filled, world::World},
    http::route::{Call, Outcome, Route, get},
};

/// The endpoints.
pub const ROUTES: &[Route] = &[get("/v1/account", &[], retrieve)];

fn retrieve(world: &mut World, _call: &Call) -> Outcome {
    Ok(filled("account", json!({ "id": world.account_id })))
}
