//! A subscription that stands still: nothing renews, nothing is billed, until it is resumed.

use serde_json::json;

use super::{
    collect,
    draw::Bills,
    lifecycle, pending, pending_update,
    switch::{self, Proration},
};
use crate::{
    core::{
        calendar::Interval,
        error::ApiError,
        json::Peek,
        world::{PRIVATE, World},
    },
    object::{payment_intent::Presence, price},
};

/// Why a subscription stands still, in Stripe's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Somebody asked for it, and the rest of the period was given back, or was not.
    Requested {
        /// Whether it was.
        gave_back: bool,
    },
    /// Its trial ended and nothing pays for it.
    TrialEnded,
}

/// Brings a subscription to a standstill.
pub fn begin(world: &mut World, id: &str, cause: Cause) {
    let (cause, gave_back) = match cause {
        Cause::Requested { gave_back } => ("pause_requested", gave_back),
        Cause::TrialEnded => ("trial_end_without_payment_method", false),
    };
    let now = world.now();
    pending_update::discard(world, id);
    world.change(id, |subscription| subscription[PRIVATE]["gave_back"] = json!(gave_back));
    world.update(id, "customer.subscription.updated", |subscription| {
        subscription["status"] = json!("paused");
        subscription["status_details"] = json!({
            "paused": { "subscription": { "type": cause }, "transitioned_at": now, "type": "subscription" },
        });
    });
    world.announce("customer.subscription.paused", id);
}

/// How a subscription is resumed.
#[derive(Debug, Clone, Copy)]
pub struct Resumption {
    /// Whether its periods go on from the old anchor, instead of from now.
    pub keeps_anchor: bool,
    /// Whether it runs again only once its bill is paid, instead of with the attempt to collect it.
    pub once_paid: bool,
    /// What becomes of the rest of a period that keeps its anchor.
    pub proration: Proration,
    /// The time that this rest is counted from, unix seconds, if not now.
    pub proration_date: Option<i64>,
}

/// Resumes, and collects what there is to pay.
///
/// # Errors
/// It does not stand still.
pub fn resume(world: &mut World, id: &str, wanted: &Resumption) -> Result<(), ApiError> {
    let stored = world.get(id).clone();
    let first = lifecycle::item_ids(&stored).into_iter().next().unwrap_or_default();
    let interval = price::interval(world.get(world.get(&first).str("price")));
    let (Some(interval), "paused") = (interval, stored.str("status")) else {
        return Err(ApiError::invalid("Only a paused subscription can be resumed."));
    };
    let bill = if wanted.keeps_anchor {
        go_on(world, id, &interval, wanted)?
    } else {
        let now = world.now();
        let period = (now, interval.next_end(now, now));
        write_period(world, id, period);
        lifecycle::begin_period(world, id, period);
        Some(switch::bill(world, id, Bills::Periods))
    };
    if !wanted.once_paid || bill.is_none() {
        run_again(world, id);
    }
    if let Some(invoice) = bill {
        let _ = collect::collect_at_once(world, &invoice, "allow_incomplete", Presence::AWAY);
    }
    Ok(())
}

/// Goes on in the period that runs by the old anchor. Its rest is charged, unless it is paid for still.
fn go_on(world: &mut World, id: &str, interval: &Interval, wanted: &Resumption) -> Result<Option<String>, ApiError> {
    let stored = world.get(id).clone();
    let (anchor, before) = (stored.int("billing_cycle_anchor"), lifecycle::period(world, &stored));
    let mut period = before;
    while period.1 <= world.now() {
        period = (period.1, interval.next_end(anchor, period.1));
    }
    let from = wanted.proration_date.unwrap_or(world.now());
    if !(period.0..=period.1).contains(&from) {
        return Err(ApiError::invalid(switch::OUTSIDE).at("proration_date"));
    }
    write_period(world, id, period);
    if wanted.proration != Proration::None && (period != before || stored[PRIVATE].flag("gave_back")) {
        switch::charge_rest(world, id, from);
    }
    let bills = wanted.proration == Proration::Invoice && !pending::of_subscription(world, id).is_empty();
    Ok(bills.then(|| switch::bill(world, id, Bills::Nothing)))
}

fn write_period(world: &mut World, id: &str, period: (i64, i64)) {
    for item in lifecycle::item_ids(world.get(id)) {
        world.change(&item, |item| {
            item["current_period_start"] = json!(period.0);
            item["current_period_end"] = json!(period.1);
        });
    }
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
