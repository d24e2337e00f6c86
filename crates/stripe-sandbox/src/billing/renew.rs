//! The end of a period: a new one with its invoice, or the end of the subscription.

use serde_json::json;

use super::{
    draw::{Draft, draw},
    lifecycle,
};
use crate::{
    core::{json::Peek, world::World},
    object::price,
};

/// Seconds between a renewal's draft invoice and its collection, as at Stripe.
pub const DRAFT_FOR: i64 = 60 * 60;

/// Called when a subscription's period has ended.
pub fn period_over(world: &mut World, id: &str) {
    let stored = world.get(id).clone();
    let due = lifecycle::period_end(world, &stored);
    if stored.flag("cancel_at_period_end") || stored.number("cancel_at").is_some_and(|at| at <= due) {
        lifecycle::end(world, id, stored["cancellation_details"].text("reason").unwrap_or("cancellation_requested"));
        return;
    }
    let before = world.render(id);
    let Some((start, end)) = advance(world, id, &stored) else {
        return;
    };
    let invoice = draw(
        world,
        &Draft {
            customer: stored.str("customer").to_owned(),
            subscription: id.to_owned(),
            reason: "subscription_cycle",
            period_start: before["items"]["data"][0].int("current_period_start"),
            period_end: start,
        },
    );
    let collects = stored.str("status") != "unpaid";
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
    world.schedule(end, id);
}

/// Moves every item to its next period; its start and end.
fn advance(world: &mut World, id: &str, stored: &serde_json::Value) -> Option<(i64, i64)> {
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
    let _ = id;
    period
}
