//! What a paid or failed invoice does to its subscription.

use serde_json::{Value, json};

use super::{lifecycle, pending_update, standstill};
use crate::{
    core::{json::Peek, settings::AfterLastRetry, world::World},
    object::invoice::subscription_of,
};

const DAY: i64 = 24 * 60 * 60;

/// A paid invoice brings its subscription back to life, if nothing newer is owed.
pub fn after_payment(world: &mut World, invoice_id: &str) {
    let Some(id) = subscription_of(world.get(invoice_id)).map(str::to_owned) else {
        return;
    };
    pending_update::paid(world, &id, invoice_id);
    let latest = world.get(&id).str("latest_invoice") == invoice_id;
    match world.get(&id).str("status") {
        "incomplete" => {
            world.update(&id, "customer.subscription.updated", |subscription| subscription["status"] = json!("active"))
        }
        "paused" if latest => standstill::run_again(world, &id),
        "past_due" | "unpaid" if latest => {
            world.update(&id, "customer.subscription.updated", |subscription| subscription["status"] = json!("active"))
        }
        _ => {}
    }
}

/// A first payment that its bank is still to decide starts the subscription already.
pub fn begin(world: &mut World, invoice_id: &str) {
    let Some(id) = subscription_of(world.get(invoice_id)).map(str::to_owned) else { return };
    if world.get(&id).str("status") == "incomplete" {
        world.update(&id, "customer.subscription.updated", |subscription| subscription["status"] = json!("active"));
    }
}

/// A failed renewal makes the subscription past due and plans the next attempt, until the last one has failed.
pub fn after_failure(world: &mut World, invoice_id: &str) {
    let Some(id) = subscription_of(world.get(invoice_id)).map(str::to_owned) else {
        return;
    };
    let waits = pending_update::waits_for(world, &id, invoice_id);
    if waits || matches!(world.get(&id).str("status"), "incomplete" | "paused") {
        return;
    }
    let attempts = world.get(invoice_id).int("attempt_count");
    let wait_days = usize::try_from(attempts - 1).ok().and_then(|index| world.settings.retry_days.get(index)).copied();
    let next = wait_days.map(|days| world.now() + i64::from(days) * DAY);
    world.change(invoice_id, |invoice| invoice["next_payment_attempt"] = next.map_or(Value::Null, |due| json!(due)));
    match next {
        Some(due) => {
            world.schedule(due, invoice_id);
            become_past_due(world, &id);
        }
        None => give_up(world, &id, invoice_id),
    }
}

/// An invoice that waits for its payer makes its subscription past due.
pub fn owes(world: &mut World, invoice_id: &str) {
    if let Some(id) = subscription_of(world.get(invoice_id)).map(str::to_owned) {
        become_past_due(world, &id);
    }
}

fn become_past_due(world: &mut World, id: &str) {
    if world.get(id).str("status") == "active" {
        world.update(id, "customer.subscription.updated", |subscription| subscription["status"] = json!("past_due"));
    }
}

fn give_up(world: &mut World, id: &str, invoice_id: &str) {
    world.change(invoice_id, |invoice| invoice["auto_advance"] = json!(false));
    if !matches!(world.get(id).str("status"), "active" | "past_due") {
        return;
    }
    match world.settings.after_last_retry {
        AfterLastRetry::Cancel => lifecycle::end(world, id, "payment_failed"),
        AfterLastRetry::MarkUnpaid => {
            world.update(id, "customer.subscription.updated", |subscription| subscription["status"] = json!("unpaid"))
        }
        AfterLastRetry::LeavePastDue => become_past_due(world, id),
    }
}
