//! Pending updates: a change that holds only once its invoice is paid. It is made to see what it bills, and put aside until then.

use serde_json::{Map, Value, json};

use super::{collect, lifecycle};
use crate::{
    core::{
        error::ApiError,
        json::{Peek, merge_metadata},
        world::{PRIVATE, World},
    },
    object::payment_intent::Presence,
};

/// Stripe's word for it, as a `payment_behavior`.
pub const WORD: &str = "pending_if_incomplete";
/// Seconds that it waits at most.
const WAITS: i64 = 23 * 60 * 60;
/// What a change of what is billed changes in the subscription itself.
const FIELDS: &[&str] = &["billing_cycle_anchor", "cancel_at", "items", "status", "trial_end", "trial_start"];
/// Where it is kept.
const KEPT: &str = "pending";

/// What holds with the change besides what is billed.
#[derive(Debug, Clone, Default)]
pub struct More {
    /// Metadata to merge.
    pub metadata: Option<Value>,
    /// Whether it ends with its period.
    pub cancel_at_period_end: Option<bool>,
}

/// Makes a change that holds once the invoice that it draws up is paid: at once, or when somebody pays it.
///
/// # Errors
/// The change cannot be made, or not as a pending one.
pub fn make(
    world: &mut World,
    id: &str,
    more: &More,
    change: impl FnOnce(&mut World) -> Result<Option<String>, ApiError>,
) -> Result<(), ApiError> {
    check(world, id)?;
    let before = world.render(id);
    let old = terms(world, id);
    let Some(invoice) = change(world)? else {
        hold(world, id, more.metadata.as_ref(), more.cancel_at_period_end);
        world.announce_change(id, "customer.subscription.updated", &before);
        return Ok(());
    };
    let picture = shown(world, id, &before, more);
    let new = terms(world, id);
    put(world, id, &old, &new);
    let kept = json!({
        "cancel_at_period_end": more.cancel_at_period_end,
        "invoice": invoice,
        "metadata": more.metadata,
        "old": old,
        "new": new,
    });
    world.change(id, |subscription| subscription[PRIVATE][KEPT] = kept);
    collect::finalize(world, &invoice);
    if world.get(&invoice).str("status") == "open" {
        let _ = collect::attempt(world, &invoice, Presence::AWAY);
    }
    if waits_for(world, id, &invoice) {
        let expires = picture.int("expires_at");
        world.change(id, |subscription| subscription["pending_update"] = picture);
        world.schedule(expires, id);
    }
    world.announce_change(id, "customer.subscription.updated", &before);
    Ok(())
}

fn check(world: &mut World, id: &str) -> Result<(), ApiError> {
    discard(world, id);
    let stored = world.get(id);
    if !matches!(stored.str("status"), "active" | "trialing") {
        let sentence =
            format!("A subscription that is {} cannot be changed by `{WORD}` in the sandbox.", stored.str("status"));
        return Err(ApiError::invalid(sentence).at("payment_behavior"));
    }
    let customer = &world.get(stored.str("customer"))["invoice_settings"];
    let method = stored.text("default_payment_method").or(customer.text("default_payment_method"));
    if method.is_some_and(|method| world.get(method).str("type") == "sepa_debit") {
        let sentence = "Pending updates are not supported where bank debits pay.";
        return Err(ApiError::invalid(sentence).at("payment_behavior"));
    }
    Ok(())
}

/// What a subscription bills now: its own fields, and its items as they are stored.
fn terms(world: &World, id: &str) -> Value {
    let stored = world.get(id);
    let fields: Map<String, Value> =
        FIELDS.iter().map(|field| ((*field).to_owned(), stored.at(field).clone())).collect();
    let items: Map<String, Value> =
        lifecycle::item_ids(stored).into_iter().map(|item| (item.clone(), world.get(&item).clone())).collect();
    json!({ "fields": fields, "items": items })
}

/// Has a subscription bill by these terms, and no more by the others.
fn put(world: &mut World, id: &str, terms: &Value, others: &Value) {
    let gone = others["items"].as_object().into_iter().flatten();
    for (item, _) in gone.filter(|(item, _)| terms["items"].get(item.as_str()).is_none()) {
        world.change(item, |stored| stored[PRIVATE]["deleted"] = json!(true));
    }
    for (item, wanted) in terms["items"].as_object().into_iter().flatten() {
        world.change(item, |stored| *stored = wanted.clone());
    }
    world.change(id, |subscription| {
        for (field, value) in terms["fields"].as_object().into_iter().flatten() {
            subscription[field] = value.clone();
        }
    });
}

fn hold(world: &mut World, id: &str, metadata: Option<&Value>, cancels: Option<bool>) {
    world.change(id, |subscription| merge_metadata(subscription, metadata));
    if let Some(cancels) = cancels {
        lifecycle::set_cancel_at_period_end(world, id, cancels);
    }
}

/// `pending_update` of a subscription that is changed, as it was before.
fn shown(world: &World, id: &str, before: &Value, more: &More) -> Value {
    let after = world.render(id);
    let ends = before["items"].items("data").iter().map(|item| item.int("current_period_end"));
    let changed = |field: &str| (after[field] != before[field]).then(|| after[field].clone());
    json!({
        "billing_cycle_anchor": changed("billing_cycle_anchor"),
        "cancel_at_period_end": more.cancel_at_period_end,
        "discount": null,
        "discounts": null,
        "expires_at": ends.chain([world.now() + WAITS]).min(),
        "metadata": more.metadata,
        "subscription_items": after["items"]["data"],
        "trial_end": changed("trial_end"),
        "trial_from_plan": null,
    })
}

/// Whether a subscription's change waits for this invoice.
pub fn waits_for(world: &World, subscription: &str, invoice: &str) -> bool {
    world.get(subscription)[PRIVATE][KEPT].text("invoice") == Some(invoice)
}

/// The items that a subscription would have by its pending update, if one waits.
pub fn item_ids(world: &World, id: &str) -> Option<Vec<String>> {
    let items = world.get(id)[PRIVATE][KEPT]["new"]["items"].as_object()?;
    Some(items.keys().cloned().collect())
}

/// An invoice was paid: the change that waited for it holds.
pub fn paid(world: &mut World, id: &str, invoice: &str) {
    if !waits_for(world, id, invoice) {
        return;
    }
    let before = world.render(id);
    let kept = take(world, id);
    put(world, id, &kept["new"], &kept["old"]);
    hold(world, id, Some(&kept["metadata"]).filter(|given| !given.is_null()), kept["cancel_at_period_end"].as_bool());
    lifecycle::schedule_period(world, id);
    if before["pending_update"].is_null() {
        return;
    }
    world.announce_change(id, "customer.subscription.updated", &before);
    world.announce("customer.subscription.pending_update_applied", id);
}

/// An invoice was voided: the change that waited for it is dropped.
pub fn voided(world: &mut World, id: &str, invoice: &str) {
    if !waits_for(world, id, invoice) {
        return;
    }
    let before = world.render(id);
    take(world, id);
    world.announce_change(id, "customer.subscription.updated", &before);
    world.announce("customer.subscription.pending_update_expired", id);
}

fn take(world: &mut World, id: &str) -> Value {
    let kept = world.get(id)[PRIVATE][KEPT].clone();
    world.change(id, |subscription| {
        subscription["pending_update"] = Value::Null;
        if let Some(private) = subscription[PRIVATE].as_object_mut() {
            private.shift_remove(KEPT);
        }
    });
    kept
}

/// Drops the change that waits, if one does, with its invoice.
pub fn discard(world: &mut World, id: &str) {
    if let Some(invoice) = world.get(id)[PRIVATE][KEPT].text("invoice").map(str::to_owned) {
        collect::void(world, &invoice);
    }
}

/// Drops a change whose time is over; whether one was.
pub fn lapse(world: &mut World, id: &str, due: i64) -> bool {
    let over = world.get(id)["pending_update"].number("expires_at").is_some_and(|expires| expires <= due);
    if over {
        discard(world, id);
    }
    over
}
