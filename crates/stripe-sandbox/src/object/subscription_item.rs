//! Subscription items: what is subscribed to, and its current period.

use serde_json::{Value, json};

use super::subscription_change::{self, PAYMENT, PRORATION, item_change};

use crate::{
    billing::{
        lifecycle::{is_over, item_ids},
        pending_update,
        switch::{ItemChange, Switch},
    },
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, merge_metadata},
        listing::{ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt, req},
        world::World,
    },
    http::route::{Call, Outcome, Route, delete, get, post},
};

const CREATE: &[Field] = &[
    req("subscription", Kind::Text),
    req("price", Kind::Text),
    opt("metadata", Kind::Metadata),
    opt("payment_behavior", Kind::OneOf(PAYMENT)),
    opt("proration_behavior", Kind::OneOf(PRORATION)),
    opt("proration_date", Kind::Int),
    opt("quantity", Kind::IntIn(0, 999_999)),
];
const UPDATE: &[Field] = &[
    clear("metadata", Kind::Metadata),
    opt("off_session", Kind::Bool),
    opt("payment_behavior", Kind::OneOf(PAYMENT)),
    opt("price", Kind::Text),
    opt("proration_behavior", Kind::OneOf(PRORATION)),
    opt("proration_date", Kind::Int),
    opt("quantity", Kind::IntIn(0, 999_999)),
];
const REMOVE: &[Field] = &[
    // No pending update takes an item away by itself.
    opt("payment_behavior", Kind::OneOf(PAYMENT.split_at(3).0)),
    opt("proration_behavior", Kind::OneOf(PRORATION)),
    opt("proration_date", Kind::Int),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    get("/v1/subscription_items", &[LIMIT, STARTING_AFTER, ENDING_BEFORE, req("subscription", Kind::Text)], list),
    get("/v1/subscription_items/{id}", &[], retrieve),
    post("/v1/subscription_items", CREATE, create),
    post("/v1/subscription_items/{id}", UPDATE, update),
    delete("/v1/subscription_items/{id}", REMOVE, remove),
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
    let wanted = ItemChange { id: Some(call.id().to_owned()), ..item_change(&Value::Object(call.params.clone())) };
    if wanted.price.is_some() || wanted.quantity.is_some() {
        subscription_change::run(world, &subscription, &one(call, wanted), &call.params)?;
        return Ok(world.render(call.id()));
    }
    let before = world.render(&subscription);
    world.change(call.id(), |item| merge_metadata(item, call.params.get("metadata")));
    world.announce_change(&subscription, "customer.subscription.updated", &before);
    Ok(world.render(call.id()))
}

/// A change of one item only.
fn one(call: &Call, item: ItemChange) -> Switch {
    Switch {
        items: vec![item],
        proration: subscription_change::proration(&call.params),
        anchor_now: false,
        proration_date: call.params.number("proration_date"),
    }
}

fn create(world: &mut World, call: &Call) -> Outcome {
    let subscription = call.params.str("subscription").to_owned();
    let stored = world.named("subscription", &subscription, "subscription")?;
    if is_over(stored) {
        return Err(ApiError::missing_reference("subscription", &subscription, "subscription"));
    }
    let wanted = item_change(&Value::Object(call.params.clone()));
    subscription_change::run(world, &subscription, &one(call, wanted), &call.params)?;
    let items = pending_update::item_ids(world, &subscription).unwrap_or_else(|| item_ids(world.get(&subscription)));
    let added = items.last().cloned().unwrap_or_default();
    Ok(world.render(&added))
}

fn remove(world: &mut World, call: &Call) -> Outcome {
    let subscription = world.named("subscription_item", call.id(), "item")?.str("subscription").to_owned();
    let wanted = ItemChange { id: Some(call.id().to_owned()), deleted: true, ..ItemChange::default() };
    subscription_change::run(world, &subscription, &one(call, wanted), &call.params)?;
    Ok(json!({ "id": call.id(), "object": "subscription_item", "deleted": true }))
}
