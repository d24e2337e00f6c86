//! Invoice items: what waits for an invoice, or has come onto one.

use serde_json::json;

use crate::{
    core::{
        error::ApiError,
        listing::{ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, opt},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, delete, get},
};

const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    opt("customer", Kind::Text),
    opt("invoice", Kind::Text),
    opt("pending", Kind::Bool),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    get("/v1/invoiceitems", LIST, list),
    get("/v1/invoiceitems/{id}", &[], retrieve),
    delete("/v1/invoiceitems/{id}", &[], remove),
];

fn list(world: &mut World, call: &Call) -> Outcome {
    let pending = call.params.get("pending").map(|pending| pending == true);
    world.list("invoiceitem", &call.params, "/v1/invoiceitems", |item| {
        matches(item, &call.params, "customer")
            && matches(item, &call.params, "invoice")
            && pending.is_none_or(|pending| item["invoice"].is_null() == pending)
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("invoiceitem", call.id(), "invoiceitem").map(|item| world.show(item))
}

fn remove(world: &mut World, call: &Call) -> Outcome {
    if !world.named("invoiceitem", call.id(), "invoiceitem")?["invoice"].is_null() {
        return Err(ApiError::invalid("This invoice item is already attached to an invoice, and cannot be deleted."));
    }
    world.announce("invoiceitem.deleted", call.id());
    world.change(call.id(), |item| item[PRIVATE] = json!({ "deleted": true }));
    Ok(json!({ "id": call.id(), "object": "invoiceitem", "deleted": true }))
}
