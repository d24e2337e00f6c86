//! Checkout sessions, as the API makes and shows them; `page::checkout` and `billing` take the money.

use serde_json::{Map, Value, json};

use super::checkout_line::{LINE, read_lines};
use crate::{
    billing::trial,
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, copy_given, envelope, fresh_metadata, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches, page},
        schema::{Field, Kind, clear, opt, req},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, get, post},
};

/// Seconds that a session stays open unless it says otherwise.
const OPEN_FOR: i64 = 24 * 60 * 60;

const SUBSCRIPTION_DATA: &[Field] = &[
    opt("metadata", Kind::Metadata),
    opt("description", Kind::Text),
    opt("trial_end", Kind::Text),
    opt("trial_period_days", Kind::IntIn(1, 730)),
];
const PAYMENT_DATA: &[Field] = &[
    opt("metadata", Kind::Metadata),
    opt("description", Kind::Text),
    opt("setup_future_usage", Kind::OneOf(&["off_session", "on_session"])),
];
const CREATE: &[Field] = &[
    opt("allow_promotion_codes", Kind::Bool),
    opt("billing_address_collection", Kind::OneOf(&["auto", "required"])),
    opt("cancel_url", Kind::Text),
    opt("client_reference_id", Kind::Text),
    opt("customer", Kind::Text),
    opt("customer_creation", Kind::OneOf(&["always", "if_required"])),
    opt("customer_email", Kind::Text),
    opt("expires_at", Kind::Int),
    opt("line_items", Kind::List(&Kind::Object(LINE))),
    opt("locale", Kind::Text),
    opt("metadata", Kind::Metadata),
    req("mode", Kind::OneOf(&["payment", "subscription"])),
    opt("payment_intent_data", Kind::Object(PAYMENT_DATA)),
    opt("payment_method_collection", Kind::OneOf(&["always", "if_required"])),
    opt("payment_method_types", Kind::List(&Kind::OneOf(&["card", "sepa_debit"]))),
    opt("submit_type", Kind::OneOf(&["auto", "book", "donate", "pay", "subscribe"])),
    opt("subscription_data", Kind::Object(SUBSCRIPTION_DATA)),
    opt("success_url", Kind::Text),
    opt("ui_mode", Kind::OneOf(&["hosted_page"])),
];
const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    CREATED,
    opt("customer", Kind::Text),
    opt("payment_intent", Kind::Text),
    opt("status", Kind::OneOf(&["complete", "expired", "open"])),
    opt("subscription", Kind::Text),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/checkout/sessions", CREATE, create),
    get("/v1/checkout/sessions", LIST, list),
    get("/v1/checkout/sessions/{id}", &[], retrieve),
    post("/v1/checkout/sessions/{id}", &[clear("metadata", Kind::Metadata)], update),
    post("/v1/checkout/sessions/{id}/expire", &[], expire_call),
    get("/v1/checkout/sessions/{id}/line_items", &[LIMIT, STARTING_AFTER, ENDING_BEFORE], line_items),
];

fn create(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    check(world, params)?;
    let lines = read_lines(world, params)?;
    let id = world.new_id("checkout.session");
    let session = blank(world, &id, params, &lines)?;
    let expires = session.int("expires_at");
    world.insert(session);
    world.schedule(expires, &id);
    Ok(world.render(&id))
}

fn check(world: &World, params: &Map<String, Value>) -> Result<(), ApiError> {
    let missing =
        |param: &str| ApiError::bad_param("parameter_missing", param, format!("Missing required param: {param}."));
    let success_url = params.text("success_url").ok_or_else(|| missing("success_url"))?;
    check_url(success_url, "success_url")?;
    if let Some(url) = params.text("cancel_url") {
        check_url(url, "cancel_url")?;
    }
    if params.contains_key("customer") && params.contains_key("customer_email") {
        return Err(ApiError::invalid("You may only specify one of these parameters: customer, customer_email.")
            .at("customer")
            .coded("parameters_exclusive"));
    }
    if let Some(email) = params.text("customer_email").filter(|email| !super::customer::is_email(email)) {
        return Err(ApiError::invalid(format!("Invalid email address: {email}"))
            .at("customer_email")
            .coded("email_invalid"));
    }
    if let Some(customer) = params.text("customer") {
        world.named("customer", customer, "customer").map_err(|error| ApiError { status: 400, ..error })?;
    }
    let other_mode = if params.str("mode") == "payment" { "subscription_data" } else { "payment_intent_data" };
    if params.contains_key(other_mode) {
        return Err(ApiError::invalid(format!("You can not pass `{other_mode}` in `{}` mode.", params.str("mode")))
            .at(other_mode));
    }
    if params
        .get("expires_at")
        .and_then(Value::as_i64)
        .is_some_and(|at| at < world.now() + 30 * 60 || at > world.now() + OPEN_FOR)
    {
        return Err(ApiError::invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
        )
        .at("expires_at"));
    }
    trial::check_for_checkout(world, params.at("subscription_data"))?;
    if params.items("line_items").is_empty() {
        return Err(missing("line_items"));
    }
    Ok(())
}

fn check_url(text: &str, param: &str) -> Result<(), ApiError> {
    // The placeholder's braces are no part of a URL.
    match url::Url::parse(&text.replace("{CHECKOUT_SESSION_ID}", "id")) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => Ok(()),
        _ => Err(ApiError::invalid("Not a valid URL").at(param).coded("url_invalid")),
    }
}

fn blank(world: &mut World, id: &str, params: &Map<String, Value>, lines: &[Value]) -> Outcome {
    // With a trial nothing is due today.
    let trial = trial::wanted_end(world, params.at("subscription_data"))?.is_some();
    let total: i64 = if trial { 0 } else { lines.iter().map(|line| line.int("amount_total")).sum() };
    let currency = lines.first().map(|line| line["currency"].clone()).unwrap_or_default();
    if lines.iter().any(|line| line["currency"] != currency) {
        return Err(ApiError::invalid("All line items must have the same currency.").at("line_items"));
    }
    let method_types = method_types(params, &currency)?;
    let payment = params.str("mode") == "payment";
    let customer_email = params
        .text("customer")
        .map(|customer| world.get(customer)["email"].clone())
        .or_else(|| params.get("customer_email").cloned());
    let mut session = filled(
        "checkout.session",
        json!({
            "id": id,
            "amount_subtotal": total,
            "amount_total": total,
            "created": world.now(),
            "currency": currency,
            "customer_creation": if params.contains_key("customer") { Value::Null } else if payment { json!("if_required") } else { json!("always") },
            "expires_at": world.now() + OPEN_FOR,
            "metadata": fresh_metadata(params.get("metadata")),
            "mode": params["mode"],
            "payment_method_collection": if payment { "if_required" } else { "always" },
            "payment_method_types": method_types,
            "url": world.page_url(&format!("/c/pay/{id}")),
            PRIVATE: {
                "line_items": lines,
                "subscription_data": params.at("subscription_data"),
                "payment_intent_data": params.at("payment_intent_data"),
            },
        }),
    );
    if let Some(email) = customer_email {
        session["customer_details"] = details(&email, &Value::Null);
    }
    let names = [
        "allow_promotion_codes",
        "billing_address_collection",
        "cancel_url",
        "client_reference_id",
        "customer",
        "customer_creation",
        "customer_email",
        "expires_at",
        "locale",
        "payment_method_collection",
        "submit_type",
        "success_url",
    ];
    copy_given(&mut session, params, &names);
    Ok(session)
}

/// What a session takes: what it asks for; else cards, and bank debits where the price is in euro.
fn method_types(params: &Map<String, Value>, currency: &Value) -> Result<Value, ApiError> {
    match params.get("payment_method_types") {
        Some(_) if *currency != "eur" && params.items("payment_method_types").iter().any(|one| one == "sepa_debit") => {
            let sentence = format!(
                "The currency provided ({}) is invalid for one or more payment method types on this Checkout Session. The payment method `sepa_debit` only supports `eur`.",
                currency.as_str().unwrap_or_default()
            );
            Err(ApiError::invalid(sentence).at("payment_method_types"))
        }
        Some(wanted) => Ok(wanted.clone()),
        None if *currency == "eur" => Ok(json!(["card", "sepa_debit"])),
        None => Ok(json!(["card"])),
    }
}

/// `customer_details` of a session.
pub fn details(email: &Value, name: &Value) -> Value {
    json!({ "address": null, "business_name": null, "email": email, "individual_name": null, "name": name, "phone": null, "tax_exempt": "none", "tax_ids": null })
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let names = ["customer", "payment_intent", "status", "subscription"];
    world.list("checkout.session", &call.params, "/v1/checkout/sessions", |session| {
        names.iter().all(|name| matches(session, &call.params, name))
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("checkout.session", call.id(), "session").map(|session| world.show(session))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("checkout.session", call.id(), "session")?;
    world.change(call.id(), |session| merge_metadata(session, call.params.get("metadata")));
    Ok(world.render(call.id()))
}

fn expire_call(world: &mut World, call: &Call) -> Outcome {
    match world.named("checkout.session", call.id(), "session")?.str("status") {
        "open" => expire(world, call.id()),
        status => {
            return Err(ApiError::invalid(format!(
                "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {status}."
            )));
        }
    }
    Ok(world.render(call.id()))
}

/// Closes an open session unpaid.
pub fn expire(world: &mut World, id: &str) {
    let intent = world.get(id)[PRIVATE].str("payment_intent").to_owned();
    crate::object::payment_intent::cancel(world, &intent, "abandoned");
    world.change(id, |session| {
        session["status"] = json!("expired");
        session["url"] = Value::Null;
    });
    world.announce("checkout.session.expired", id);
}

fn line_items(world: &mut World, call: &Call) -> Outcome {
    let session = world.named("checkout.session", call.id(), "session")?;
    let all: Vec<&Value> = session[PRIVATE].items("line_items").iter().collect();
    let (cut, has_more) = page(&all, &call.params)?;
    let data = cut.into_iter().map(|line| world.line_item(line)).collect();
    Ok(envelope(data, has_more, &format!("/v1/checkout/sessions/{}/line_items", call.id())))
}
