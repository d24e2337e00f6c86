//! What the billing portal lets its visitors do: the account's default, and configurations beside it.

use serde_json::{Value, json};

use super::{customer::metadata_of, price, subscription_change::PRORATION};
use crate::{
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, copy_given, merge_metadata},
        listing::{ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt, req},
        world::World,
    },
    http::route::{Call, Outcome, Route, get, post},
};

const CUSTOMER_UPDATE: &[Field] = &[
    opt("enabled", Kind::Bool),
    clear("allowed_updates", Kind::List(&Kind::OneOf(&["address", "email", "name", "phone", "shipping", "tax_id"]))),
];
const SUBSCRIPTION_CANCEL: &[Field] = &[
    opt("enabled", Kind::Bool),
    opt("mode", Kind::OneOf(&["at_period_end", "immediately"])),
    opt("proration_behavior", Kind::OneOf(PRORATION)),
];
const PRODUCT: &[Field] = &[req("product", Kind::Text), req("prices", Kind::List(&Kind::Text))];
// In the sandbox's portal the price changes only, not the quantity.
const SUBSCRIPTION_UPDATE: &[Field] = &[
    clear("default_allowed_updates", Kind::List(&Kind::OneOf(&["price"]))),
    opt("enabled", Kind::Bool),
    clear("products", Kind::List(&Kind::Object(PRODUCT))),
    opt("proration_behavior", Kind::OneOf(PRORATION)),
];
const SWITCH: &[Field] = &[req("enabled", Kind::Bool)];
const FEATURES: &[Field] = &[
    opt("customer_update", Kind::Object(CUSTOMER_UPDATE)),
    opt("invoice_history", Kind::Object(SWITCH)),
    opt("payment_method_update", Kind::Object(SWITCH)),
    opt("subscription_cancel", Kind::Object(SUBSCRIPTION_CANCEL)),
    opt("subscription_update", Kind::Object(SUBSCRIPTION_UPDATE)),
];
const CREATE: &[Field] = &[
    req("features", Kind::Object(FEATURES)),
    clear("default_return_url", Kind::Text),
    opt("metadata", Kind::Metadata),
    clear("name", Kind::Text),
];
const UPDATE: &[Field] = &[
    opt("active", Kind::Bool),
    opt("features", Kind::Object(FEATURES)),
    clear("default_return_url", Kind::Text),
    clear("metadata", Kind::Metadata),
    clear("name", Kind::Text),
];
const LIST: &[Field] =
    &[LIMIT, STARTING_AFTER, ENDING_BEFORE, opt("active", Kind::Bool), opt("is_default", Kind::Bool)];
const OBJECT: &str = "billing_portal.configuration";

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/billing_portal/configurations", CREATE, create),
    get("/v1/billing_portal/configurations", LIST, list),
    get("/v1/billing_portal/configurations/{id}", &[], retrieve),
    post("/v1/billing_portal/configurations/{id}", UPDATE, update),
];

/// The account's default, made when it is first asked for.
pub fn default(world: &mut World) -> String {
    let known = world.newest(OBJECT).find(|one| one.flag("is_default")).map(|one| one.str("id").to_owned());
    known.unwrap_or_else(|| insert(world, true))
}

fn insert(world: &mut World, is_default: bool) -> String {
    let id = world.new_id(OBJECT);
    let (created, updated) = (world.now(), world.now());
    world.insert(filled(OBJECT, json!({ "id": id, "created": created, "updated": updated, "is_default": is_default })))
}

fn create(world: &mut World, call: &Call) -> Outcome {
    check_products(world, call, &Value::Null)?;
    let id = insert(world, false);
    let metadata = metadata_of(call);
    world.change(&id, |configuration| {
        // What is not asked for is off.
        for feature in ["invoice_history", "payment_method_update", "subscription_cancel"] {
            configuration["features"][feature]["enabled"] = json!(false);
        }
        apply(configuration, call);
        configuration["metadata"] = metadata;
    });
    world.announce("billing_portal.configuration.created", &id);
    Ok(world.render(&id))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    let is_default = world.named(OBJECT, call.id(), "configuration")?.flag("is_default");
    if is_default && call.params.get("active").is_some_and(|active| active == false) {
        return Err(ApiError::invalid("You cannot deactivate the default configuration.").at("active"));
    }
    let known = world.get(call.id()).clone();
    check_products(world, call, &known)?;
    let now = world.now();
    world.update(call.id(), "billing_portal.configuration.updated", |configuration| {
        apply(configuration, call);
        copy_given(configuration, &call.params, &["active"]);
        merge_metadata(configuration, call.params.get("metadata"));
        configuration["updated"] = json!(now);
    });
    Ok(world.render(call.id()))
}

fn apply(configuration: &mut Value, call: &Call) {
    copy_given(configuration, &call.params, &["default_return_url", "name"]);
    for (feature, given) in call.params.at("features").as_object().into_iter().flatten() {
        for (field, value) in given.as_object().into_iter().flatten() {
            configuration["features"][feature][field] = match value {
                Value::Null => json!([]),
                Value::Array(products) if field == "products" => products.iter().map(whole_product).collect(),
                value => value.clone(),
            };
        }
    }
}

fn whole_product(given: &Value) -> Value {
    let fixed = json!({ "enabled": false, "maximum": null, "minimum": 1 });
    json!({ "adjustable_quantity": fixed, "prices": given["prices"], "product": given["product"] })
}

/// What the plan can be changed to is there, and there is some if it can be changed.
fn check_products(world: &World, call: &Call, known: &Value) -> Result<(), ApiError> {
    const AT: &str = "features[subscription_update][products]";
    let given = call.params.at("features").at("subscription_update");
    for product in given.items("products") {
        let prices = product.items("prices").iter().filter_map(Value::as_str);
        for id in prices {
            let price = world.named("price", id, AT).map_err(|error| ApiError { status: 400, ..error })?;
            if price["product"] != product["product"] || price::interval(price).is_none() {
                let sentence = format!("The price {id} is not a recurring price of {}.", product.str("product"));
                return Err(ApiError::invalid(sentence).at(AT));
            }
        }
    }
    let now = |field: &str| given.get(field).unwrap_or(&known["features"]["subscription_update"][field]).clone();
    if now("enabled") == true && now("products").as_array().is_none_or(Vec::is_empty) {
        let sentence = format!("Missing required param: {AT}.");
        return Err(ApiError::bad_param("parameter_missing", AT, sentence));
    }
    Ok(())
}

fn list(world: &mut World, call: &Call) -> Outcome {
    default(world);
    world.list(OBJECT, &call.params, "/v1/billing_portal/configurations", |configuration| {
        matches(configuration, &call.params, "active") && matches(configuration, &call.params, "is_default")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named(OBJECT, call.id(), "configuration").map(|found| world.show(found))
}
