//! Pausing a subscription itself (not only its collection), and resuming it.

use crate::{
    billing::{collect, draw::Bills, lifecycle, pending, standstill, switch},
    core::{
        error::ApiError,
        json::Peek,
        schema::{Field, Kind, opt, req},
        world::World,
    },
    http::route::{Call, Outcome, Route, post},
    object::subscription_change::{self, ANCHOR, PRORATION},
};

const UNUSED: &[Field] = &[req("type", Kind::OneOf(&["item_current_period_start", "none", "now"]))];
const BILL_FOR: &[Field] = &[opt("unused_time_from", Kind::Object(UNUSED))];
const PAUSE: &[Field] = &[
    opt("bill_for", Kind::Object(BILL_FOR)),
    opt("invoicing_behavior", Kind::OneOf(&["invoice", "pending_invoice_item"])),
    opt("type", Kind::OneOf(&["subscription"])),
];
const RESUME: &[Field] = &[
    opt("billing_cycle_anchor", Kind::Object(ANCHOR)),
    opt("payment_behavior", Kind::OneOf(&["resume_on_payment_attempt", "resume_on_payment_success"])),
    opt("proration_behavior", Kind::OneOf(PRORATION)),
    opt("proration_date", Kind::Int),
];

/// The endpoints.
pub const ROUTES: &[Route] =
    &[post("/v1/subscriptions/{id}/pause", PAUSE, pause), post("/v1/subscriptions/{id}/resume", RESUME, resume)];

/// Unused time is given back, unless the call says otherwise.
fn pause(world: &mut World, call: &Call) -> Outcome {
    let stored = world.named("subscription", call.id(), "subscription")?.clone();
    if !matches!(stored.str("status"), "active" | "past_due") {
        let sentence = format!("A subscription with the status {} cannot be paused.", stored.str("status"));
        return Err(ApiError::invalid(sentence));
    }
    match call.params.at("bill_for").at("unused_time_from").str("type") {
        "none" => {}
        "item_current_period_start" => {
            switch::give_back_since(world, call.id(), lifecycle::period(world, &stored).0);
        }
        _ => switch::give_back_rest(world, call.id()),
    }
    let bills =
        call.params.str("invoicing_behavior") == "invoice" && !pending::of_subscription(world, call.id()).is_empty();
    if bills {
        let invoice = switch::bill(world, call.id(), Bills::Nothing);
        collect::finalize(world, &invoice);
    }
    let gave_back = call.params.at("bill_for").at("unused_time_from").str("type") != "none";
    standstill::begin(world, call.id(), standstill::Cause::Requested { gave_back });
    Ok(world.render(call.id()))
}

fn resume(world: &mut World, call: &Call) -> Outcome {
    world.named("subscription", call.id(), "subscription")?;
    let wanted = standstill::Resumption {
        keeps_anchor: call.params.at("billing_cycle_anchor").str("type") == "unchanged",
        once_paid: call.params.str("payment_behavior") == "resume_on_payment_success",
        proration: subscription_change::proration(&call.params),
        proration_date: call.params.number("proration_date"),
    };
    standstill::resume(world, call.id(), &wanted)?;
    Ok(world.render(call.id()))
}
