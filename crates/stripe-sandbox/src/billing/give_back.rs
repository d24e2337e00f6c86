//! Refunds on their way: most arrive, some later, some come back.

use serde_json::{Value, json};

use super::fraud_warning;
use crate::{
    core::{card::Behaviour, json::Peek, world::World},
    object::balance_transaction,
};

/// Seconds after which a refund to a card of that kind fails, or a pending one succeeds.
pub const DECIDED_AFTER: i64 = 24 * 60 * 60;

/// Writes a new refund onto its charge (a failed one is taken off again by a negative amount).
pub fn note(world: &mut World, charge: &str, amount_minor: i64, event: &str) {
    let before = world.render(charge);
    world.change(charge, |charge| {
        let refunded = charge.int("amount_refunded") + amount_minor;
        charge["amount_refunded"] = json!(refunded);
        charge["refunded"] = json!(refunded == charge.int("amount"));
    });
    world.announce_change(charge, event, &before);
    fraud_warning::look_again(world, charge);
}

/// Sets a new refund going, by the card that it goes to.
pub fn set_out(world: &mut World, id: &str) {
    let now = world.now();
    match behaviour(world, id) {
        Behaviour::RefundFails => world.put_off(id, now + DECIDED_AFTER),
        Behaviour::RefundWaits => {
            world.change(id, |refund| refund["status"] = json!("pending"));
            world.put_off(id, now + DECIDED_AFTER);
        }
        _ => world.put_off(id, now),
    }
}

fn behaviour(world: &World, id: &str) -> Behaviour {
    world.behaviour(world.get(world.get(id).str("charge")).str("payment_method"))
}

/// The time of a refund has come: it fails, or it arrives.
pub fn decide(world: &mut World, id: &str) {
    if behaviour(world, id) == Behaviour::RefundFails {
        fail(world, id);
        return;
    }
    let reference = world.dice.text(16);
    change(world, id, |refund| {
        refund["status"] = json!("succeeded");
        if refund["destination_details"]["card"].is_object() {
            refund["destination_details"]["card"]["reference"] = json!(reference);
            refund["destination_details"]["card"]["reference_status"] = json!("available");
        }
    });
}

/// The bank sends the money back: the refund has failed, and its charge is refunded by less.
pub fn fail(world: &mut World, id: &str) {
    let transaction = balance_transaction::insert_refund_failure(world, id);
    change(world, id, |refund| {
        refund["status"] = json!("failed");
        refund["failure_reason"] = json!("expired_or_canceled_card");
        refund["failure_balance_transaction"] = json!(transaction);
    });
    world.announce("refund.failed", id);
    let (charge, amount) = (world.get(id).str("charge").to_owned(), world.get(id).int("amount"));
    note(world, &charge, -amount, "charge.updated");
}

/// A refund's change is told twice, under its new name and under its old one.
fn change(world: &mut World, id: &str, change: impl FnOnce(&mut Value)) {
    let before = world.render(id);
    world.change(id, change);
    world.announce_change(id, "refund.updated", &before);
    world.announce_change(id, "charge.refund.updated", &before);
}
