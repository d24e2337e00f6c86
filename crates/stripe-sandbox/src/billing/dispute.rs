//! A payer's bank takes a payment back: the money leaves at once, and returns only if the dispute is won.

use serde_json::{Value, json};

use super::fraud_warning;
use crate::{
    core::{blank::filled, card::Behaviour, error::ApiError, json::Peek, world::World},
    object::balance_transaction,
};

/// Seconds until evidence must be there; without any the dispute is then lost.
const EVIDENCE_WITHIN: i64 = 20 * 24 * 60 * 60;

/// How a dispute ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The money comes back.
    Won,
    /// The money is gone.
    Lost,
}

/// Why a payment is disputed if nobody says otherwise.
pub const USUAL_REASON: &str = "fraudulent";

/// The reasons that Stripe lists.
pub const REASONS: &[&str] = &[
    "bank_cannot_process",
    "check_returned",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "noncompliant",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
];

/// Has a charge disputed or warned about right after it, if its card is one of that kind.
pub fn arrange(world: &mut World, charge: &str) {
    if matches!(behaviour(world, charge), Behaviour::Disputed | Behaviour::Warned) {
        world.put_off(charge, world.now());
    }
}

fn behaviour(world: &World, charge: &str) -> Behaviour {
    world.behaviour(world.get(charge).str("payment_method"))
}

/// The bank of a charge's card speaks, as was arranged.
pub fn hear_bank(world: &mut World, charge: &str) -> bool {
    let heard = match behaviour(world, charge) {
        Behaviour::Warned => fraud_warning::open(world, charge, fraud_warning::USUAL_TYPE),
        _ => open(world, charge, USUAL_REASON),
    };
    heard.is_ok()
}

/// Whether a charge is disputed, so that nothing of it can be refunded: it is, until the dispute is won.
pub fn holds(world: &World, charge: &str) -> bool {
    world.newest("dispute").any(|dispute| dispute.str("charge") == charge && dispute.str("status") != "won")
}

/// Disputes what is left of a paid charge, and takes it from the balance.
pub fn open(world: &mut World, charge_id: &str, reason: &str) -> Result<String, ApiError> {
    let charge = world.render(charge_id);
    let amount = charge.int("amount") - charge.int("amount_refunded");
    if !charge.flag("paid") || charge.flag("disputed") || amount == 0 {
        let sentence = format!("Charge {charge_id} is not paid, is refunded, or has been disputed already.");
        return Err(ApiError::invalid(sentence).at("charge"));
    }
    let id = insert(world, &charge, amount, reason);
    world.schedule(world.get(&id)["evidence_details"].int("due_by"), &id);
    let before = world.render(charge_id);
    world.change(charge_id, |charge| charge["disputed"] = json!(true));
    world.announce_change(charge_id, "charge.updated", &before);
    fraud_warning::look_again(world, charge_id);
    world.announce("charge.dispute.created", &id);
    move_money(world, &id, balance_transaction::Dispute::Withdrawn);
    world.announce("charge.dispute.funds_withdrawn", &id);
    Ok(id)
}

fn insert(world: &mut World, charge: &Value, amount: i64, reason: &str) -> String {
    let id = world.new_id("dispute");
    let due = world.now() + EVIDENCE_WITHIN;
    let code = network_code(reason);
    let mut own = filled(
        "dispute",
        json!({
            "id": id,
            "amount": amount,
            "charge": charge["id"],
            "created": world.now(),
            "currency": charge["currency"],
            "network_reason_code": code,
            "payment_intent": charge["payment_intent"],
            "reason": reason,
        }),
    );
    own["evidence"]["customer_email_address"] = charge["billing_details"]["email"].clone();
    own["evidence"]["customer_name"] = charge["billing_details"]["name"].clone();
    own["evidence_details"]["due_by"] = json!(due);
    let card = &charge["payment_method_details"]["card"];
    if card.is_object() {
        own["payment_method_details"] = json!({
            "card": { "brand": card["brand"], "case_type": "chargeback", "network": card["network"], "network_reason_code": code },
            "type": "card",
        });
    }
    world.insert(own)
}

/// Visa's number for a reason.
fn network_code(reason: &str) -> &'static str {
    match reason {
        "fraudulent" => "10.4",
        "product_not_received" => "13.1",
        "subscription_canceled" => "13.2",
        "product_unacceptable" => "13.3",
        "credit_not_processed" => "13.6",
        "duplicate" => "12.6.1",
        _ => "13.7",
    }
}

fn move_money(world: &mut World, id: &str, which: balance_transaction::Dispute) {
    let transaction = balance_transaction::insert_dispute(world, id, which);
    world.change(id, |dispute| {
        if let Some(all) = dispute["balance_transactions"].as_array_mut() {
            all.push(json!(transaction));
        }
    });
}

/// Whether a stored dispute is decided.
pub fn is_over(dispute: &Value) -> bool {
    matches!(dispute.str("status"), "won" | "lost")
}

/// Decides a dispute; one that is decided stays as it is.
pub fn close(world: &mut World, id: &str, ending: Ending) {
    if is_over(world.get(id)) {
        return;
    }
    world.change(id, |dispute| {
        dispute["status"] = json!(if ending == Ending::Won { "won" } else { "lost" });
    });
    if ending == Ending::Won {
        move_money(world, id, balance_transaction::Dispute::Reinstated);
    }
    world.announce("charge.dispute.closed", id);
    if ending == Ending::Won {
        world.announce("charge.dispute.funds_reinstated", id);
    }
}

/// Hands evidence in: the bank looks at it. As in Stripe's test mode, the words `winning_evidence` and `losing_evidence` decide.
pub fn submit(world: &mut World, id: &str) {
    world.update(id, "charge.dispute.updated", |dispute| {
        dispute["status"] = json!("under_review");
        let details = &mut dispute["evidence_details"];
        details["has_evidence"] = json!(true);
        details["submission_count"] = json!(details.int("submission_count") + 1);
    });
    match world.get(id)["evidence"].str("uncategorized_text") {
        "winning_evidence" => close(world, id, Ending::Won),
        "losing_evidence" => close(world, id, Ending::Lost),
        _ => {}
    }
}

/// The time for evidence is over.
pub fn evidence_due(world: &mut World, id: &str) {
    world.change(id, |dispute| dispute["evidence_details"]["past_due"] = json!(true));
    close(world, id, Ending::Lost);
}
