//! Events, as the API lists them.

use crate::{
    core::{
        event::KEPT_FOR,
        json::Peek,
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER},
        schema::{Field, Kind, opt},
        world::World,
    },
    http::route::{Call, Outcome, Route, get},
};

const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    CREATED,
    opt("delivery_success", Kind::Bool),
    opt("type", Kind::Text),
    opt("types", Kind::List(&Kind::Text)),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[get("/v1/events", LIST, list), get("/v1/events/{id}", &[], retrieve)];

fn list(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    let types = params.items("types");
    let oldest = world.now() - KEPT_FOR;
    world.list("event", params, "/v1/events", |event| {
        event.int("created") >= oldest
            && params.text("type").is_none_or(|wanted| is_type(event.str("type"), wanted))
            && (types.is_empty() || types.contains(event.at("type")))
            && params
                .get("delivery_success")
                .is_none_or(|wanted| (event.int("pending_webhooks") == 0) == (wanted == true))
    })
}

/// `charge.*` means every type that begins so.
fn is_type(given: &str, wanted: &str) -> bool {
    wanted.strip_suffix('*').map_or(given == wanted, |start| given.starts_with(start))
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("event", call.id(), "id").map(|event| world.show(event))
}
