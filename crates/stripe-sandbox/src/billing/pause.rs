//! A pause of collection: renewals go on and draw up invoices, and nothing is taken.

use serde_json::{Value, json};

use super::collect;
use crate::core::{error::ApiError, json::Peek, world::World};

/// Sets a pause, or takes it back (null).
pub fn set(world: &mut World, id: &str, given: &Value) -> Result<(), ApiError> {
    let resumes = given.number("resumes_at");
    if resumes.is_some_and(|at| at <= world.now()) {
        return Err(ApiError::invalid("`pause_collection[resumes_at]` must be in the future.")
            .at("pause_collection[resumes_at]"));
    }
    let pause =
        if given.is_null() { Value::Null } else { json!({ "behavior": given["behavior"], "resumes_at": resumes }) };
    world.change(id, |subscription| subscription["pause_collection"] = pause);
    if let Some(at) = resumes {
        world.schedule(at, id);
    }
    Ok(())
}

/// The pause is over.
pub fn resume(world: &mut World, id: &str) {
    world.update(id, "customer.subscription.updated", |subscription| subscription["pause_collection"] = Value::Null);
}

/// What becomes of the invoice of a renewal within a pause.
pub fn instead_of_collecting(world: &mut World, invoice: &str, behavior: &str) {
    if behavior == "keep_as_draft" {
        return;
    }
    collect::finalize(world, invoice);
    // What costs nothing is paid by being final.
    match (behavior, world.get(invoice).str("status")) {
        ("void", "open") => collect::void(world, invoice),
        (_, "open") => collect::mark_uncollectible(world, invoice),
        _ => {}
    }
}
