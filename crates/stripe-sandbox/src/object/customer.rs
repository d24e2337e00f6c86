//! Customers.

use serde_json::{Value, json};

use crate::{
    billing::lifecycle,
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, copy_given, fresh_metadata, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, delete, get, post},
};

const ADDRESS: &[Field] = &[
    clear("city", Kind::Text),
    clear("country", Kind::Text),
    clear("line1", Kind::Text),
    clear("line2", Kind::Text),
    clear("postal_code", Kind::Text),
    clear("state", Kind::Text),
];
const INVOICE_SETTINGS: &[Field] = &[clear("default_payment_method", Kind::Text)];

const FIELDS: &[Field] = &[
    clear("address", Kind::Object(ADDRESS)),
    clear("description", Kind::Text),
    clear("email", Kind::Text),
    clear("metadata", Kind::Metadata),
    clear("name", Kind::Text),
    clear("phone", Kind::Text),
    clear("preferred_locales", Kind::List(&Kind::Text)),
    opt("invoice_settings", Kind::Object(INVOICE_SETTINGS)),
];

// All of `FIELDS`, and what is said once.
const CREATE: &[Field] = &[
    FIELDS[0],
    FIELDS[1],
    FIELDS[2],
    FIELDS[3],
    FIELDS[4],
    FIELDS[5],
    FIELDS[6],
    FIELDS[7],
    opt("test_clock", Kind::Text),
];
const LIST: &[Field] =
    &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CREATED, opt("email", Kind::Text), opt("test_clock", Kind::Text)];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/customers", CREATE, create),
    get("/v1/customers", LIST, list),
    get("/v1/customers/{id}", &[], retrieve),
    post("/v1/customers/{id}", FIELDS, update),
    delete("/v1/customers/{id}", &[], remove),
    get(
        "/v1/customers/{id}/payment_methods",
        &[LIMIT, STARTING_AFTER, ENDING_BEFORE, opt("type", Kind::Text)],
        payment_methods,
    ),
];

const PLAIN: &[&str] = &["description", "email", "name", "phone"];

fn create(world: &mut World, call: &Call) -> Outcome {
    check_email(call)?;
    let clock = call.params.text("test_clock");
    if let Some(clock) = clock {
        world.named("test_helpers.test_clock", clock, "test_clock").map_err(as_reference)?;
    }
    let id = insert(world, call.params.text("email"), call.params.text("name"));
    world.change(&id, |customer| customer["test_clock"] = json!(clock));
    apply(world, &id, call)?;
    world.announce("customer.created", &id);
    Ok(world.render(&id))
}

/// Adds a customer without announcing it yet.
pub fn insert(world: &mut World, email: Option<&str>, name: Option<&str>) -> String {
    let id = world.new_id("customer");
    let prefix = world.dice.text(8).to_uppercase();
    world.insert(filled(
        "customer",
        json!({
            "id": id,
            "created": world.now(),
            "email": email,
            "invoice_prefix": prefix,
            "name": name,
        }),
    ))
}

fn apply(world: &mut World, id: &str, call: &Call) -> Result<(), ApiError> {
    let params = &call.params;
    let default_method = params.get("invoice_settings").and_then(|settings| settings.get("default_payment_method"));
    if let Some(method) = default_method.and_then(Value::as_str) {
        world.named("payment_method", method, "invoice_settings[default_payment_method]").map_err(as_reference)?;
    }
    let default_method = default_method.cloned();
    world.change(id, |customer| {
        copy_given(customer, params, PLAIN);
        merge_metadata(customer, params.get("metadata"));
        if let Some(method) = default_method {
            customer["invoice_settings"]["default_payment_method"] = method;
        }
        if let Some(locales) = params.get("preferred_locales") {
            customer["preferred_locales"] = if locales.is_null() { json!([]) } else { locales.clone() };
        }
        if let Some(address) = params.get("address") {
            customer["address"] = whole_address(address);
        }
    });
    Ok(())
}

fn whole_address(given: &Value) -> Value {
    if given.is_null() {
        return Value::Null;
    }
    let mut address =
        json!({ "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null });
    if let Some(given) = given.as_object() {
        copy_given(&mut address, given, &["city", "country", "line1", "line2", "postal_code", "state"]);
    }
    address
}

fn as_reference(mut error: ApiError) -> ApiError {
    error.status = 400;
    error
}

/// Stripe refuses what cannot be an address.
fn check_email(call: &Call) -> Result<(), ApiError> {
    match call.params.text("email") {
        Some(email) if !is_email(email) => {
            Err(ApiError::invalid(format!("Invalid email address: {email}")).at("email").coded("email_invalid"))
        }
        _ => Ok(()),
    }
}

/// Whether a text can be an e-mail address (one `@` with something on both sides, a dot after it, no blanks).
pub fn is_email(text: &str) -> bool {
    let plain = text.len() <= 512 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    plain
        && text.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty()
                && !host.contains('@')
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
        })
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let clock = call.params.text("test_clock");
    world.list("customer", &call.params, "/v1/customers", |customer| {
        matches(customer, &call.params, "email") && customer.text("test_clock") == clock
    })
}

/// A deleted customer is still found, as a stub.
fn retrieve(world: &mut World, call: &Call) -> Outcome {
    match world.find(call.id()) {
        Some(value) if value.str("object") == "customer" && value[PRIVATE].flag("deleted") => Ok(stub(call.id())),
        _ => world.named("customer", call.id(), "id").map(|value| world.show(value)),
    }
}

fn stub(id: &str) -> Value {
    json!({ "id": id, "object": "customer", "deleted": true })
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("customer", call.id(), "id")?;
    check_email(call)?;
    let before = world.render(call.id());
    apply(world, call.id(), call)?;
    world.announce_change(call.id(), "customer.updated", &before);
    Ok(world.render(call.id()))
}

/// Ends the customer's subscriptions at once, as Stripe does.
fn remove(world: &mut World, call: &Call) -> Outcome {
    world.named("customer", call.id(), "id")?;
    delete_with_subscriptions(world, call.id());
    Ok(stub(call.id()))
}

/// Deletes a customer, with what it subscribes to.
pub fn delete_with_subscriptions(world: &mut World, id: &str) {
    let live: Vec<String> = world
        .newest("subscription")
        .filter(|subscription| subscription.str("customer") == id && !lifecycle::is_over(subscription))
        .map(|subscription| subscription.str("id").to_owned())
        .collect();
    for subscription in live {
        lifecycle::end(world, &subscription, "cancellation_requested");
    }
    world.announce("customer.deleted", id);
    world.change(id, |customer| customer[PRIVATE] = json!({ "deleted": true }));
}

fn payment_methods(world: &mut World, call: &Call) -> Outcome {
    world.named("customer", call.id(), "customer")?;
    let url = format!("/v1/customers/{}/payment_methods", call.id());
    world.list("payment_method", &call.params, &url, |method| {
        method.str("customer") == call.id() && matches(method, &call.params, "type")
    })
}

/// The metadata that a new object starts with.
pub fn metadata_of(call: &Call) -> Value {
    fresh_metadata(call.params.get("metadata"))
}
