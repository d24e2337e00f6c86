//! Tax rates, as automatic tax makes them.

use serde_json::json;

use crate::{
    core::{
        blank::filled,
        json::Peek,
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, opt},
        world::World,
    },
    http::route::{Call, Outcome, Route, get},
};

const LIST: &[Field] =
    &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CREATED, opt("active", Kind::Bool), opt("inclusive", Kind::Bool)];

/// The endpoints.
pub const ROUTES: &[Route] = &[get("/v1/tax_rates", LIST, list), get("/v1/tax_rates/{id}", &[], retrieve)];

/// The rate of a country, made when it is first needed.
pub fn ensure(world: &mut World, country: &str, percent: i64, inclusive: bool) -> String {
    let known = world.newest("tax_rate").find(|rate| {
        rate.str("country") == country && rate.int("percentage") == percent && rate.flag("inclusive") == inclusive
    });
    if let Some(rate) = known {
        return rate.str("id").to_owned();
    }
    let id = world.new_id("tax_rate");
    world.insert(filled(
        "tax_rate",
        json!({
            "id": id,
            "country": country,
            "created": world.now(),
            "effective_percentage": percent,
            "inclusive": inclusive,
            "jurisdiction": country,
            "percentage": percent,
        }),
    ))
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list("tax_rate", &call.params, "/v1/tax_rates", |rate| {
        matches(rate, &call.params, "active") && matches(rate, &call.params, "inclusive")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("tax_rate", call.id(), "tax_rate").map(|rate| world.show(rate))
}
