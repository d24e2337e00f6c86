//! Subscriptions.

use serde_json::{Map, Value, json};

use super::{
    checkout_params::{AUTOMATIC_TAX, DISCOUNT},
    payment_method,
    subscription_change::{self, ANCHOR, ITEM, PAUSE, PAYMENT, PRORATION},
};
use crate::{
    billing::{
        collect,
        discount::{self, Given, Sale},
        draw,
        lifecycle::{Order, end, is_over, item_ids, set_automatic_tax, set_cancel_at_period_end, start},
        pause, pending, pending_update, switch, trial,
    },
    core::{
        error::ApiError,
        json::{Peek, copy_given, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt, req},
        world::World,
    },
    http::route::{Call, Outcome, Route, delete, get, post},
    object::payment_intent::{Presence, Refusal},
};

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
const END_BEHAVIOR: &[Field] = &[req("missing_payment_method", Kind::OneOf(&["cancel", "create_invoice", "pause"]))];
const TRIAL_SETTINGS: &[Field] = &[req("end_behavior", Kind::Object(END_BEHAVIOR))];
/// `payment_behavior` of a new subscription: there is nothing yet that a change could wait beside.
const FIRST_PAYMENT: &[&str] = PAYMENT.split_at(3).0;
const CREATE: &[Field] = &[
    req("customer", Kind::Text),
    req("items", Kind::List(&Kind::Object(CREATE_ITEM))),
    opt("automatic_tax", Kind::Object(AUTOMATIC_TAX)),
    opt("cancel_at_period_end", Kind::Bool),
    opt("discounts", Kind::List(&Kind::Object(DISCOUNT))),
    opt("default_payment_method", Kind::Text),
    opt("description", Kind::Text),
    opt("metadata", Kind::Metadata),
    opt("off_session", Kind::Bool),
    opt("payment_behavior", Kind::OneOf(FIRST_PAYMENT)),
    opt("proration_behavior", Kind::OneOf(PRORATION)),
    opt("trial_end", Kind::Text),
    opt("trial_period_days", Kind::IntIn(0, 730)),
    opt("trial_settings", Kind::Object(TRIAL_SETTINGS)),
];
const UPDATE: &[Field] = &[
    opt("automatic_tax", Kind::Object(AUTOMATIC_TAX)),
    clear("discounts", Kind::List(&Kind::Object(DISCOUNT))),
    opt("billing_cycle_anchor", Kind::Object(ANCHOR)),
    clear("cancel_at", Kind::Int),
    opt("cancel_at_period_end", Kind::Bool),
    opt("cancellation_details", Kind::Object(CANCELLATION_DETAILS)),
    clear("default_payment_method", Kind::Text),
    clear("description", Kind::Text),
    opt("items", Kind::List(&Kind::Object(ITEM))),
    clear("metadata", Kind::Metadata),
    opt("off_session", Kind::Bool),
    clear("pause_collection", Kind::Object(PAUSE)),
    opt("payment_behavior", Kind::OneOf(PAYMENT)),
    opt("proration_behavior", Kind::OneOf(PRORATION)),
    opt("proration_date", Kind::Int),
    opt("trial_end", Kind::Text),
    opt("trial_settings", Kind::Object(TRIAL_SETTINGS)),
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
    opt("test_clock", Kind::Text),
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

fn create(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    let customer = params.str("customer").to_owned();
    world.named("customer", &customer, "customer").map_err(|error| ApiError { status: 400, ..error })?;
    let method = match params.text("default_payment_method") {
        Some(given) => Some(payment_method::resolve(world, given, "default_payment_method")?),
        None => world.get(&customer)["invoice_settings"].text("default_payment_method").map(str::to_owned),
    };
    let waits = params.str("payment_behavior") == "default_incomplete";
    let trial_end = trial::wanted_end(world, params)?;
    if method.is_none() && !waits && trial_end.is_none() {
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
        discounts: read_discounts(world, params)?,
        session: None,
        automatic_tax: params.at("automatic_tax").flag("enabled"),
        trial_end,
        missing_payment_method: missing_method(params).map(str::to_owned),
    };
    let id = start(world, &order, None)?;
    if params.flag("cancel_at_period_end") {
        set_cancel_at_period_end(world, &id, true);
    }
    collect_first(world, &id, params.str("payment_behavior"))?;
    Ok(world.render(&id))
}

/// The discounts of a new subscription, checked against its first price.
fn read_discounts(world: &World, params: &Map<String, Value>) -> Result<Vec<Given>, ApiError> {
    let prices = params.items("items").iter().map(|item| (world.get(item.str("price")), item.number("quantity")));
    let subtotal_minor = prices.map(|(price, quantity)| price.int("unit_amount") * quantity.unwrap_or(1)).sum();
    let first = params.items("items").first().map(|item| item.str("price")).unwrap_or_default();
    let sale = Sale { customer: params.text("customer"), currency: world.get(first).str("currency"), subtotal_minor };
    discount::read(world, params.items("discounts"), sale)
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
            // Without a customer or a clock, those with a clock of their own are left out.
            && (customer.is_some() || stored.text("test_clock") == params.text("test_clock"))
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
    check_update(world.named("subscription", call.id(), "id")?, params)?;
    if subscription_change::waits_for_payment(params) {
        subscription_change::run_if_paid(world, call.id(), params)?;
        return Ok(world.render(call.id()));
    }
    let before = world.render(call.id());
    if let Some(method) = params.text("default_payment_method") {
        let method = payment_method::resolve(world, method, "default_payment_method")?;
        world.change(call.id(), |subscription| subscription["default_payment_method"] = json!(method));
    } else if params.contains_key("default_payment_method") {
        world.change(call.id(), |subscription| subscription["default_payment_method"] = Value::Null);
    }
    if let Some(cancels) = params.get("cancel_at_period_end").and_then(Value::as_bool) {
        if world.get(call.id())["pending_update"]["cancel_at_period_end"] == !cancels {
            pending_update::discard(world, call.id());
        }
        set_cancel_at_period_end(world, call.id(), cancels);
    }
    if let Some(at) = params.get("cancel_at") {
        set_cancel_at(world, call.id(), at)?;
    }
    if let Some(pause) = params.get("pause_collection") {
        pause::set(world, call.id(), pause)?;
    }
    if let Some(tax) = params.get("automatic_tax") {
        set_automatic_tax(world, call.id(), tax.flag("enabled"));
    }
    if params.contains_key("discounts") {
        discount::replace(world, call.id(), params.items("discounts"))?;
    }
    world.change(call.id(), |subscription| {
        copy_given(subscription, params, &["description"]);
        merge_metadata(subscription, params.get("metadata"));
        if let Some(word) = missing_method(params) {
            subscription["trial_settings"]["end_behavior"]["missing_payment_method"] = json!(word);
        }
        copy_details(subscription, params.at("cancellation_details"));
    });
    // What is billed at once is billed by the terms that the same call sets.
    let due = subscription_change::apply(world, call.id(), params)?;
    world.announce_change(call.id(), "customer.subscription.updated", &before);
    if let Some(invoice) = due {
        collect::collect_at_once(world, &invoice, params.str("payment_behavior"), Presence::AWAY)?;
    }
    Ok(world.render(call.id()))
}

fn check_update(stored: &Value, params: &Map<String, Value>) -> Result<(), ApiError> {
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
    Ok(())
}

fn missing_method(params: &Map<String, Value>) -> Option<&str> {
    params.at("trial_settings").at("end_behavior").text("missing_payment_method")
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

/// Ends a subscription now, with a last invoice of what waits if that is wanted.
pub fn end_and_bill(world: &mut World, id: &str, bills: bool) {
    let last = (bills && !pending::of_subscription(world, id).is_empty())
        .then(|| switch::bill(world, id, draw::Bills::Nothing));
    end(world, id, "cancellation_requested");
    if let Some(invoice) = last {
        collect::finalize(world, &invoice);
    }
}

fn cancel(world: &mut World, call: &Call) -> Outcome {
    let stored = world.named("subscription", call.id(), "id")?;
    if is_over(stored) {
        return Err(ApiError::missing("subscription", call.id(), "id"));
    }
    world.change(call.id(), |subscription| copy_details(subscription, call.params.at("cancellation_details")));
    if call.params.flag("prorate") {
        switch::give_back_rest(world, call.id());
    }
    let bills = call.params.flag("invoice_now");
    end_and_bill(world, call.id(), bills);
    Ok(world.render(call.id()))
}
