//! Tax ids of customers: the VAT ids of businesses in the European Union.

use serde_json::{Value, json};

use crate::{
    core::{
        blank::filled,
        error::ApiError,
        json::Peek,
        listing::{ENDING_BEFORE, LIMIT, STARTING_AFTER},
        schema::{Field, Kind, req},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, delete, get, post},
};

const CREATE: &[Field] = &[req("type", Kind::OneOf(&["eu_vat"])), req("value", Kind::Text)];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/customers/{id}/tax_ids", CREATE, create),
    get("/v1/customers/{id}/tax_ids", &[LIMIT, STARTING_AFTER, ENDING_BEFORE], list),
    get("/v1/customers/{id}/tax_ids/{id}", &[], retrieve),
    delete("/v1/customers/{id}/tax_ids/{id}", &[], remove),
];

/// A VAT id without blanks, if it can be one: a country's two letters, and 5 to 12 letters and digits.
pub fn read(typed: &str) -> Option<String> {
    let plain: String = typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-')).collect();
    let plain = plain.to_uppercase();
    let (country, rest) = plain.split_at_checked(2)?;
    let is_number = (5..=12).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (MEMBERS.contains(&country) && is_number).then_some(plain)
}

/// The countries whose businesses have a VAT id of the European Union, by its first letters.
const MEMBERS: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Adds a VAT id to a customer. As in Stripe's test mode, nine ones cannot be verified and nine twos are pending.
pub fn insert(world: &mut World, customer: &str, value: &str) -> String {
    let id = world.new_id("tax_id");
    let status = match &value[2..] {
        "111111111" => "unverified",
        "222222222" => "pending",
        _ => "verified",
    };
    world.insert(filled(
        "tax_id",
        json!({
            "id": id,
            "country": if value.starts_with("EL") { "GR" } else { &value[..2] },
            "created": world.now(),
            "customer": customer,
            "owner": { "customer": customer, "customer_account": null, "type": "customer" },
            "type": "eu_vat",
            "value": value,
            "verification": { "status": status, "verified_address": null, "verified_name": null },
        }),
    ));
    world.announce("customer.tax_id.created", &id);
    id
}

/// A customer's tax ids as invoices and sessions show them.
pub fn shown_of(world: &World, customer: &str) -> Vec<Value> {
    let own = world.newest("tax_id").filter(|one| one.str("customer") == customer && !one[PRIVATE].flag("deleted"));
    own.map(|one| json!({ "type": one["type"], "value": one["value"] })).collect()
}

fn create(world: &mut World, call: &Call) -> Outcome {
    world.named("customer", call.id(), "id")?;
    let value = read(call.params.str("value"))
        .ok_or_else(|| ApiError::invalid("Invalid value for eu_vat.").at("value").coded("tax_id_invalid"))?;
    let id = insert(world, call.id(), &value);
    Ok(world.render(&id))
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.named("customer", call.id(), "id")?;
    let url = format!("/v1/customers/{}/tax_ids", call.id());
    world.list("tax_id", &call.params, &url, |one| one.str("customer") == call.id())
}

fn owned<'a>(world: &'a World, call: &Call) -> Result<&'a Value, ApiError> {
    let id = call.ids.get(1).map(String::as_str).unwrap_or_default();
    match world.named("tax_id", id, "id")? {
        found if found.str("customer") == call.id() => Ok(found),
        _ => Err(ApiError::missing("tax_id", id, "id")),
    }
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    owned(world, call).map(|one| world.show(one))
}

fn remove(world: &mut World, call: &Call) -> Outcome {
    let id = owned(world, call)?.str("id").to_owned();
    world.announce("customer.tax_id.deleted", &id);
    world.change(&id, |one| one[PRIVATE] = json!({ "deleted": true }));
    Ok(json!({ "id": id, "object": "tax_id", "deleted": true }))
}
