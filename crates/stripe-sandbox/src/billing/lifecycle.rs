//! A subscription's life: how it starts, when its period ends, how it ends.

use serde_json::{Value, json};

use super::{
    collect,
    discount::{self, Given, Place},
    draw,
    draw::Bills,
    pending_update, renew, trial,
};
use crate::{
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, fresh_metadata},
        world::World,
    },
    object::{invoice, price, subscription_item},
};

/// Seconds until an incomplete subscription expires.
pub const INCOMPLETE_FOR: i64 = 23 * 60 * 60;

/// Items that do not bill alike.
pub const DIFFERENT: &str = "Currency and interval fields must match across all plans on this subscription.";
/// A price that does not recur.
pub const ONE_TIME: &str =
    "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.";

/// What a new subscription is made of.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Whose it is.
    pub customer: String,
    /// Price ids with quantities.
    pub items: Vec<(String, i64)>,
    /// What pays for renewals.
    pub default_payment_method: Option<String>,
    /// Its metadata.
    pub metadata: Value,
    /// Its description.
    pub description: Option<String>,
    /// What it is discounted by.
    pub discounts: Vec<Given>,
    /// The session that it comes from.
    pub session: Option<String>,
    /// Whether its invoices bear tax.
    pub automatic_tax: bool,
    /// When its trial ends, unix seconds, if it begins with one.
    pub trial_end: Option<i64>,
    /// What happens if nothing pays when the trial ends, in Stripe's word.
    pub missing_payment_method: Option<String>,
}

/// Adds an incomplete subscription with its first, still open invoice (whose payment is `intent`, or a new one).
pub fn start(world: &mut World, order: &Order, intent: Option<String>) -> Result<String, ApiError> {
    let id = insert(world, order)?;
    let place = Place { customer: &order.customer, subscription: Some(&id), session: order.session.as_deref() };
    for given in &order.discounts {
        discount::begin(world, given, place);
    }
    world.announce("customer.subscription.created", &id);
    let now = world.now();
    let draft = draw::Draft {
        customer: order.customer.clone(),
        subscription: id.clone(),
        reason: "subscription_create",
        bills: if order.trial_end.is_some() { Bills::Trial } else { Bills::Periods },
        period_start: now,
        period_end: now,
    };
    let invoice = draw::draw(world, &draft);
    world.change(&id, |subscription| subscription["latest_invoice"] = json!(invoice));
    match intent {
        Some(intent) => collect::finalize_with(world, &invoice, Some(intent)),
        None => collect::finalize(world, &invoice),
    }
    schedule_period(world, &id);
    world.schedule(now + INCOMPLETE_FOR, &id);
    Ok(id)
}

fn insert(world: &mut World, order: &Order) -> Result<String, ApiError> {
    let id = world.new_id("subscription");
    let now = world.now();
    let mut currency = None;
    let mut end = now;
    let mut items = Vec::new();
    for (price_id, quantity) in &order.items {
        let price = world.named("price", price_id, "items[0][price]")?;
        let Some(interval) = price::interval(price) else {
            return Err(ApiError::invalid(ONE_TIME).at("items[0][price]"));
        };
        let price_currency = price["currency"].clone();
        if currency.as_ref().is_some_and(|known| *known != price_currency)
            || (end != now && interval.next_end(now, now) != end)
        {
            return Err(ApiError::invalid(DIFFERENT).at("items"));
        }
        currency = Some(price_currency);
        end = interval.next_end(now, now);
        let first_end = order.trial_end.unwrap_or(end);
        items.push(subscription_item::insert(world, &id, price_id, *quantity, (now, first_end)));
    }
    let own = json!({
        "id": id,
        "billing_cycle_anchor": order.trial_end.unwrap_or(now),
        "created": now,
        "currency": currency,
        "customer": order.customer,
        "default_payment_method": order.default_payment_method,
        "description": order.description,
        "items": { "object": "list", "data": items },
        "metadata": fresh_metadata(Some(&order.metadata).filter(|metadata| metadata.is_object())),
        "start_date": now,
        "test_clock": world.clock_field(&order.customer),
        "status": if order.trial_end.is_some() { "trialing" } else { "incomplete" },
        "trial_end": order.trial_end,
        "trial_start": order.trial_end.map(|_| now),
    });
    let mut subscription = filled("subscription", own);
    if let Some(word) = &order.missing_payment_method {
        subscription["trial_settings"]["end_behavior"]["missing_payment_method"] = json!(word);
    }
    world.insert(subscription);
    set_automatic_tax(world, &id, order.automatic_tax);
    Ok(id)
}

/// Has a subscription's invoices bear tax from now on, or no more.
pub fn set_automatic_tax(world: &mut World, id: &str, enabled: bool) {
    world.change(id, |subscription| {
        subscription["automatic_tax"]["enabled"] = json!(enabled);
        subscription["automatic_tax"]["liability"] = if enabled { json!({ "type": "self" }) } else { Value::Null };
    });
}

/// Ids of a stored subscription's items.
pub fn item_ids(stored: &Value) -> Vec<String> {
    stored["items"].items("data").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// When a stored subscription's current period ends, in unix seconds.
pub fn period_end(world: &World, stored: &Value) -> i64 {
    item_ids(stored).first().map_or(0, |item| world.get(item).int("current_period_end"))
}

/// A stored subscription's current period, in unix seconds.
pub fn period(world: &World, stored: &Value) -> (i64, i64) {
    let first = item_ids(stored).first().map(|item| world.get(item)).unwrap_or(&Value::Null);
    (first.int("current_period_start"), first.int("current_period_end"))
}

/// Counts the periods of a subscription from a new one on, which its items show already.
pub fn begin_period(world: &mut World, id: &str, period: (i64, i64)) {
    world.change(id, |subscription| {
        subscription["billing_cycle_anchor"] = json!(period.0);
        if subscription.flag("cancel_at_period_end") {
            subscription["cancel_at"] = json!(period.1);
        }
    });
    schedule_period(world, id);
}

/// Has the end of the running period looked at when it comes, and what is told before it.
pub fn schedule_period(world: &mut World, id: &str) {
    for due in times(world, world.get(id)) {
        world.schedule(due, id);
    }
}

/// When something is due in a running subscription, in unix seconds.
pub fn times(world: &World, stored: &Value) -> Vec<i64> {
    let end = period_end(world, stored);
    let told = [Some(end), Some(end - renew::TOLD_BEFORE), stored.number("cancel_at")];
    let lapses = stored["pending_update"].number("expires_at");
    let more = [trial::told_at(stored), stored["pause_collection"].number("resumes_at"), lapses];
    told.into_iter().chain(more).flatten().collect()
}

/// Whether it bills no more.
pub fn is_over(stored: &Value) -> bool {
    matches!(stored.str("status"), "canceled" | "incomplete_expired")
}

/// Ends a subscription now; its open invoices are chased no further.
pub fn end(world: &mut World, id: &str, reason: &str) {
    pending_update::discard(world, id);
    let now = world.now();
    world.change(id, |subscription| {
        subscription["canceled_at"] =
            if subscription["canceled_at"].is_null() { json!(now) } else { subscription["canceled_at"].clone() };
        subscription["cancellation_details"]["reason"] = json!(reason);
        subscription["ended_at"] = json!(now);
        subscription["status"] = json!("canceled");
    });
    let open: Vec<String> = world
        .newest("invoice")
        .filter(|invoice| {
            invoice::subscription_of(invoice) == Some(id) && matches!(invoice.str("status"), "draft" | "open")
        })
        .map(|invoice| invoice.str("id").to_owned())
        .collect();
    for invoice in open {
        world.update(&invoice, "invoice.updated", |invoice| {
            invoice["auto_advance"] = json!(false);
            invoice["automatically_finalizes_at"] = Value::Null;
            invoice["next_payment_attempt"] = Value::Null;
        });
    }
    world.announce("customer.subscription.deleted", id);
}

/// Gives up a subscription whose first invoice was never paid.
pub fn expire_incomplete(world: &mut World, id: &str) {
    let now = world.now();
    world.update(id, "customer.subscription.updated", |subscription| {
        subscription["ended_at"] = json!(now);
        subscription["status"] = json!("incomplete_expired");
    });
    let invoice = world.get(id).str("latest_invoice").to_owned();
    collect::void(world, &invoice);
}

/// Sets or takes back the end with the period.
pub fn set_cancel_at_period_end(world: &mut World, id: &str, cancels: bool) {
    let now = world.now();
    let end = period_end(world, world.get(id));
    world.change(id, |subscription| {
        if subscription.flag("cancel_at_period_end") == cancels && (cancels || subscription["cancel_at"].is_null()) {
            return;
        }
        subscription["cancel_at_period_end"] = json!(cancels);
        subscription["cancel_at"] = if cancels { json!(end) } else { Value::Null };
        subscription["canceled_at"] = if cancels { json!(now) } else { Value::Null };
        subscription["cancellation_details"]["reason"] =
            if cancels { json!("cancellation_requested") } else { Value::Null };
    });
}
