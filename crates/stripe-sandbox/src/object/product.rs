//! Products.

use serde_json::{Value, json};

use super::customer::metadata_of;
use crate::{
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, copy_given, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt, req},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, delete, get, post},
};

const CREATE: &[Field] = &[
    req("name", Kind::Text),
    opt("id", Kind::Text),
    opt("active", Kind::Bool),
    opt("description", Kind::Text),
    opt("images", Kind::List(&Kind::Text)),
    opt("metadata", Kind::Metadata),
    opt("statement_descriptor", Kind::Text),
    opt("tax_code", Kind::Text),
    opt("type", Kind::OneOf(&["good", "service"])),
    opt("unit_label", Kind::Text),
    opt("url", Kind::Text),
];
const UPDATE: &[Field] = &[
    opt("name", Kind::Text),
    opt("active", Kind::Bool),
    clear("default_price", Kind::Text),
    clear("description", Kind::Text),
    clear("images", Kind::List(&Kind::Text)),
    clear("metadata", Kind::Metadata),
    opt("statement_descriptor", Kind::Text),
    clear("tax_code", Kind::Text),
    clear("unit_label", Kind::Text),
    clear("url", Kind::Text),
];
const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    CREATED,
    opt("active", Kind::Bool),
    opt("ids", Kind::List(&Kind::Text)),
    opt("type", Kind::Text),
    opt("url", Kind::Text),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/products", CREATE, create),
    get("/v1/products", LIST, list),
    get("/v1/products/{id}", &[], retrieve),
    post("/v1/products/{id}", UPDATE, update),
    delete("/v1/products/{id}", &[], remove),
];

const PLAIN: &[&str] =
    &["active", "default_price", "description", "name", "statement_descriptor", "tax_code", "unit_label", "url"];

fn create(world: &mut World, call: &Call) -> Outcome {
    let id = match call.params.text("id") {
        Some(taken) if world.find(taken).is_some() => {
            return Err(ApiError::invalid(format!("Product already exists with ID: {taken}."))
                .at("id")
                .coded("resource_already_exists"));
        }
        Some(id) => id.to_owned(),
        None => world.new_id("product"),
    };
    insert(world, &id, call.params.str("name"));
    let metadata = metadata_of(call);
    world.change(&id, |product| {
        copy_given(product, &call.params, PLAIN);
        copy_given(product, &call.params, &["images"]);
        product["metadata"] = metadata;
    });
    world.announce("product.created", &id);
    Ok(world.render(&id))
}

/// Adds a product without announcing it yet.
pub fn insert(world: &mut World, id: &str, name: &str) {
    world.insert(filled(
        "product",
        json!({
            "id": id,
            "created": world.now(),
            "name": name,
            "updated": world.now(),
        }),
    ));
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let ids = call.params.items("ids");
    world.list("product", &call.params, "/v1/products", |product| {
        matches(product, &call.params, "active")
            && (ids.is_empty() || ids.contains(product.at("id")))
            && matches(product, &call.params, "url")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("product", call.id(), "id").map(|product| world.show(product))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("product", call.id(), "id")?;
    if let Some(price) = call.params.text("default_price") {
        world.named("price", price, "default_price")?;
    }
    let now = world.now();
    world.update(call.id(), "product.updated", |product| {
        copy_given(product, &call.params, PLAIN);
        if let Some(images) = call.params.get("images") {
            product["images"] = if images.is_null() { json!([]) } else { images.clone() };
        }
        merge_metadata(product, call.params.get("metadata"));
        product["updated"] = json!(now);
    });
    Ok(world.render(call.id()))
}

/// Only a product that no price belongs to can go.
fn remove(world: &mut World, call: &Call) -> Outcome {
    world.named("product", call.id(), "id")?;
    if world.newest("price").any(|price| price.str("product") == call.id()) {
        return Err(ApiError::invalid(
            "This product cannot be deleted because it has one or more user-created prices.",
        )
        .at("id"));
    }
    world.announce("product.deleted", call.id());
    world.change(call.id(), |product: &mut Value| product[PRIVATE] = json!({ "deleted": true }));
    Ok(json!({ "id": call.id(), "object": "product", "deleted": true }))
}
