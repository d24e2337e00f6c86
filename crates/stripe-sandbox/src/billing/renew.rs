//! The end of a period: a new one with its invoice, or the end of the subscription.

use serde_json::{Value, json};

use super::{
    draw::{Bills, Draft, draw},
    lifecycle, pause, standstill,
};
use crate::{
    core::{
        json::Peek,
        world::{PRIVATE, World},
    },
    object::price,
};

/// Seconds between a renewal's draft invoice and its collection, as at Stripe.
pub const DRAFT_FOR: i64 = 60 * 60;

/// Seconds before a renewal at which it is announced.
pub const TOLD_BEFORE: i64 = 3 * 24 * 60 * 60;

/// Called when a subscription's period has ended.
pub fn period_over(world: &mut World, id: &str) {
    let stored = world.get(id).clone();
    let due = lifecycle::period_end(world, &stored);
    if stored.flag("cancel_at_period_end") || stored.number("cancel_at").is_some_and(|at| at <= due) {
        lifecycle::end(world, id, stored["cancellation_details"].text("reason").unwrap_or("cancellation_requested"));
        return;
    }
    if stored.str("status") == "trialing" && standstill::instead_of_billing(world, id) {
        return;
    }
    let before = world.render(id);
    if stored.str("status") == "trialing" {
        world.change(id, |subscription| subscription["status"] = json!("active"));
    }
    let Some(invoice) = next_invoice(world, id) else {
        return;
    };
    let paused = stored["pause_collection"].text("behavior");
    let collects = stored.str("status") != "unpaid" && paused.is_none();
    let finalizes = world.now() + DRAFT_FOR;
    world.change(&invoice, |invoice| {
        invoice["auto_advance"] = json!(collects);
        invoice["automatically_finalizes_at"] = if collects { json!(finalizes) } else { json!(null) };
        invoice["next_payment_attempt"] = if collects { json!(finalizes) } else { json!(null) };
    });
    world.change(id, |subscription| subscription["latest_invoice"] = json!(invoice));
    world.announce_change(id, "customer.subscription.updated", &before);
    if collects {
        world.schedule(finalizes, &invoice);
    }
    if let Some(behavior) = paused {
        pause::instead_of_collecting(world, &invoice, behavior);
    }
    lifecycle::schedule_period(world, id);
}

/// Moves a subscription to its next period and draws up that period's invoice.
pub fn next_invoice(world: &mut World, id: &str) -> Option<String> {
    let stored = world.get(id).clone();
    let period_start = lifecycle::period(world, &stored).0;
    let (start, _) = advance(world, &stored)?;
    let draft = Draft {
        customer: stored.str("customer").to_owned(),
        subscription: id.to_owned(),
        reason: "subscription_cycle",
        bills: Bills::Periods,
        period_start,
        period_end: start,
    };
    Some(draw(world, &draft))
}

/// Announces the next invoice some days before its time, once a period: a picture of it, without an id, as it would be now.
pub fn tell(world: &mut World, id: &str, due: i64) -> bool {
    let stored = world.get(id).clone();
    let (start, end) = lifecycle::period(world, &stored);
    let told = stored[PRIVATE].number("upcoming_told") == Some(end);
    if due != end - TOLD_BEFORE || due <= start || told || stored.number("cancel_at").is_some_and(|at| at <= end) {
        return false;
    }
    world.change(id, |subscription| subscription[PRIVATE]["upcoming_told"] = json!(end));
    if let Some(mut picture) = preview(world, id) {
        if let Some(fields) = picture.as_object_mut() {
            fields.shift_remove("id");
        }
        world.announce_picture("invoice.upcoming", picture);
    }
    true
}

/// What the next renewal would bill, as an invoice that does not exist.
pub fn preview(world: &mut World, id: &str) -> Option<Value> {
    let mut picture = world.rehearse(|world| next_invoice(world, id).map(|invoice| world.render(&invoice)))?;
    let collected = lifecycle::period_end(world, world.get(id)) + DRAFT_FOR;
    picture["billing_reason"] = json!("upcoming");
    picture["created"] = picture["period_end"].clone();
    picture["next_payment_attempt"] = json!(collected);
    Some(picture)
}

/// Moves every item to its next period; its start and end.
fn advance(world: &mut World, stored: &Value) -> Option<(i64, i64)> {
    let anchor = stored.int("billing_cycle_anchor");
    let mut period = None;
    for item in lifecycle::item_ids(stored) {
        let start = world.get(&item).int("current_period_end");
        let end = price::interval(world.get(world.get(&item).str("price")))?.next_end(anchor, start);
        world.change(&item, |item| {
            item["current_period_start"] = json!(start);
            item["current_period_end"] = json!(end);
        });
        period = Some((start, end));
    }
    period
}
