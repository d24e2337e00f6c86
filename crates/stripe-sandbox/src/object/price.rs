//! Prices, and their older form, plans.

use serde_json::{Value, json};

use super::customer::metadata_of;
use crate::{
    core::{
        blank::filled,
        calendar::Interval,
        error::ApiError,
        json::{Peek, copy_given, fresh_metadata, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt, req},
        world::World,
    },
    http::route::{Call, Outcome, Route, get, post},
};

const UNITS: &[&str] = &["day", "week", "month", "year"];
const TAX: &[&str] = &["exclusive", "inclusive", "unspecified"];
/// `recurring` of a price.
pub const RECURRING: &[Field] = &[
    req("interval", Kind::OneOf(UNITS)),
    opt("interval_count", Kind::IntIn(1, 1095)),
    opt("usage_type", Kind::OneOf(&["licensed"])),
];
const PRODUCT_DATA: &[Field] = &[
    req("name", Kind::Text),
    opt("metadata", Kind::Metadata),
    opt("active", Kind::Bool),
    opt("unit_label", Kind::Text),
];
const CUSTOM_UNIT_AMOUNT: &[Field] = &[
    req("enabled", Kind::Bool),
    opt("maximum", Kind::IntIn(1, 99_999_999)),
    opt("minimum", Kind::IntIn(1, 99_999_999)),
    opt("preset", Kind::IntIn(0, 99_999_999)),
];
const CREATE: &[Field] = &[
    req("currency", Kind::Text),
    opt("active", Kind::Bool),
    opt("billing_scheme", Kind::OneOf(&["per_unit"])),
    opt("custom_unit_amount", Kind::Object(CUSTOM_UNIT_AMOUNT)),
    opt("lookup_key", Kind::Text),
    opt("metadata", Kind::Metadata),
    opt("nickname", Kind::Text),
    opt("product", Kind::Text),
    opt("product_data", Kind::Object(PRODUCT_DATA)),
    opt("recurring", Kind::Object(RECURRING)),
    opt("tax_behavior", Kind::OneOf(TAX)),
    opt("transfer_lookup_key", Kind::Bool),
    opt("unit_amount", Kind::IntIn(0, 99_999_999)),
    opt("unit_amount_decimal", Kind::Decimal),
];
const UPDATE: &[Field] = &[
    opt("active", Kind::Bool),
    clear("lookup_key", Kind::Text),
    clear("metadata", Kind::Metadata),
    clear("nickname", Kind::Text),
    opt("tax_behavior", Kind::OneOf(TAX)),
    opt("transfer_lookup_key", Kind::Bool),
];
const RECURRING_FILTER: &[Field] =
    &[opt("interval", Kind::OneOf(UNITS)), opt("usage_type", Kind::OneOf(&["licensed", "metered"]))];
const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    CREATED,
    opt("active", Kind::Bool),
    opt("currency", Kind::Text),
    opt("lookup_keys", Kind::List(&Kind::Text)),
    opt("product", Kind::Text),
    opt("recurring", Kind::Object(RECURRING_FILTER)),
    opt("type", Kind::OneOf(&["one_time", "recurring"])),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/prices", CREATE, create),
    get("/v1/prices", LIST, list),
    get("/v1/prices/{id}", &[], retrieve),
    post("/v1/prices/{id}", UPDATE, update),
];

fn create(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    let product = product_for(world, call)?;
    claim_lookup_key(world, call)?;
    let own = own_amount(call)?;
    let amount =
        match (params.number("unit_amount"), params.text("unit_amount_decimal")) {
            (None, None) if own.is_some() => None,
            (Some(_), Some(_)) => {
                return Err(ApiError::invalid(
                    "You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
                )
                .at("unit_amount"));
            }
            (Some(amount), None) => Some(amount),
            (None, Some(decimal)) => Some(decimal.parse().map_err(|_| {
                ApiError::invalid("The sandbox takes whole minor units only.").at("unit_amount_decimal")
            })?),
            (None, None) => {
                return Err(ApiError::bad_param(
                    "parameter_missing",
                    "unit_amount",
                    "Missing required param: unit_amount.",
                ));
            }
        };
    let id = insert(world, &product, &params.str("currency").to_lowercase(), amount, params.get("recurring"))?;
    let metadata = metadata_of(call);
    world.change(&id, |price| {
        price["custom_unit_amount"] = json!(own);
        copy_given(price, params, &["active", "lookup_key", "nickname", "tax_behavior"]);
        price["metadata"] = metadata;
    });
    world.announce("price.created", &id);
    Ok(world.render(&id))
}

/// `custom_unit_amount` of a price whose amount the payer names.
fn own_amount(call: &Call) -> Result<Option<Value>, ApiError> {
    let given = call.params.at("custom_unit_amount");
    if !given.flag("enabled") {
        return Ok(None);
    }
    if ["unit_amount", "unit_amount_decimal"].iter().any(|name| call.params.contains_key(*name)) {
        let sentence = "You may only specify one of these parameters: unit_amount, custom_unit_amount.";
        return Err(ApiError::invalid(sentence).at("custom_unit_amount"));
    }
    if call.params.contains_key("recurring") {
        let sentence = "`custom_unit_amount` is not supported for recurring prices.";
        return Err(ApiError::invalid(sentence).at("custom_unit_amount"));
    }
    let (least, most, preset) = (given.number("minimum"), given.number("maximum"), given.number("preset"));
    let fits = |amount: i64| least.is_none_or(|least| amount >= least) && most.is_none_or(|most| amount <= most);
    if !preset.is_none_or(fits) || !least.is_none_or(fits) {
        let sentence = "`custom_unit_amount` must have its minimum, preset and maximum in this order.";
        return Err(ApiError::invalid(sentence).at("custom_unit_amount"));
    }
    Ok(Some(json!({ "maximum": most, "minimum": least, "preset": preset })))
}

/// Adds a price without announcing it yet; `recurring` as the parameter has it.
pub fn insert(
    world: &mut World,
    product: &str,
    currency: &str,
    amount_minor: Option<i64>,
    recurring: Option<&Value>,
) -> Result<String, ApiError> {
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(ApiError::invalid(format!(
            "Invalid currency: {currency}. Stripe's list of supported currencies has three-letter ISO codes."
        ))
        .at("currency"));
    }
    let recurring = recurring.map(|given| {
        json!({
            "interval": given["interval"],
            "interval_count": given.number("interval_count").unwrap_or(1),
            "meter": null,
            "trial_period_days": null,
            "usage_type": "licensed",
        })
    });
    let id = world.new_id("price");
    Ok(world.insert(filled(
        "price",
        json!({
            "id": id,
            "created": world.now(),
            "currency": currency,
            "product": product,
            "recurring": recurring,
            "type": if recurring.is_some() { "recurring" } else { "one_time" },
            "unit_amount": amount_minor,
            "unit_amount_decimal": amount_minor.map(|amount| amount.to_string()),
        }),
    )))
}

fn product_for(world: &mut World, call: &Call) -> Result<String, ApiError> {
    match (call.params.text("product"), call.params.get("product_data")) {
        (Some(product), None) => {
            world.named("product", product, "product").map_err(|mut error| {
                error.status = 400;
                error
            })?;
            Ok(product.to_owned())
        }
        (None, Some(given)) => {
            let id = world.new_id("product");
            super::product::insert(world, &id, given.str("name"));
            let metadata = fresh_metadata(given.get("metadata"));
            world.change(&id, |product| product["metadata"] = metadata);
            world.announce("product.created", &id);
            Ok(id)
        }
        _ => Err(ApiError::bad_param(
            "parameter_missing",
            "product",
            "You must specify exactly one of these parameters: product, product_data.",
        )),
    }
}

/// A lookup key belongs to one price at a time, unless it is transferred.
fn claim_lookup_key(world: &mut World, call: &Call) -> Result<(), ApiError> {
    let Some(key) = call.params.text("lookup_key") else {
        return Ok(());
    };
    let holder = world
        .newest("price")
        .find(|price| price.str("lookup_key") == key && price.str("id") != call.id())
        .map(|price| price.str("id").to_owned());
    match holder {
        Some(holder) if call.params.flag("transfer_lookup_key") => {
            world.update(&holder, "price.updated", |price| price["lookup_key"] = Value::Null);
            Ok(())
        }
        Some(holder) => {
            Err(ApiError::invalid(format!("A price (`{holder}`) already uses that lookup key.")).at("lookup_key"))
        }
        None => Ok(()),
    }
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    let keys = params.items("lookup_keys");
    let interval = params.at("recurring").text("interval");
    world.list("price", params, "/v1/prices", |price| {
        ["active", "currency", "product", "type"].iter().all(|name| matches(price, params, name))
            && (keys.is_empty() || keys.contains(price.at("lookup_key")))
            && interval.is_none_or(|wanted| price.at("recurring").str("interval") == wanted)
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("price", call.id(), "price").map(|price| world.show(price))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("price", call.id(), "price")?;
    claim_lookup_key(world, call)?;
    world.update(call.id(), "price.updated", |price| {
        copy_given(price, &call.params, &["active", "lookup_key", "nickname", "tax_behavior"]);
        merge_metadata(price, call.params.get("metadata"));
    });
    Ok(world.render(call.id()))
}

/// How often a stored price bills; `None` for a one-time price.
pub fn interval(price: &Value) -> Option<Interval> {
    let recurring = price.at("recurring");
    recurring
        .text("interval")
        .map(|unit| Interval { unit: unit.to_owned(), count: recurring.int("interval_count").max(1) })
}

/// The same price in the shape of Stripe's older `plan`.
pub fn as_plan(price: &Value) -> Value {
    json!({
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "livemode": false,
        "metadata": price["metadata"],
        "meter": null,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": null,
        "transform_usage": null,
        "trial_period_days": null,
        "usage_type": "licensed",
    })
}
