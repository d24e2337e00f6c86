//! Subscription items: what is subscribed to, and its current period.

use serde_json::json;

use crate::{
    core::{
        blank::filled,
        json::{Peek, merge_metadata},
        listing::{ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Kind, clear, req},
        world::World,
    },
    http::route::{Call, Outcome, Route, get, post},
};

/// The endpoints.
pub const ROUTES: &[Route] = &[
    get("/v1/subscription_items", &[LIMIT, STARTING_AFTER, ENDING_BEFORE, req("subscription", Kind::Text)], list),
    get("/v1/subscription_items/{id}", &[], retrieve),
    post("/v1/subscription_items/{id}", &[clear("metadata", Kind::Metadata)], update),
];

/// Adds an item for a period (start and end in unix seconds).
pub fn insert(world: &mut World, subscription: &str, price: &str, quantity: i64, period: (i64, i64)) -> String {
    let id = world.new_id("subscription_item");
    world.insert(filled(
        "subscription_item",
        json!({
            "id": id,
            "created": world.now(),
            "current_period_end": period.1,
            "current_period_start": period.0,
            "price": price,
            "quantity": quantity,
            "subscription": subscription,
        }),
    ))
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.named("subscription", call.params.str("subscription"), "subscription")?;
    let url = format!("/v1/subscription_items?subscription={}", call.params.str("subscription"));
    world.list("subscription_item", &call.params, &url, |item| matches(item, &call.params, "subscription"))
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("subscription_item", call.id(), "item").map(|item| world.show(item))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    let subscription = world.named("subscription_item", call.id(), "item")?.str("subscription").to_owned();
    let before = world.render(&subscription);
    world.change(call.id(), |item| merge_metadata(item, call.params.get("metadata")));
    world.announce_change(&subscription, "customer.subscription.updated", &before);
    Ok(world.render(call.id()))
}
