//! An invoice that does not exist: what a change, or the next renewal, would bill. It is done for real and taken back.

use serde_json::{Value, json};

use super::subscription_change::{self, ANCHOR, ITEM, PRORATION};
use crate::{
    billing::{lifecycle, renew},
    core::{
        error::ApiError,
        json::Peek,
        schema::{Field, Kind, opt, req},
        world::World,
    },
    http::route::{Call, Outcome, Route, post},
};

const DETAILS: &[Field] = &[
    opt("billing_cycle_anchor", Kind::Object(ANCHOR)),
    opt("items", Kind::List(&Kind::Object(ITEM))),
    opt("proration_behavior", Kind::OneOf(PRORATION)),
    opt("proration_date", Kind::Int),
    opt("trial_end", Kind::Text),
];
const CREATE: &[Field] =
    &[opt("customer", Kind::Text), req("subscription", Kind::Text), opt("subscription_details", Kind::Object(DETAILS))];

/// The endpoints.
pub const ROUTES: &[Route] = &[post("/v1/invoices/create_preview", CREATE, create)];

fn create(world: &mut World, call: &Call) -> Outcome {
    let id = call.params.str("subscription");
    let stored = world.named("subscription", id, "subscription").map_err(|error| ApiError { status: 400, ..error })?;
    if lifecycle::is_over(stored) || !stored["cancel_at"].is_null() {
        return Err(ApiError::invalid("No upcoming invoices for this subscription.").coded("invoice_upcoming_none"));
    }
    let details = call.params.at("subscription_details").as_object().cloned().unwrap_or_default();
    let picture = world.rehearse(|world| {
        let due = subscription_change::apply(world, id, &details)?;
        Ok(match due {
            Some(invoice) => Some(world.render(&invoice)),
            None => renew::preview(world, id),
        })
    })?;
    let picture = picture.ok_or_else(|| ApiError::invalid("No upcoming invoices for this subscription."))?;
    Ok(named_as_preview(world, picture))
}

fn named_as_preview(world: &mut World, mut picture: Value) -> Value {
    let id = format!("upcoming_in_1{}", world.dice.text(23));
    picture["lines"]["url"] = json!(format!("/v1/invoices/{id}/lines"));
    if let Some(lines) = picture["lines"]["data"].as_array_mut() {
        lines.iter_mut().for_each(|line| line["invoice"] = json!(id));
    }
    picture["id"] = json!(id);
    picture["auto_advance"] = json!(false);
    picture
}
