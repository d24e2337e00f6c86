//! Subscriptions.

use serde_json::{Value, json};

use super::{payment_method, price, subscription_item};
use crate::{
    billing::{collect, draw},
    core::{
        error::ApiError,
        json::{Peek, copy_given, fresh_metadata, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt, req},
        world::World,
    },
    http::route::{Call, Outcome, Route, delete, get, post},
    object::payment_intent::{Presence, Refusal},
};

/// Seconds until an incomplete subscription expires.
pub const INCOMPLETE_FOR: i64 = 23 * 60 * 60;

const FEEDBACK: &[&str] = &[
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
];
const CANCELLATION_DETAILS: &[Field] = &[clear("comment", Kind::Text), clear("feedback", Kind::OneOf(FEEDBACK))];
const CREATE_ITEM: &[Field] =
    &[req("price", Kind::Text), opt("quantity", Kind::IntIn(1, 999_999)), opt("metadata", Kind::Metadata)];
const PAYMENT_BEHAVIOR: &[&str] =
    &["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"];
const CREATE: &[Field] = &[
    req("customer", Kind::Text),
    req("items", Kind::List(&Kind::Object(CREATE_ITEM))),
    opt("cancel_at_period_end", Kind::Bool),
    opt("default_payment_method", Kind::Text),
    opt("description", Kind::Text),
    opt("metadata", Kind::Metadata),
    opt("off_session", Kind::Bool),
    opt("payment_behavior", Kind::OneOf(PAYMENT_BEHAVIOR)),
];
const UPDATE: &[Field] = &[
    clear("cancel_at", Kind::Int),
    opt("cancel_at_period_end", Kind::Bool),
    opt("cancellation_details", Kind::Object(CANCELLATION_DETAILS)),
    clear("default_payment_method", Kind::Text),
    clear("description", Kind::Text),
    clear("metadata", Kind::Metadata),
    opt("off_session", Kind::Bool),
    opt("payment_behavior", Kind::OneOf(PAYMENT_BEHAVIOR)),
    opt("proration_behavior", Kind::OneOf(&["always_invoice", "create_prorations", "none"])),
];
const CANCEL: &[Field] = &[
    opt("cancellation_details", Kind::Object(CANCELLATION_DETAILS)),
    opt("invoice_now", Kind::Bool),
    opt("prorate", Kind::Bool),
];
const STATUSES: &[&str] = &[
    "active",
    "all",
    "canceled",
    "ended",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
];
const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    CREATED,
    opt("collection_method", Kind::OneOf(&["charge_automatically", "send_invoice"])),
    opt("customer", Kind::Text),
    opt("price", Kind::Text),
    opt("status", Kind::OneOf(STATUSES)),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/subscriptions", CREATE, create),
    get("/v1/subscriptions", LIST, list),
    get("/v1/customers/{id}/subscriptions", LIST, list_of_customer),
    get("/v1/subscriptions/{id}", &[], retrieve),
    post("/v1/subscriptions/{id}", UPDATE, update),
    delete("/v1/subscriptions/{id}", CANCEL, cancel),
];

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
}

/// Adds an incomplete subscription with its first, still open invoice (whose payment is `intent`, or a new one).
pub fn start(world: &mut World, order: &Order, intent: Option<String>) -> Result<String, ApiError> {
    let (id, end) = insert(world, order)?;
    world.announce("customer.subscription.created", &id);
    let now = world.now();
    let draft = draw::Draft {
        customer: order.customer.clone(),
        subscription: id.clone(),
        reason: "subscription_create",
        period_start: now,
        period_end: now,
    };
    let invoice = draw::draw(world, &draft);
    world.change(&id, |subscription| subscription["latest_invoice"] = json!(invoice));
    match intent {
        Some(intent) => collect::finalize_with(world, &invoice, Some(intent)),
        None => collect::finalize(world, &invoice),
    }
    world.schedule(end, &id);
    world.schedule(now + INCOMPLETE_FOR, &id);
    Ok(id)
}

fn insert(world: &mut World, order: &Order) -> Result<(String, i64), ApiError> {
    let id = world.new_id("subscription");
    let now = world.now();
    let mut currency = None;
    let mut end = now;
    let mut items = Vec::new();
    for (price_id, quantity) in &order.items {
        let price = world.named("price", price_id, "items[0][price]")?;
        let Some(interval) = price::interval(price) else {
            return Err(ApiError::invalid(format!("The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`: {price_id}.")).at("items[0][price]"));
        };
        currency = Some(price["currency"].clone());
        end = interval.next_end(now, now);
        items.push(subscription_item::insert(world, &id, price_id, *quantity, (now, end)));
    }
    let mut subscription = blank(&id, now);
    subscription["currency"] = currency.unwrap_or(Value::Null);
    subscription["customer"] = json!(order.customer);
    subscription["default_payment_method"] = json!(order.default_payment_method);
    subscription["description"] = json!(order.description);
    subscription["items"] = json!({ "object": "list", "data": items });
    subscription["metadata"] = fresh_metadata(Some(&order.metadata).filter(|metadata| metadata.is_object()));
    world.insert(subscription);
    Ok((id, end))
}

fn blank(id: &str, now: i64) -> Value {
    json!({
        "id": id,
        "object": "subscription",
        "application": null,
        "application_fee_percent": null,
        "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null },
        "billing_cycle_anchor": now,
        "billing_cycle_anchor_config": null,
        "billing_mode": { "flexible": { "proration_discounts": "included" }, "type": "flexible", "updated_at": null },
        "billing_schedules": [],
        "billing_thresholds": null,
        "cancel_at": null,
        "cancel_at_period_end": false,
        "canceled_at": null,
        "cancellation_details": { "comment": null, "feedback": null, "reason": null },
        "collection_method": "charge_automatically",
        "created": now,
        "currency": null,
        "customer": null,
        "customer_account": null,
        "days_until_due": null,
        "default_payment_method": null,
        "default_source": null,
        "default_tax_rates": [],
        "description": null,
        "discounts": [],
        "ended_at": null,
        "invoice_settings": { "account_tax_ids": null, "custom_fields": null, "description": null, "footer": null, "issuer": { "type": "self" } },
        "items": null,
        "latest_invoice": null,
        "livemode": false,
        "metadata": {},
        "next_pending_invoice_item_invoice": null,
        "on_behalf_of": null,
        "pause_collection": null,
        "payment_settings": { "payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off" },
        "pending_invoice_item_interval": null,
        "pending_setup_intent": null,
        "pending_update": null,
        "schedule": null,
        "start_date": now,
        "status": "incomplete",
        "test_clock": null,
        "transfer_data": null,
        "trial_end": null,
        "trial_settings": { "end_behavior": { "missing_payment_method": "create_invoice" } },
        "trial_start": null,
    })
}

/// Ids of a stored subscription's items.
pub fn item_ids(stored: &Value) -> Vec<String> {
    stored["items"].items("data").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// When a stored subscription's current period ends, in unix seconds.
pub fn period_end(world: &World, stored: &Value) -> i64 {
    item_ids(stored).first().map_or(0, |item| world.get(item).int("current_period_end"))
}

/// Whether it bills no more.
pub fn is_over(stored: &Value) -> bool {
    matches!(stored.str("status"), "canceled" | "incomplete_expired")
}

/// Ends a subscription now; its open invoices are chased no further.
pub fn end(world: &mut World, id: &str, reason: &str) {
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
            super::invoice::subscription_of(invoice) == Some(id) && matches!(invoice.str("status"), "draft" | "open")
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

fn create(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    let customer = params.str("customer").to_owned();
    world.named("customer", &customer, "customer").map_err(|error| ApiError { status: 400, ..error })?;
    let method = match params.text("default_payment_method") {
        Some(given) => Some(payment_method::resolve(world, given, "default_payment_method")?),
        None => world.get(&customer)["invoice_settings"].text("default_payment_method").map(str::to_owned),
    };
    let waits = params.str("payment_behavior") == "default_incomplete";
    if method.is_none() && !waits {
        return Err(ApiError::invalid("This customer has no attached payment source or default payment method. Please consider adding a default payment method.").coded("resource_missing"));
    }
    let items = params
        .items("items")
        .iter()
        .map(|item| (item.str("price").to_owned(), item.number("quantity").unwrap_or(1)))
        .collect();
    let order = Order {
        customer,
        items,
        default_payment_method: params.text("default_payment_method").and(method),
        metadata: params.at("metadata").clone(),
        description: params.text("description").map(str::to_owned),
    };
    let id = start(world, &order, None)?;
    if params.flag("cancel_at_period_end") {
        set_cancel_at_period_end(world, &id, true);
    }
    collect_first(world, &id, params.str("payment_behavior"))?;
    Ok(world.render(&id))
}

fn collect_first(world: &mut World, id: &str, behavior: &str) -> Result<(), ApiError> {
    let invoice = world.get(id).str("latest_invoice").to_owned();
    if behavior == "default_incomplete" || world.get(&invoice).str("status") != "open" {
        return Ok(());
    }
    match collect::attempt(world, &invoice, Presence::HERE) {
        Err(Refusal::Declined(decline)) if behavior == "error_if_incomplete" => {
            Err(ApiError { keeps_changes: false, ..decline.error() })
        }
        _ => Ok(()),
    }
}

fn list(world: &mut World, call: &Call) -> Outcome {
    list_where(world, call, call.params.text("customer"), "/v1/subscriptions")
}

fn list_of_customer(world: &mut World, call: &Call) -> Outcome {
    world.named("customer", call.id(), "customer")?;
    list_where(world, call, Some(call.id()), &format!("/v1/customers/{}/subscriptions", call.id()))
}

/// Without a status, what has been canceled is left out.
fn list_where(world: &World, call: &Call, customer: Option<&str>, url: &str) -> Outcome {
    let params = &call.params;
    world.list("subscription", params, url, |stored| {
        let status = stored.str("status");
        let wanted = match params.text("status") {
            None => status != "canceled",
            Some("all") => true,
            Some("ended") => is_over(stored),
            Some(exact) => status == exact,
        };
        wanted
            && customer.is_none_or(|wanted| stored.str("customer") == wanted)
            && matches(stored, params, "collection_method")
            && params
                .text("price")
                .is_none_or(|wanted| item_ids(stored).iter().any(|item| world.get(item).str("price") == wanted))
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("subscription", call.id(), "id").map(|subscription| world.show(subscription))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    let stored = world.named("subscription", call.id(), "id")?;
    let only_words = params
        .keys()
        .all(|name| matches!(name.as_str(), "metadata" | "cancellation_details" | "description" | "expand"));
    if is_over(stored) && !only_words {
        return Err(ApiError::invalid(
            "A canceled subscription can only update its cancellation_details and metadata.",
        ));
    }
    if params.get("cancel_at_period_end").is_some() && params.get("cancel_at").is_some_and(|at| !at.is_null()) {
        return Err(ApiError::invalid(
            "You may only specify one of these parameters: cancel_at, cancel_at_period_end.",
        )
        .at("cancel_at")
        .coded("parameters_exclusive"));
    }
    let before = world.render(call.id());
    if let Some(method) = params.text("default_payment_method") {
        let method = payment_method::resolve(world, method, "default_payment_method")?;
        world.change(call.id(), |subscription| subscription["default_payment_method"] = json!(method));
    } else if params.contains_key("default_payment_method") {
        world.change(call.id(), |subscription| subscription["default_payment_method"] = Value::Null);
    }
    if let Some(cancels) = params.get("cancel_at_period_end").and_then(Value::as_bool) {
        set_cancel_at_period_end(world, call.id(), cancels);
    }
    if let Some(at) = params.get("cancel_at") {
        set_cancel_at(world, call.id(), at)?;
    }
    world.change(call.id(), |subscription| {
        copy_given(subscription, params, &["description"]);
        merge_metadata(subscription, params.get("metadata"));
        copy_details(subscription, params.at("cancellation_details"));
    });
    world.announce_change(call.id(), "customer.subscription.updated", &before);
    Ok(world.render(call.id()))
}

fn set_cancel_at(world: &mut World, id: &str, at: &Value) -> Result<(), ApiError> {
    let now = world.now();
    if at.as_i64().is_some_and(|time| time <= now) {
        return Err(ApiError::invalid("`cancel_at` must be in the future.").at("cancel_at"));
    }
    world.change(id, |subscription| {
        subscription["cancel_at"] = at.clone();
        subscription["cancel_at_period_end"] = json!(false);
        subscription["canceled_at"] = if at.is_null() { Value::Null } else { json!(now) };
        subscription["cancellation_details"]["reason"] =
            if at.is_null() { Value::Null } else { json!("cancellation_requested") };
    });
    if let Some(time) = at.as_i64() {
        world.schedule(time, id);
    }
    Ok(())
}

fn copy_details(subscription: &mut Value, given: &Value) {
    if let Some(given) = given.as_object() {
        copy_given(&mut subscription["cancellation_details"], given, &["comment", "feedback"]);
    }
}

fn cancel(world: &mut World, call: &Call) -> Outcome {
    let stored = world.named("subscription", call.id(), "id")?;
    if is_over(stored) {
        return Err(ApiError::missing("subscription", call.id(), "id"));
    }
    world.change(call.id(), |subscription| copy_details(subscription, call.params.at("cancellation_details")));
    end(world, call.id(), "cancellation_requested");
    Ok(world.render(call.id()))
}
