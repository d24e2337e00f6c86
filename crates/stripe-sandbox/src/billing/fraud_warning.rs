//! Early fraud warnings: a card's bank says that a payment may be fraudulent, before it is disputed.

use serde_json::{Value, json};

use crate::core::{blank::filled, error::ApiError, json::Peek, world::World};

const OBJECT: &str = "radar.early_fraud_warning";

/// What a bank suspects if nobody says otherwise.
pub const USUAL_TYPE: &str = "misc";

/// What Stripe lists that a bank can suspect.
pub const TYPES: &[&str] = &[
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
];

/// Warns about a paid charge.
///
/// # Errors
/// The charge is not paid, or was warned about before.
pub fn open(world: &mut World, charge_id: &str, fraud_type: &str) -> Result<String, ApiError> {
    let charge = world.render(charge_id);
    if !charge.flag("paid") || of_charge(world, charge_id).is_some() {
        let sentence = format!("Charge {charge_id} is not paid, or was warned about already.");
        return Err(ApiError::invalid(sentence).at("charge"));
    }
    let id = world.new_id(OBJECT);
    world.insert(filled(
        OBJECT,
        json!({
            "id": id,
            "actionable": can_be_acted_on(&charge),
            "charge": charge_id,
            "created": world.now(),
            "fraud_type": fraud_type,
            "payment_intent": charge["payment_intent"],
        }),
    ));
    world.announce("radar.early_fraud_warning.created", &id);
    Ok(id)
}

fn of_charge(world: &World, charge: &str) -> Option<String> {
    world.newest(OBJECT).find(|warning| warning.str("charge") == charge).map(|warning| warning.str("id").to_owned())
}

/// A refund of the whole comes before a dispute; what is disputed or refunded needs none.
fn can_be_acted_on(charge: &Value) -> bool {
    !charge.flag("disputed") && !charge.flag("refunded")
}

/// A charge was refunded or disputed: a warning about it may be of no more use.
pub fn look_again(world: &mut World, charge: &str) {
    if let Some(id) = of_charge(world, charge) {
        let actionable = can_be_acted_on(world.get(charge));
        world.update(&id, "radar.early_fraud_warning.updated", |warning| warning["actionable"] = json!(actionable));
    }
}
