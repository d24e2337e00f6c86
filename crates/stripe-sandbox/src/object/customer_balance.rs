//! Customer balance transactions: what went into a customer's balance, and out of it.

use serde_json::json;

use crate::{
    core::{
        blank::filled,
        error::ApiError,
        json::Peek,
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, opt},
        world::World,
    },
    http::route::{Call, Outcome, Route, get},
};

const OBJECT: &str = "customer_balance_transaction";
const LIST: &[Field] = &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CREATED, opt("invoice", Kind::Text)];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    get("/v1/customers/{id}/balance_transactions", LIST, list),
    get("/v1/customers/{id}/balance_transactions/{id}", &[], retrieve),
];

/// What a change of a customer's balance is about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Stripe's word for it: `applied_to_invoice`, `credit_note` …
    pub kind: &'static str,
    /// The invoice that it is about.
    pub invoice: &'a str,
    /// The credit note that it comes from, if it does.
    pub credit_note: Option<&'a str>,
}

/// Changes a customer's balance (below zero: a credit) by an amount in minor units, and writes down why.
pub fn change(world: &mut World, customer: &str, amount_minor: i64, about: About<'_>) -> String {
    let ending = world.get(customer).int("balance") + amount_minor;
    let id = world.new_id(OBJECT);
    world.insert(filled(
        OBJECT,
        json!({
            "id": id,
            "amount": amount_minor,
            "created": world.now(),
            "credit_note": about.credit_note,
            "currency": world.get(about.invoice)["currency"],
            "customer": customer,
            "ending_balance": ending,
            "invoice": about.invoice,
            "type": about.kind,
        }),
    ));
    world.update(customer, "customer.updated", |customer| customer["balance"] = json!(ending));
    id
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.named("customer", call.id(), "customer")?;
    let url = format!("/v1/customers/{}/balance_transactions", call.id());
    world.list(OBJECT, &call.params, &url, |one| {
        one.str("customer") == call.id() && matches(one, &call.params, "invoice")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    let id = call.ids.get(1).map(String::as_str).unwrap_or_default();
    let found = world.named(OBJECT, id, "transaction")?;
    if found.str("customer") != call.id() {
        return Err(ApiError::missing(OBJECT, id, "transaction"));
    }
    Ok(world.show(found))
}
