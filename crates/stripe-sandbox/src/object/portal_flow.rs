//! A portal session's flow: its link leads straight to one page, and that page leads where the flow says.

use serde_json::{Map, Value, json};

use crate::core::{
    error::ApiError,
    json::Peek,
    schema::{Field, Kind, opt, req},
    world::World,
};

const REDIRECT: &[Field] = &[req("return_url", Kind::Text)];
const AFTER: &[Field] =
    &[opt("redirect", Kind::Object(REDIRECT)), req("type", Kind::OneOf(&["portal_homepage", "redirect"]))];
const SUBSCRIPTION: &[Field] = &[req("subscription", Kind::Text)];
const ITEM: &[Field] = &[req("id", Kind::Text), req("price", Kind::Text)];
const CONFIRM: &[Field] = &[req("items", Kind::List(&Kind::Object(ITEM))), req("subscription", Kind::Text)];
const TYPES: &[&str] =
    &["payment_method_update", "subscription_cancel", "subscription_update", "subscription_update_confirm"];
/// `flow_data`.
pub const FLOW: &[Field] = &[
    opt("after_completion", Kind::Object(AFTER)),
    opt("subscription_cancel", Kind::Object(SUBSCRIPTION)),
    opt("subscription_update", Kind::Object(SUBSCRIPTION)),
    opt("subscription_update_confirm", Kind::Object(CONFIRM)),
    req("type", Kind::OneOf(TYPES)),
];

/// A session's `flow`, and the end of the address that its link has; nothing and "" without one.
///
/// # Errors
/// A part is missing, or the subscription is not this customer's.
pub fn read(world: &World, params: &Map<String, Value>) -> Result<(Value, String), ApiError> {
    let Some(given) = params.get("flow_data") else {
        return Ok((Value::Null, String::new()));
    };
    let kind = given.str("type");
    if kind == "payment_method_update" {
        return Ok((flow(given), "/card".into()));
    }
    let place = format!("flow_data[{kind}]");
    let Some(about) = given.get(kind) else {
        let sentence = format!("Missing required param: {place}.");
        return Err(ApiError::bad_param("parameter_missing", &place, sentence));
    };
    let id = about.str("subscription");
    let at = format!("{place}[subscription]");
    let stored = world.named("subscription", id, &at).map_err(|error| ApiError { status: 400, ..error })?;
    if stored["customer"] != params["customer"] {
        return Err(ApiError::missing_reference("subscription", id, &at));
    }
    let end = match (kind, about.items("items").first()) {
        ("subscription_cancel", _) => format!("/cancel/{id}"),
        ("subscription_update_confirm", Some(item)) => format!("/plan/{id}/{}", item.str("price")),
        _ => format!("/plan/{id}"),
    };
    Ok((flow(given), end))
}

fn flow(given: &Value) -> Value {
    let after = given.at("after_completion");
    let confirm = given.get("subscription_update_confirm").map(|confirm| {
        let items = confirm.items("items").iter();
        let items: Vec<Value> =
            items.map(|item| json!({ "id": item["id"], "price": item["price"], "quantity": null })).collect();
        json!({ "discounts": null, "items": items, "subscription": confirm["subscription"] })
    });
    let cancel = given
        .get("subscription_cancel")
        .map(|cancel| json!({ "retention": null, "subscription": cancel["subscription"] }));
    json!({
        "after_completion": {
            "hosted_confirmation": null,
            "redirect": after.get("redirect"),
            "type": after.text("type").unwrap_or("portal_homepage"),
        },
        "customer_update": null,
        "subscription_cancel": cancel,
        "subscription_update": given.get("subscription_update"),
        "subscription_update_confirm": confirm,
        "type": given["type"],
    })
}

/// Where a page leads when it is done: back to the portal, or where the session's flow says.
pub fn after(session: &Value, token: &str) -> String {
    let after = &session["flow"]["after_completion"];
    match (after.str("type"), after["redirect"].text("return_url")) {
        ("redirect", Some(address)) => address.to_owned(),
        _ => format!("/p/session/{token}"),
    }
}
