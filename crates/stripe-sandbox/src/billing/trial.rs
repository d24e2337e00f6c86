//! Trials: when their end is announced, and how it is moved.

use serde_json::{Value, json};

use super::{draw::Bills, lifecycle, pending_update, switch};
use crate::core::{
    error::ApiError,
    json::Peek,
    world::{PRIVATE, World},
};

/// Seconds before a trial's end at which it is announced.
const TOLD_BEFORE: i64 = 3 * 24 * 60 * 60;
const DAY: i64 = 24 * 60 * 60;
/// Stripe's longest trial: two years.
const LONGEST_DAYS: i64 = 730;

/// The end of a wanted trial, from `trial_end` (a time, or `now` for none) or `trial_period_days`.
pub fn wanted_end(world: &World, params: &impl Peek) -> Result<Option<i64>, ApiError> {
    match (params.text("trial_end"), params.number("trial_period_days")) {
        (Some(_), Some(_)) => {
            let sentence = "You may only specify one of these parameters: trial_end, trial_period_days.";
            Err(ApiError::invalid(sentence).at("trial_end").coded("parameters_exclusive"))
        }
        (Some("now"), None) => Ok(None),
        (Some(time), None) => future_time(world, time).map(Some),
        (None, Some(0)) | (None, None) => Ok(None),
        (None, Some(days)) => Ok(Some(world.now() + days * DAY)),
    }
}

/// A checkout's trial lasts at least two days longer than the moment it is made in.
pub fn check_for_checkout(world: &World, data: &Value) -> Result<(), ApiError> {
    let end = wanted_end(world, data)?;
    let too_soon = data.text("trial_end").is_some() && end.is_none_or(|end| end < world.now() + 2 * DAY);
    if too_soon {
        let sentence = "The `trial_end` date has to be at least 2 days in the future.";
        return Err(ApiError::invalid(sentence).at("subscription_data[trial_end]"));
    }
    Ok(())
}

fn future_time(world: &World, text: &str) -> Result<i64, ApiError> {
    let now = world.now();
    match text.parse::<i64>() {
        Ok(time) if time > now && time <= now + LONGEST_DAYS * DAY => Ok(time),
        Ok(time) if time > now => Err(ApiError::invalid("A trial can be at most two years long.").at("trial_end")),
        _ => Err(ApiError::invalid("Invalid timestamp: must be `now` or a time in the future.").at("trial_end")),
    }
}

/// When the end of a stored subscription's trial is announced: three days before, or at once if it is shorter.
pub fn told_at(stored: &Value) -> Option<i64> {
    let end = stored.number("trial_end").filter(|_| stored.str("status") == "trialing")?;
    Some((end - TOLD_BEFORE).max(stored.int("trial_start")))
}

/// Announces the end of a trial, once.
pub fn tell(world: &mut World, id: &str, due: i64) -> bool {
    let stored = world.get(id);
    let end = stored.at("trial_end").clone();
    if told_at(stored) != Some(due) || stored[PRIVATE]["trial_told"] == end {
        return false;
    }
    world.change(id, |subscription| subscription[PRIVATE]["trial_told"] = end);
    world.announce("customer.subscription.trial_will_end", id);
    true
}

/// Moves the end of a running trial; at `now` the first period begins, and its invoice is due at once.
pub fn move_end(world: &mut World, id: &str, text: &str) -> Result<Option<String>, ApiError> {
    if world.get(id).str("status") != "trialing" {
        return Ok(None);
    }
    if text == "now" {
        return end_now(world, id).map(Some);
    }
    let end = future_time(world, text)?;
    pending_update::discard(world, id);
    run_until(world, id, end);
    Ok(None)
}

/// Whether a `trial_end` starts a trial in a subscription that runs without one.
pub fn starts(world: &World, id: &str, text: &str) -> bool {
    text != "now" && world.get(id).str("status") != "trialing"
}

/// Starts a trial in a running subscription: its period ends, and another begins that costs nothing. The caller bills.
///
/// # Errors
/// The time is none for a trial, or the subscription owes something or stands still.
pub fn start(world: &mut World, id: &str, text: &str, gives_rest_back: bool) -> Result<(), ApiError> {
    let end = future_time(world, text)?;
    pending_update::discard(world, id);
    let status = world.get(id).str("status");
    if status != "active" {
        let sentence = format!("The sandbox starts no trial in a subscription that is {status}.");
        return Err(ApiError::invalid(sentence).at("trial_end"));
    }
    if gives_rest_back {
        switch::give_back_rest(world, id);
    }
    let now = world.now();
    for item in lifecycle::item_ids(world.get(id)) {
        world.change(&item, |item| item["current_period_start"] = json!(now));
    }
    world.change(id, |subscription| {
        subscription["status"] = json!("trialing");
        subscription["trial_start"] = json!(now);
    });
    run_until(world, id, end);
    Ok(())
}

/// Has a trial, and the period with it, end at this time (unix seconds).
fn run_until(world: &mut World, id: &str, end: i64) {
    for item in lifecycle::item_ids(world.get(id)) {
        world.change(&item, |item| item["current_period_end"] = json!(end));
    }
    world.change(id, |subscription| {
        subscription["trial_end"] = json!(end);
        subscription["billing_cycle_anchor"] = json!(end);
        if subscription.flag("cancel_at_period_end") {
            subscription["cancel_at"] = json!(end);
        }
    });
    lifecycle::schedule_period(world, id);
}

fn end_now(world: &mut World, id: &str) -> Result<String, ApiError> {
    let now = world.now();
    world.change(id, |subscription| {
        subscription["status"] = json!("active");
        subscription["trial_end"] = json!(now);
    });
    let anew = switch::Switch {
        items: Vec::new(),
        proration: switch::Proration::None,
        anchor_now: true,
        proration_date: None,
    };
    let invoice = switch::apply(world, id, &anew)?;
    Ok(invoice.unwrap_or_else(|| switch::bill(world, id, Bills::Periods)))
}
