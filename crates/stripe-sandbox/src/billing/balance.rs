//! A customer's balance: what an invoice leaves over is kept for the next one.

use serde_json::json;

use crate::{
    core::{json::Peek, world::World},
    object::customer_balance::{self, About},
};

/// A first invoice is paid as the checkout page said, whatever the balance.
fn uses_balance(world: &World, invoice: &str) -> bool {
    world.get(invoice).str("billing_reason") != "subscription_create"
}

/// Writes onto a draft what its customer's balance (below zero: a credit) would leave to pay.
pub fn reckon(world: &mut World, invoice: &str) {
    if !uses_balance(world, invoice) {
        return;
    }
    let balance = world.get(world.get(invoice).str("customer")).int("balance");
    world.change(invoice, |invoice| {
        let due = (invoice.int("total") + balance).max(0);
        invoice["starting_balance"] = json!(balance);
        invoice["amount_due"] = json!(due);
        invoice["amount_remaining"] = json!(due);
    });
}

/// Takes from the balance what a draft that becomes final uses of it, or adds what it leaves over.
pub fn settle(world: &mut World, invoice: &str) {
    reckon(world, invoice);
    let stored = world.get(invoice).clone();
    let ending = stored.int("starting_balance") + stored.int("total") - stored.int("amount_due");
    if !uses_balance(world, invoice) {
        return;
    }
    world.change(invoice, |invoice| invoice["ending_balance"] = json!(ending));
    let customer = stored.str("customer");
    let used = ending - world.get(customer).int("balance");
    book(world, customer, used, About { kind: "applied_to_invoice", invoice, credit_note: None });
}

/// Gives back what a voided invoice had used.
pub fn restore(world: &mut World, invoice: &str) {
    let stored = world.get(invoice).clone();
    let used = stored.int("ending_balance") - stored.int("starting_balance");
    let customer = stored.str("customer");
    book(world, customer, -used, About { kind: "unapplied_from_invoice", invoice, credit_note: None });
}

fn book(world: &mut World, customer: &str, amount_minor: i64, about: About<'_>) {
    if amount_minor != 0 {
        customer_balance::change(world, customer, amount_minor, about);
    }
}
