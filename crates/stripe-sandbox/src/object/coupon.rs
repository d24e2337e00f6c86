//! Coupons: what is taken off, and for how long.

use serde_json::{Value, json};

use super::customer::metadata_of;
use crate::{
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, copy_given, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER},
        schema::{Field, Kind, clear, opt},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, delete, get, post},
};

const CREATE: &[Field] = &[
    opt("amount_off", Kind::IntIn(1, 99_999_999)),
    opt("currency", Kind::Text),
    opt("duration", Kind::OneOf(&["forever", "once", "repeating"])),
    opt("duration_in_months", Kind::IntIn(1, 1200)),
    opt("id", Kind::Text),
    opt("max_redemptions", Kind::IntIn(1, 2_147_483_647)),
    clear("metadata", Kind::Metadata),
    opt("name", Kind::Text),
    opt("percent_off", Kind::Decimal),
    opt("redeem_by", Kind::Int),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/coupons", CREATE, create),
    get("/v1/coupons", &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CREATED], list),
    get("/v1/coupons/{id}", &[], retrieve),
    post("/v1/coupons/{id}", &[clear("metadata", Kind::Metadata), clear("name", Kind::Text)], update),
    delete("/v1/coupons/{id}", &[], remove),
];

fn create(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    let id = match params.text("id") {
        Some(taken) if world.find(taken).is_some() => {
            return Err(ApiError::invalid("Coupon already exists.").at("id").coded("resource_already_exists"));
        }
        Some(id) => id.to_owned(),
        None => world.new_id("coupon"),
    };
    let off = read_off(call)?;
    let duration = params.text("duration").unwrap_or("once");
    if (duration == "repeating") != params.contains_key("duration_in_months") {
        let sentence = "`duration_in_months` is required if, and only if, `duration` is `repeating`.";
        return Err(ApiError::invalid(sentence).at("duration_in_months"));
    }
    let metadata = metadata_of(call);
    let mut own =
        filled("coupon", json!({ "id": id, "created": world.now(), "duration": duration, "metadata": metadata }));
    for (field, value) in off.as_object().into_iter().flatten() {
        own[field] = value.clone();
    }
    copy_given(&mut own, params, &["duration_in_months", "max_redemptions", "name", "redeem_by"]);
    world.insert(own);
    world.announce("coupon.created", &id);
    Ok(world.render(&id))
}

/// A percentage, or an amount in a currency.
fn read_off(call: &Call) -> Result<Value, ApiError> {
    let params = &call.params;
    match (params.text("percent_off"), params.number("amount_off"), params.text("currency")) {
        (Some(percent), None, _) => match percent.parse::<f64>() {
            Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(json!({ "percent_off": percent })),
            _ => Err(ApiError::invalid("Invalid percent_off: it must be above 0 and at most 100.").at("percent_off")),
        },
        (None, Some(amount), Some(currency)) => {
            Ok(json!({ "amount_off": amount, "currency": currency.to_lowercase() }))
        }
        (None, Some(_), None) => {
            Err(ApiError::bad_param("parameter_missing", "currency", "You must pass currency when passing amount_off"))
        }
        _ => {
            let sentence = "Must provide one of percent_off or amount_off.";
            Err(ApiError::bad_param("parameter_missing", "percent_off", sentence))
        }
    }
}

/// Whether a stored coupon can be granted still.
pub fn is_valid(world: &World, coupon: &Value) -> bool {
    let used_up = coupon.number("max_redemptions").is_some_and(|most| coupon.int("times_redeemed") >= most);
    let over = coupon.number("redeem_by").is_some_and(|last| last <= world.now());
    !used_up && !over && !coupon[PRIVATE].flag("deleted") && coupon.is_object()
}

/// Refuses a coupon that is not valid, or of another currency.
pub fn check(world: &World, coupon: &Value, currency: &str) -> Result<(), ApiError> {
    if !is_valid(world, coupon) {
        let sentence = format!("This coupon is no longer valid: {}", coupon.str("id"));
        return Err(ApiError::invalid(sentence).coded("coupon_expired"));
    }
    match coupon.text("currency") {
        Some(own) if own != currency => {
            let sentence = format!("The coupon is in {own}, and the sale is in {currency}.");
            Err(ApiError::invalid(sentence))
        }
        _ => Ok(()),
    }
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list("coupon", &call.params, "/v1/coupons", |_| true)
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("coupon", call.id(), "coupon").map(|coupon| world.show(coupon))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("coupon", call.id(), "coupon")?;
    world.update(call.id(), "coupon.updated", |coupon| {
        copy_given(coupon, &call.params, &["name"]);
        merge_metadata(coupon, call.params.get("metadata"));
    });
    Ok(world.render(call.id()))
}

/// Those who have it keep it.
fn remove(world: &mut World, call: &Call) -> Outcome {
    world.named("coupon", call.id(), "coupon")?;
    world.announce("coupon.deleted", call.id());
    world.change(call.id(), |coupon| coupon[PRIVATE] = json!({ "deleted": true }));
    Ok(json!({ "id": call.id(), "object": "coupon", "deleted": true }))
}
