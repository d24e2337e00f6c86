//! Mandates: that an account may be debited.

use serde_json::json;

use crate::{
    core::{
        blank::filled,
        json::Peek,
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, get},
};

/// The endpoints.
pub const ROUTES: &[Route] = &[get("/v1/mandates/{id}", &[], retrieve)];

/// Adds the mandate of an account that its owner has just typed.
pub fn insert(world: &mut World, method: &str) -> String {
    let id = world.new_id("mandate");
    let reference = world.dice.text(16).to_uppercase();
    let url = world.page_url(&format!("/m/{id}"));
    world.insert(filled(
        "mandate",
        json!({
            "id": id,
            "customer_acceptance": {
                "accepted_at": world.now(),
                "offline": null,
                "online": { "ip_address": "127.0.0.1", "user_agent": "sandbox" },
                "type": "online",
            },
            "payment_method": method,
            "payment_method_details": {
                "sepa_debit": { "reference": reference, "url": url },
                "type": "sepa_debit",
            },
        }),
    ))
}

/// The mandate of a stored payment method, if it has one.
pub fn of(world: &World, method: &str) -> Option<String> {
    world.get(method)[PRIVATE].text("mandate").map(str::to_owned)
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("mandate", call.id(), "mandate").map(|mandate| world.show(mandate))
}
