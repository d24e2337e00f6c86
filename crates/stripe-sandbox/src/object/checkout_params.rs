//! What the making of a checkout session accepts, and what it refuses at the door.

use serde_json::{Map, Value};

use super::checkout_line::LINE;
use crate::{
    billing::trial,
    core::{
        error::ApiError,
        json::Peek,
        schema::{Field, Kind, opt, req},
        world::World,
    },
};

/// Seconds that a session stays open unless it says otherwise.
pub const OPEN_FOR: i64 = 24 * 60 * 60;

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
const INVOICE_DATA: &[Field] =
    &[opt("description", Kind::Text), opt("footer", Kind::Text), opt("metadata", Kind::Metadata)];
const INVOICE_CREATION: &[Field] = &[req("enabled", Kind::Bool), opt("invoice_data", Kind::Object(INVOICE_DATA))];
/// One discount as the parameters have it.
pub const DISCOUNT: &[Field] = &[opt("coupon", Kind::Text), opt("promotion_code", Kind::Text)];
/// `automatic_tax` as the parameters have it.
pub const AUTOMATIC_TAX: &[Field] = &[req("enabled", Kind::Bool)];
const TAX_ID_COLLECTION: &[Field] =
    &[req("enabled", Kind::Bool), opt("required", Kind::OneOf(&["if_supported", "never"]))];
const CUSTOMER_UPDATE: &[Field] =
    &[opt("address", Kind::OneOf(&["auto", "never"])), opt("name", Kind::OneOf(&["auto", "never"]))];
/// Everything that it accepts.
pub const CREATE: &[Field] = &[
    opt("allow_promotion_codes", Kind::Bool),
    opt("allowed_payment_method_types", Kind::List(&Kind::Text)),
    opt("automatic_tax", Kind::Object(AUTOMATIC_TAX)),
    opt("billing_address_collection", Kind::OneOf(&["auto", "required"])),
    opt("cancel_url", Kind::Text),
    opt("client_reference_id", Kind::Text),
    opt("customer", Kind::Text),
    opt("customer_creation", Kind::OneOf(&["always", "if_required"])),
    opt("customer_email", Kind::Text),
    opt("customer_update", Kind::Object(CUSTOMER_UPDATE)),
    opt("discounts", Kind::List(&Kind::Object(DISCOUNT))),
    opt("excluded_payment_method_types", Kind::List(&Kind::Text)),
    opt("expires_at", Kind::Int),
    opt("invoice_creation", Kind::Object(INVOICE_CREATION)),
    opt("line_items", Kind::List(&Kind::Object(LINE))),
    opt("locale", Kind::Text),
    opt("metadata", Kind::Metadata),
    req("mode", Kind::OneOf(&["payment", "subscription"])),
    opt("payment_intent_data", Kind::Object(PAYMENT_DATA)),
    opt("payment_method_collection", Kind::OneOf(&["always", "if_required"])),
    opt("submit_type", Kind::OneOf(&["auto", "book", "donate", "pay", "subscribe"])),
    opt("subscription_data", Kind::Object(SUBSCRIPTION_DATA)),
    opt("success_url", Kind::Text),
    opt("tax_id_collection", Kind::Object(TAX_ID_COLLECTION)),
    opt("ui_mode", Kind::OneOf(&["hosted_page"])),
];

/// Parameters that exclude each other.
const NOT_BOTH: &[(&str, &str)] = &[("customer", "customer_email"), ("allow_promotion_codes", "discounts")];
/// Parameters of one mode alone.
const OF_PAYMENT: &[&str] = &["payment_intent_data", "invoice_creation", "customer_creation", "submit_type"];
const OF_SUBSCRIPTION: &[&str] = &["subscription_data", "payment_method_collection"];

/// Refuses what cannot become a session, whatever its lines.
pub fn check(world: &World, params: &Map<String, Value>) -> Result<(), ApiError> {
    let success_url = params.text("success_url").ok_or_else(|| missing("success_url"))?;
    check_url(success_url, "success_url")?;
    if let Some(url) = params.text("cancel_url") {
        check_url(url, "cancel_url")?;
    }
    if let Some((one, other)) =
        NOT_BOTH.iter().find(|(one, other)| params.contains_key(*one) && params.contains_key(*other))
    {
        return Err(ApiError::invalid(format!("You may only specify one of these parameters: {one}, {other}."))
            .at(one)
            .coded("parameters_exclusive"));
    }
    check_customer(world, params)?;
    let others = if params.str("mode") == "payment" { OF_SUBSCRIPTION } else { OF_PAYMENT };
    if let Some(other) = others.iter().find(|name| params.contains_key(**name)) {
        return Err(
            ApiError::invalid(format!("You can not pass `{other}` in `{}` mode.", params.str("mode"))).at(other)
        );
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

fn missing(param: &str) -> ApiError {
    ApiError::bad_param("parameter_missing", param, format!("Missing required param: {param}."))
}

fn check_customer(world: &World, params: &Map<String, Value>) -> Result<(), ApiError> {
    if let Some(email) = params.text("customer_email").filter(|email| !super::customer::is_email(email)) {
        return Err(ApiError::invalid(format!("Invalid email address: {email}"))
            .at("customer_email")
            .coded("email_invalid"));
    }
    let update = params.at("customer_update");
    let Some(id) = params.text("customer") else {
        return match update {
            Value::Null => Ok(()),
            _ => Err(ApiError::invalid("`customer_update` can only be used with `customer`.").at("customer_update")),
        };
    };
    let customer = world.named("customer", id, "customer").map_err(|error| ApiError { status: 400, ..error })?;
    let is_somewhere = customer["address"].text("country").is_some() || update.str("address") == "auto";
    if params.at("automatic_tax").flag("enabled") && !is_somewhere {
        let sentence = "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto'.";
        return Err(ApiError::invalid(sentence).at("automatic_tax").coded("customer_tax_location_invalid"));
    }
    if params.at("tax_id_collection").flag("enabled") && update.str("name") != "auto" {
        let sentence = "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an existing customer, please set `customer_update[name]` to `auto`.";
        return Err(ApiError::invalid(sentence).at("tax_id_collection"));
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
