//! A subscription that stands still: nothing renews, nothing is billed, until it is resumed.

use serde_json::json;

use super::{collect, draw::Bills, lifecycle, pending_update, switch};
use crate::{
    core::{error::ApiError, json::Peek, world::World},
    object::{payment_intent::Presence, price},
};

/// Why a subscription stands still, in Stripe's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Somebody asked for it.
    Requested,
    /// Its trial ended and nothing pays for it.
    TrialEnded,
}

/// Brings a subscription to a standstill.
pub fn begin(world: &mut World, id: &str, cause: Cause) {
    let cause = match cause {
        Cause::Requested => "pause_requested",
        Cause::TrialEnded => "trial_end_without_payment_method",
    };
    let now = world.now();
    pending_update::discard(world, id);
    world.update(id, "customer.subscription.updated", |subscription| {
        subscription["status"] = json!("paused");
        subscription["status_details"] = json!({
            "paused": { "subscription": { "type": cause }, "transitioned_at": now, "type": "subscription" },
        });
    });
    world.announce("customer.subscription.paused", id);
}

/// Resumes with a period that begins now and is billed at once. It runs again with the attempt to collect that bill, or
/// only once it is paid.
///
/// # Errors
/// It does not stand still.
pub fn resume(world: &mut World, id: &str, once_paid: bool) -> Result<(), ApiError> {
    let stored = world.get(id).clone();
    let first = lifecycle::item_ids(&stored).into_iter().next().unwrap_or_default();
    let interval = price::interval(world.get(world.get(&first).str("price")));
    let (Some(interval), "paused") = (interval, stored.str("status")) else {
        return Err(ApiError::invalid("Only a paused subscription can be resumed."));
    };
    let now = world.now();
    let period = (now, interval.next_end(now, now));
    for item in lifecycle::item_ids(&stored) {
        world.change(&item, |item| {
            item["current_period_start"] = json!(period.0);
            item["current_period_end"] = json!(period.1);
        });
    }
    lifecycle::begin_period(world, id, period);
    let invoice = switch::bill(world, id, Bills::Periods);
    if !once_paid {
        run_again(world, id);
    }
    let _ = collect::collect_at_once(world, &invoice, "allow_incomplete", Presence::AWAY);
    Ok(())
}

/// It runs again.
pub fn run_again(world: &mut World, id: &str) {
    world.update(id, "customer.subscription.updated", |subscription| {
        subscription["status"] = json!("active");
        if let Some(fields) = subscription.as_object_mut() {
            fields.shift_remove("status_details");
        }
    });
    world.announce("customer.subscription.resumed", id);
    // What came due meanwhile was passed over.
    lifecycle::schedule_period(world, id);
}

/// What happens at the end of a trial that nothing pays for, if it is not simply billed.
pub fn instead_of_billing(world: &mut World, id: &str) -> bool {
    let stored = world.get(id);
    let customer = &world.get(stored.str("customer"))["invoice_settings"];
    if stored.text("default_payment_method").or(customer.text("default_payment_method")).is_some() {
        return false;
    }
    match stored["trial_settings"]["end_behavior"].str("missing_payment_method") {
        "pause" => begin(world, id, Cause::TrialEnded),
        "cancel" => lifecycle::end(world, id, "payment_failed"),
        _ => return false,
    }
    true
}
