//! From a draft to money: finalizing an invoice, collecting it, giving it up.

use serde_json::{Value, json};

use super::{balance, debit, dunning, pending_update};
use crate::{
    core::{error::ApiError, json::Peek, world::World},
    object::{
        invoice::subscription_of,
        invoice_payment,
        payment_intent::{self, Order, Presence, Refusal},
    },
};

/// Makes a draft final: it gets its number, its page and its payment.
pub fn finalize(world: &mut World, id: &str) {
    balance::settle(world, id);
    let intent = open_payment(world, id);
    finalize_with(world, id, intent);
}

/// Makes a draft final with a payment that exists already (or none, if nothing is due).
pub fn finalize_with(world: &mut World, id: &str, intent: Option<String>) {
    let now = world.now();
    let customer = world.get(id).str("customer").to_owned();
    let number = next_number(world, &customer);
    let token = world.dice.text(24);
    let page = world.page_url(&format!("/i/{id}/{token}"));
    let before = world.render(id);
    world.change(id, |invoice| {
        invoice["automatically_finalizes_at"] = Value::Null;
        invoice["effective_at"] = json!(now);
        invoice["ending_balance"] = json!(invoice.int("ending_balance"));
        invoice["hosted_invoice_url"] = json!(page);
        invoice["invoice_pdf"] = json!(page);
        invoice["number"] = json!(number);
        invoice["status"] = json!("open");
        invoice["status_transitions"]["finalized_at"] = json!(now);
    });
    let invoice = world.render(id);
    if let Some(intent) = intent {
        invoice_payment::insert(world, &invoice, &intent);
    }
    world.announce("invoice.finalized", id);
    world.announce_change(id, "invoice.updated", &before);
    if invoice.int("amount_due") == 0 {
        mark_paid(world, id, true);
    }
}

fn open_payment(world: &mut World, id: &str) -> Option<String> {
    let invoice = world.render(id);
    let order = Order {
        customer: invoice.text("customer").map(str::to_owned),
        amount_minor: invoice.int("amount_due"),
        currency: invoice.str("currency").to_owned(),
        description: Some(describe(&invoice).to_owned()),
        keeps_card: true,
        metadata: None,
    };
    (order.amount_minor > 0).then(|| payment_intent::insert(world, &order))
}

fn describe(invoice: &Value) -> &'static str {
    match invoice.str("billing_reason") {
        "subscription_create" => "Subscription creation",
        _ => "Subscription update",
    }
}

fn next_number(world: &mut World, customer: &str) -> String {
    let prefix = world.get(customer).str("invoice_prefix").to_owned();
    let sequence = world.get(customer).int("next_invoice_sequence").max(1);
    world.change(customer, |customer| customer["next_invoice_sequence"] = json!(sequence + 1));
    format!("{prefix}-{sequence:04}")
}

/// Makes the invoice of a change final and collects it; `behavior` is Stripe's word for what a refusal leads to.
pub fn collect_at_once(world: &mut World, id: &str, behavior: &str, presence: Presence) -> Result<(), ApiError> {
    finalize(world, id);
    if world.get(id).str("status") != "open" {
        return Ok(());
    }
    if behavior == "default_incomplete" {
        dunning::owes(world, id);
        return Ok(());
    }
    match attempt(world, id, presence) {
        Err(refusal) if behavior == "error_if_incomplete" => Err(ApiError { keeps_changes: false, ..refusal.error() }),
        _ => Ok(()),
    }
}

/// Tries to collect an open invoice by the payment method that renewals use.
pub fn attempt(world: &mut World, id: &str, presence: Presence) -> Result<(), Refusal> {
    let method = method_for(world, id);
    try_to_collect(world, id, method.as_deref(), presence, true)
}

/// Tries to collect an open invoice by a given payment method, because somebody pressed a button or called. After the first
/// attempt such ones do not count, and move no retry.
pub fn attempt_with(world: &mut World, id: &str, method: Option<&str>, presence: Presence) -> Result<(), Refusal> {
    let counts = world.get(id).int("attempt_count") == 0;
    try_to_collect(world, id, method, presence, counts)
}

fn try_to_collect(
    world: &mut World,
    id: &str,
    method: Option<&str>,
    presence: Presence,
    counts: bool,
) -> Result<(), Refusal> {
    let payment = invoice_payment::of_invoice(world, id);
    let (Some((_, intent)), Some(method)) = (payment, method) else {
        note_failure(world, id, counts);
        return Err(Refusal::Declined(NO_METHOD));
    };
    if payment_intent::is_processing(world, &intent) {
        return Ok(());
    }
    match payment_intent::confirm(world, &intent, method, presence) {
        Ok(()) if payment_intent::is_processing(world, &intent) => {
            debit::under_way(world, id);
            Ok(())
        }
        Ok(()) => {
            mark_paid(world, id, counts);
            Ok(())
        }
        Err(refusal) => {
            note_failure(world, id, counts);
            if refusal == Refusal::NeedsAuthentication {
                world.announce("invoice.payment_action_required", id);
            }
            Err(refusal)
        }
    }
}

const NO_METHOD: crate::core::card::Decline = crate::core::card::Decline {
    code: "invoice_payment_method_missing",
    decline_code: "",
    message: "This customer has no attached payment source or default payment method.",
};

/// The `pay` endpoint's attempt: a refusal is its answer, and what the attempt wrote stays.
pub fn pay_by_call(world: &mut World, id: &str, given: Option<&str>) -> Result<(), ApiError> {
    if world.get(id).str("status") == "paid" {
        return Ok(());
    }
    let method = given.map(str::to_owned).or_else(|| method_for(world, id));
    if method.is_none() {
        return Err(ApiError::invalid(NO_METHOD.message).coded("resource_missing"));
    }
    match attempt_with(world, id, method.as_deref(), Presence::AWAY) {
        Ok(()) => Ok(()),
        Err(refusal) => Err(refusal.error()),
    }
}

/// The invoice's own method, else the subscription's, else the customer's.
pub fn method_for(world: &World, id: &str) -> Option<String> {
    let invoice = world.get(id);
    let subscription = world.get(subscription_of(invoice).unwrap_or_default());
    let customer = world.get(invoice.str("customer"));
    invoice
        .text("default_payment_method")
        .or(subscription.text("default_payment_method"))
        .or(customer["invoice_settings"].text("default_payment_method"))
        .map(str::to_owned)
}

/// Writes a failed attempt onto an invoice, with everything that follows from it if it counts.
fn note_failure(world: &mut World, id: &str, counts: bool) {
    let before = world.render(id);
    if counts {
        world.change(id, count_attempt);
        dunning::after_failure(world, id);
    }
    world.announce("invoice.payment_failed", id);
    world.announce_change(id, "invoice.updated", &before);
}

/// Notes that a debit was refused, which was counted when it set out.
pub fn note_refusal(world: &mut World, id: &str) {
    let before = world.render(id);
    dunning::after_failure(world, id);
    world.announce("invoice.payment_failed", id);
    world.announce_change(id, "invoice.updated", &before);
}

/// Counts an attempt on a stored invoice.
pub fn count_attempt(invoice: &mut Value) {
    invoice["attempted"] = json!(true);
    invoice["attempt_count"] = json!(invoice.int("attempt_count") + 1);
}

/// Marks an open invoice as paid, with everything that follows from it; whether this was an attempt that counts.
pub fn mark_paid(world: &mut World, id: &str, counts: bool) {
    let now = world.now();
    let before = world.render(id);
    if let Some((payment, _)) = invoice_payment::of_invoice(world, id)
        && world.get(&payment).str("status") == "open"
    {
        invoice_payment::mark_paid(world, &payment);
    }
    world.change(id, |invoice| {
        if counts {
            count_attempt(invoice);
        }
        invoice["amount_paid"] = invoice["amount_due"].clone();
        invoice["amount_remaining"] = json!(0);
        invoice["auto_advance"] = json!(false);
        invoice["next_payment_attempt"] = Value::Null;
        invoice["status"] = json!("paid");
        invoice["status_transitions"]["paid_at"] = json!(now);
    });
    world.announce_change(id, "invoice.updated", &before);
    world.announce("invoice.paid", id);
    world.announce("invoice.payment_succeeded", id);
    dunning::after_payment(world, id);
}

/// Marks an open invoice as paid by other means than Stripe.
pub fn mark_paid_elsewhere(world: &mut World, id: &str) {
    cancel_payment(world, id, "void_invoice");
    mark_paid(world, id, false);
}

/// Voids an open invoice.
pub fn void(world: &mut World, id: &str) {
    let now = world.now();
    cancel_payment(world, id, "void_invoice");
    balance::restore(world, id);
    world.change(id, |invoice| {
        invoice["auto_advance"] = json!(false);
        invoice["next_payment_attempt"] = Value::Null;
        invoice["status"] = json!("void");
        invoice["status_transitions"]["voided_at"] = json!(now);
    });
    world.announce("invoice.voided", id);
    if let Some(subscription) = subscription_of(world.get(id)).map(str::to_owned) {
        pending_update::voided(world, &subscription, id);
    }
}

/// Gives an open invoice up; it can still be paid.
pub fn mark_uncollectible(world: &mut World, id: &str) {
    let now = world.now();
    world.change(id, |invoice| {
        invoice["status"] = json!("uncollectible");
        invoice["auto_advance"] = json!(false);
        invoice["next_payment_attempt"] = Value::Null;
        invoice["status_transitions"]["marked_uncollectible_at"] = json!(now);
    });
    world.announce("invoice.marked_uncollectible", id);
}

fn cancel_payment(world: &mut World, id: &str, reason: &str) {
    if let Some((payment, intent)) = invoice_payment::of_invoice(world, id) {
        payment_intent::cancel(world, &intent, reason);
        invoice_payment::mark_canceled(world, &payment);
    }
}
