//! The lines of a checkout session: what is bought, priced by id or inline.

use serde_json::{Map, Value, json};

use super::price;
use crate::core::{
    error::ApiError,
    json::{Peek, copy_given},
    schema::{Field, Kind, opt, req},
    world::World,
};

const PRODUCT_DATA: &[Field] = &[
    req("name", Kind::Text),
    opt("description", Kind::Text),
    opt("metadata", Kind::Metadata),
    opt("tax_code", Kind::Text),
];
const PRICE_DATA: &[Field] = &[
    req("currency", Kind::Text),
    opt("product", Kind::Text),
    opt("product_data", Kind::Object(PRODUCT_DATA)),
    opt("recurring", Kind::Object(price::RECURRING)),
    opt("tax_behavior", Kind::OneOf(&["exclusive", "inclusive", "unspecified"])),
    opt("unit_amount", Kind::IntIn(0, 99_999_999)),
];
/// One line as the parameters have it.
pub const LINE: &[Field] = &[
    opt("price", Kind::Text),
    opt("price_data", Kind::Object(PRICE_DATA)),
    opt("quantity", Kind::IntIn(1, 999_999)),
    opt("metadata", Kind::Metadata),
];
/// The lines as they are kept: price by id.
pub fn read_lines(world: &mut World, params: &Map<String, Value>) -> Result<Vec<Value>, ApiError> {
    let mut lines = Vec::new();
    for (index, given) in params.items("line_items").iter().enumerate() {
        let param = format!("line_items[{index}][price]");
        let price_id = price_of(world, given, &param)?;
        let price = world.render(&price_id);
        if !price.flag("active") {
            return Err(
                ApiError::invalid("The price specified is inactive. This field only accepts active prices.").at(&param)
            );
        }
        let quantity = given.number("quantity").ok_or_else(|| {
            ApiError::invalid("Quantity is required. Add `quantity` to each line item.")
                .at(&format!("line_items[{index}][quantity]"))
        })?;
        lines.push(kept_line(world, &price, quantity));
    }
    check_own_amounts(world, &lines)?;
    check_intervals(world, params.str("mode"), &lines)?;
    Ok(lines)
}

fn price_of(world: &mut World, given: &Value, param: &str) -> Result<String, ApiError> {
    match (given.text("price"), given.get("price_data")) {
        (Some(id), None) => {
            let price = world.named("price", id, param).map_err(|error| ApiError { status: 400, ..error })?;
            Ok(price.str("id").to_owned())
        }
        (None, Some(inline)) => inline_price(world, inline, &param.replace("[price]", "[price_data]")),
        _ => {
            let sentence = "You must specify exactly one of `price` or `price_data` for each line item.";
            Err(ApiError::bad_param("parameter_missing", param, sentence))
        }
    }
}

/// A price whose amount the payer names stands alone, and once.
fn check_own_amounts(world: &World, lines: &[Value]) -> Result<(), ApiError> {
    let own = |line: &Value| !world.get(line.str("price"))["custom_unit_amount"].is_null();
    let has_own = lines.iter().any(own);
    if has_own && (lines.len() > 1 || lines.iter().any(|line| line.int("quantity") != 1)) {
        let sentence = "A price with `custom_unit_amount` must be the only line item, and its quantity must be 1.";
        return Err(ApiError::invalid(sentence).at("line_items"));
    }
    Ok(())
}

const NONE_RECURS: &str = "You must provide at least one recurring price in `subscription` mode when using prices.";
const ONE_RECURS: &str = "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.";
const MIXED: &str = "Checkout does not support multiple prices with different billing intervals.";
const ONE_TIME_TOO: &str = "The sandbox takes recurring prices only in `subscription` mode.";

/// All lines bill equally often: never in `payment` mode, and by one interval in `subscription` mode.
fn check_intervals(world: &World, mode: &str, lines: &[Value]) -> Result<(), ApiError> {
    let intervals: Vec<_> = lines.iter().map(|line| price::interval(world.get(line.str("price")))).collect();
    let fault = match (mode, intervals.iter().flatten().count()) {
        ("payment", 0) => return Ok(()),
        ("payment", _) => ONE_RECURS,
        (_, 0) => NONE_RECURS,
        (_, recurring) if recurring < intervals.len() => ONE_TIME_TOO,
        _ if intervals.windows(2).any(|pair| pair[0] != pair[1]) => MIXED,
        _ => return Ok(()),
    };
    Err(ApiError::invalid(fault).at("line_items"))
}

/// A price made with what it is asked for: `param` is where it stands.
pub fn inline_price(world: &mut World, given: &Value, param: &str) -> Result<String, ApiError> {
    let product = match given.text("product") {
        Some(id) => world.named("product", id, &format!("{param}[product]"))?.str("id").to_owned(),
        None => {
            let id = world.new_id("product");
            super::product::insert(world, &id, given["product_data"].str("name"));
            let own = given["product_data"].clone();
            world.change(&id, |product| {
                if let Some(own) = own.as_object() {
                    copy_given(product, own, &["description", "metadata", "tax_code"]);
                }
            });
            id
        }
    };
    let amount = given.number("unit_amount").ok_or_else(|| {
        let at = format!("{param}[unit_amount]");
        ApiError::bad_param("parameter_missing", &at, format!("Missing required param: {at}."))
    })?;
    let currency = given.str("currency").to_lowercase();
    let id = price::insert(world, &product, &currency, Some(amount), given.get("recurring"))?;
    world.change(&id, |price| {
        if let Some(behavior) = given.get("tax_behavior") {
            price["tax_behavior"] = behavior.clone();
        }
    });
    Ok(id)
}

fn kept_line(world: &mut World, price: &Value, quantity: i64) -> Value {
    let each = price.number("unit_amount").unwrap_or_else(|| price["custom_unit_amount"].int("preset"));
    let amount = each * quantity;
    json!({
        "id": world.new_id("item"),
        "object": "item",
        "adjustable_quantity": null,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": world.get(price.str("product")).str("name"),
        "metadata": {},
        "price": price["id"],
        "quantity": quantity,
    })
}
