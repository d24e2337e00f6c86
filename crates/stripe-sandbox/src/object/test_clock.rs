//! Test clocks: a customer's own time, which stands still until it is advanced.

use serde_json::{Value, json};

use super::customer;
use crate::{
    billing::agenda,
    core::{
        error::ApiError,
        json::Peek,
        listing::{ENDING_BEFORE, LIMIT, STARTING_AFTER},
        schema::{Field, Kind, opt, req},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, delete, get, post},
};

const OBJECT: &str = "test_helpers.test_clock";
/// Seconds until a clock says that it will be deleted; the sandbox keeps it.
const KEPT_FOR: i64 = 30 * 24 * 60 * 60;
/// The furthest that a clock goes in one step, in seconds: two years.
const LONGEST_STEP: i64 = 2 * 366 * 24 * 60 * 60;

const CREATE: &[Field] = &[req("frozen_time", Kind::Int), opt("name", Kind::Text)];
const ADVANCE: &[Field] = &[req("frozen_time", Kind::Int)];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/test_helpers/test_clocks", CREATE, create),
    get("/v1/test_helpers/test_clocks", &[LIMIT, STARTING_AFTER, ENDING_BEFORE], list),
    get("/v1/test_helpers/test_clocks/{id}", &[], retrieve),
    post("/v1/test_helpers/test_clocks/{id}/advance", ADVANCE, advance),
    delete("/v1/test_helpers/test_clocks/{id}", &[], remove),
];

fn create(world: &mut World, call: &Call) -> Outcome {
    let id = world.new_id(OBJECT);
    let now = world.now();
    world.insert(json!({
        "id": id,
        "object": OBJECT,
        "created": now,
        "deletes_after": now + KEPT_FOR,
        "frozen_time": call.params["frozen_time"],
        "livemode": false,
        "name": call.params.at("name"),
        "status": "ready",
        "status_details": {},
    }));
    world.announce("test_helpers.test_clock.created", &id);
    Ok(world.render(&id))
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list(OBJECT, &call.params, "/v1/test_helpers/test_clocks", |_| true)
}

fn find<'a>(world: &'a World, call: &Call) -> Result<&'a Value, ApiError> {
    world.named(OBJECT, call.id(), "test_clock")
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    find(world, call).map(|clock| world.show(clock))
}

/// Fires all that falls due on the way. At Stripe this takes a while (`advancing`); here it is done with the answer.
fn advance(world: &mut World, call: &Call) -> Outcome {
    let frozen = find(world, call)?.int("frozen_time");
    let target = call.params.int("frozen_time");
    if target <= frozen || target - frozen > LONGEST_STEP {
        let sentence = "A test clock goes forward only, and at most two years in one step.";
        return Err(ApiError::invalid(sentence).at("frozen_time"));
    }
    world.change(call.id(), |clock| {
        clock["status"] = json!("advancing");
        clock["status_details"] = json!({ "advancing": { "target_frozen_time": target } });
    });
    world.announce("test_helpers.test_clock.advancing", call.id());
    agenda::run_within(world, target);
    world.change(call.id(), |clock| {
        clock["frozen_time"] = json!(target);
        clock["status"] = json!("ready");
        clock["status_details"] = json!({});
    });
    world.announce("test_helpers.test_clock.ready", call.id());
    Ok(world.render(call.id()))
}

/// A clock takes its customers with it.
fn remove(world: &mut World, call: &Call) -> Outcome {
    find(world, call)?;
    let own: Vec<String> = world
        .newest("customer")
        .filter(|customer| customer.str("test_clock") == call.id() && !customer[PRIVATE].flag("deleted"))
        .map(|customer| customer.str("id").to_owned())
        .collect();
    for id in own {
        customer::delete_with_subscriptions(world, &id);
    }
    world.announce("test_helpers.test_clock.deleted", call.id());
    world.change(call.id(), |clock| clock[PRIVATE] = json!({ "deleted": true }));
    Ok(json!({ "id": call.id(), "object": OBJECT, "deleted": true }))
}
