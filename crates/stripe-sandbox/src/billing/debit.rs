//! Direct debits: accepted at once, and paid or refused by the bank days later.

use serde_json::{Value, json};

use super::{collect, dunning};
use crate::{
    core::{
        json::Peek,
        world::{PRIVATE, World},
    },
    object::{invoice_payment, payment_intent},
};

/// Notes on an invoice that its debit is under way; its subscription runs meanwhile.
pub fn under_way(world: &mut World, invoice: &str) {
    let before = world.render(invoice);
    world.change(invoice, |invoice| {
        collect::count_attempt(invoice);
        invoice["next_payment_attempt"] = Value::Null;
    });
    world.announce_change(invoice, "invoice.updated", &before);
    dunning::begin(world, invoice);
}

/// The bank has spoken about a payment that was processing.
pub fn decide(world: &mut World, intent: &str) {
    let is_paid = payment_intent::settle(world, intent);
    if let Some(invoice) = invoice_payment::invoice_of(world, intent) {
        after(world, &invoice, is_paid);
    }
    let waits =
        |session: &&Value| session[PRIVATE].str("payment_intent") == intent && session.str("status") == "complete";
    let session =
        world.newest("checkout.session").find(waits).filter(|session| session.str("payment_status") == "unpaid");
    let Some(session) = session.map(|session| session.str("id").to_owned()) else { return };
    if is_paid {
        world.change(&session, |session| session["payment_status"] = json!("paid"));
        super::once::bill(world, &session);
        world.announce("checkout.session.async_payment_succeeded", &session);
    } else {
        world.announce("checkout.session.async_payment_failed", &session);
    }
}

/// An invoice that was voided or paid otherwise meanwhile stays as it is.
fn after(world: &mut World, invoice: &str, is_paid: bool) {
    let is_open = matches!(world.get(invoice).str("status"), "open" | "uncollectible");
    match (is_open, is_paid) {
        (false, _) => {}
        (true, true) => collect::mark_paid(world, invoice, false),
        (true, false) => collect::note_refusal(world, invoice),
    }
}
