//! Promotion codes: words that a payer types for a coupon.

use serde_json::{Value, json};

use super::{coupon, customer::metadata_of};
use crate::{
    billing::discount::Sale,
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, copy_given, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        money::written,
        schema::{Field, Kind, clear, opt, req},
        world::World,
    },
    http::route::{Call, Outcome, Route, get, post},
};

const PROMOTION: &[Field] = &[req("type", Kind::OneOf(&["coupon"])), opt("coupon", Kind::Text)];
const RESTRICTIONS: &[Field] = &[
    opt("first_time_transaction", Kind::Bool),
    opt("minimum_amount", Kind::IntIn(1, 99_999_999)),
    opt("minimum_amount_currency", Kind::Text),
];
const CREATE: &[Field] = &[
    req("promotion", Kind::Object(PROMOTION)),
    opt("active", Kind::Bool),
    opt("code", Kind::Text),
    opt("customer", Kind::Text),
    opt("expires_at", Kind::Int),
    opt("max_redemptions", Kind::IntIn(1, 2_147_483_647)),
    opt("metadata", Kind::Metadata),
    opt("restrictions", Kind::Object(RESTRICTIONS)),
];
const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    CREATED,
    opt("active", Kind::Bool),
    opt("code", Kind::Text),
    opt("coupon", Kind::Text),
    opt("customer", Kind::Text),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/promotion_codes", CREATE, create),
    get("/v1/promotion_codes", LIST, list),
    get("/v1/promotion_codes/{id}", &[], retrieve),
    post("/v1/promotion_codes/{id}", &[opt("active", Kind::Bool), clear("metadata", Kind::Metadata)], update),
];

fn create(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    let coupon = params.at("promotion").text("coupon").ok_or_else(|| {
        let place = "promotion[coupon]";
        ApiError::bad_param("parameter_missing", place, format!("Missing required param: {place}."))
    })?;
    let stored =
        world.named("coupon", coupon, "promotion[coupon]").map_err(|error| ApiError { status: 400, ..error })?;
    if !coupon::is_valid(world, stored) {
        let sentence = format!("This coupon is no longer valid: {coupon}");
        return Err(ApiError::invalid(sentence).at("promotion[coupon]").coded("coupon_expired"));
    }
    let coupon = coupon.to_owned();
    let code = params.text("code").map_or_else(|| world.dice.text(8).to_uppercase(), str::to_owned);
    if find(world, &code).is_some() {
        let sentence = format!("An active promotion code with `code: {code}` already exists.");
        return Err(ApiError::invalid(sentence).at("code").coded("resource_already_exists"));
    }
    let id = world.new_id("promotion_code");
    let metadata = metadata_of(call);
    let mut own = filled(
        "promotion_code",
        json!({
            "id": id,
            "code": code,
            "created": world.now(),
            "metadata": metadata,
            "promotion": { "coupon": coupon, "type": "coupon" },
        }),
    );
    copy_given(&mut own, params, &["active", "customer", "expires_at", "max_redemptions"]);
    if let Some(given) = params.at("restrictions").as_object() {
        let names = ["first_time_transaction", "minimum_amount", "minimum_amount_currency"];
        copy_given(&mut own["restrictions"], given, &names);
    }
    world.insert(own);
    world.announce("promotion_code.created", &id);
    Ok(world.render(&id))
}

/// A code that is there from the first start, with a coupon of the same name: made once, and left as its owner changes it.
pub fn ensure_offered(world: &mut World, code: &str, percent_off: u8) {
    let is_known = world.newest("promotion_code").any(|one| one.str("code").eq_ignore_ascii_case(code));
    if is_known || world.find(code).is_some() {
        return;
    }
    let (id, now) = (world.new_id("promotion_code"), world.now());
    let coupon = json!({
        "id": code, "created": now, "duration": "once", "name": code, "percent_off": f64::from(percent_off),
    });
    world.insert(filled("coupon", coupon));
    let promotion = json!({ "coupon": code, "type": "coupon" });
    world.insert(filled("promotion_code", json!({ "id": id, "code": code, "created": now, "promotion": promotion })));
}

/// The active code that somebody typed, whatever its case.
pub fn find<'a>(world: &'a World, code: &str) -> Option<&'a Value> {
    world.newest("promotion_code").find(|one| one.str("code").eq_ignore_ascii_case(code) && is_active(world, one))
}

/// Whether a stored code works still.
pub fn is_active(world: &World, code: &Value) -> bool {
    let used_up = code.number("max_redemptions").is_some_and(|most| code.int("times_redeemed") >= most);
    let over = code.number("expires_at").is_some_and(|end| end <= world.now());
    let coupon = world.get(code["promotion"].str("coupon"));
    code.flag("active") && !used_up && !over && coupon::is_valid(world, coupon)
}

/// Refuses a code that does not work for a sale.
pub fn check(world: &World, code: &Value, sale: Sale<'_>) -> Result<(), ApiError> {
    if !is_active(world, code) {
        return Err(ApiError::invalid("This promotion code is no longer valid.").coded("coupon_expired"));
    }
    if code.text("customer").is_some_and(|owner| Some(owner) != sale.customer) {
        return Err(ApiError::invalid("This promotion code belongs to another customer."));
    }
    let restrictions = &code["restrictions"];
    let has_paid = sale.customer.is_some_and(|customer| {
        world.newest("charge").any(|charge| charge.str("customer") == customer && charge.flag("paid"))
    });
    if restrictions.flag("first_time_transaction") && has_paid {
        return Err(ApiError::invalid(
            "This promotion code cannot be redeemed because the associated customer has prior transactions.",
        ));
    }
    match restrictions.number("minimum_amount") {
        Some(least) if sale.subtotal_minor < least || restrictions.str("minimum_amount_currency") != sale.currency => {
            let least = written(least, restrictions.str("minimum_amount_currency"));
            Err(ApiError::invalid(format!("This promotion code is for {least} and more.")))
        }
        _ => coupon::check(world, world.get(code["promotion"].str("coupon")), sale.currency),
    }
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    world.list("promotion_code", params, "/v1/promotion_codes", |code| {
        params.get("active").is_none_or(|wanted| *wanted == is_active(world, code))
            && params.text("code").is_none_or(|wanted| code.str("code").eq_ignore_ascii_case(wanted))
            && params.text("coupon").is_none_or(|wanted| code["promotion"].str("coupon") == wanted)
            && matches(code, params, "customer")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("promotion_code", call.id(), "promotion_code").map(|code| world.show(code))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("promotion_code", call.id(), "promotion_code")?;
    world.update(call.id(), "promotion_code.updated", |code| {
        copy_given(code, &call.params, &["active"]);
        merge_metadata(code, call.params.get("metadata"));
    });
    Ok(world.render(call.id()))
}
