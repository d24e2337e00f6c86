//! Where the money of a credit note goes: back by refunds, onto the customer's balance, or on ways that Stripe does not see.

use serde_json::{Map, Value, json};

use super::collect;
use crate::{
    core::{error::ApiError, json::Peek, world::World},
    object::{
        customer_balance::{self, About},
        invoice_payment, refund,
    },
};

/// What goes back of a paid invoice.
#[derive(Debug, Clone, Default)]
pub struct Return {
    /// A refund to be made: the charge and minor units.
    refund: Option<(Value, i64)>,
    /// Refunds that are there already, each with the minor units that belong to the note.
    linked: Vec<(String, i64)>,
    /// Minor units for the customer's balance.
    credit_minor: i64,
}

/// Reads where `wanted_minor` goes.
///
/// # Errors
/// The parts do not make up the whole, or a refund is not possible.
pub fn read(
    world: &World,
    invoice: &Value,
    params: &Map<String, Value>,
    wanted_minor: i64,
) -> Result<Return, ApiError> {
    let linked = params
        .items("refunds")
        .iter()
        .enumerate()
        .map(|(index, given)| link(world, invoice, given, &format!("refunds[{index}]")))
        .collect::<Result<Vec<_>, _>>()?;
    let sum = ["refund_amount", "credit_amount", "out_of_band_amount"].iter().map(|name| params.int(name)).sum::<i64>()
        + linked.iter().map(|(_, amount)| amount).sum::<i64>();
    if sum != wanted_minor {
        let sentence = format!(
            "The sum of refund_amount, refunds, credit_amount and out_of_band_amount ({sum}) must equal what is credited after payment ({wanted_minor})."
        );
        return Err(ApiError::invalid(sentence));
    }
    let refund = match params.int("refund_amount") {
        0 => None,
        amount => {
            let charge = charge_of(world, invoice)?;
            refund::check(world, &charge, Some(amount)).map_err(|error| error.at("refund_amount"))?;
            Some((charge, amount))
        }
    };
    Ok(Return { refund, linked, credit_minor: params.int("credit_amount") })
}

fn charge_of(world: &World, invoice: &Value) -> Result<Value, ApiError> {
    let intent = invoice_payment::of_invoice(world, invoice.str("id")).map(|(_, intent)| world.get(&intent));
    let charge = world.get(intent.unwrap_or(&Value::Null).str("latest_charge"));
    if charge.flag("paid") {
        return Ok(charge.clone());
    }
    Err(ApiError::invalid("The invoice was not paid by a charge that can be refunded.").at("refund_amount"))
}

fn link(world: &World, invoice: &Value, given: &Value, place: &str) -> Result<(String, i64), ApiError> {
    let id = given.str("refund");
    let param = format!("{place}[refund]");
    let found = world.named("refund", id, &param).map_err(|error| ApiError { status: 400, ..error })?;
    let notes = world.newest("credit_note").flat_map(|note| note.items("refunds"));
    let used: i64 = notes.filter(|one| one.str("refund") == id).map(|one| one.int("amount_refunded")).sum();
    let amount = given.number("amount_refunded").unwrap_or(found.int("amount") - used);
    if found["charge"] != charge_of(world, invoice)?["id"] || amount + used > found.int("amount") {
        let sentence = format!("The refund {id} is not one of this invoice, or less is left of it than {amount}.");
        return Err(ApiError::invalid(sentence).at(&param));
    }
    Ok((id.to_owned(), amount))
}

/// Sends the money on its way, and writes it onto the note.
pub fn give(world: &mut World, note: &str, back: &Return) {
    let mut refunds = back.linked.clone();
    if let Some((charge, amount)) = &back.refund {
        refunds.push((refund::issue(world, charge, *amount, &Value::Null, json!({})), *amount));
    }
    let shown = refunds.iter().map(|(id, amount)| {
        json!({ "amount_refunded": amount, "payment_record_refund": null, "refund": id, "type": "refund" })
    });
    let shown: Vec<Value> = shown.collect();
    world.change(note, |note| note["refunds"] = json!(shown));
    if back.credit_minor == 0 {
        return;
    }
    let stored = world.get(note).clone();
    let about = About { kind: "credit_note", invoice: stored.str("invoice"), credit_note: Some(note) };
    let booked = customer_balance::change(world, stored.str("customer"), -back.credit_minor, about);
    world.change(note, |note| note["customer_balance_transaction"] = json!(booked));
}

/// Has an open invoice's payment ask for what is left of it; an invoice of which nothing is left is paid.
pub fn ask_for_the_rest(world: &mut World, invoice: &str) {
    let left = world.get(invoice).int("amount_remaining");
    if left == 0 {
        collect::mark_paid_elsewhere(world, invoice);
    } else if let Some((payment, intent)) = invoice_payment::of_invoice(world, invoice) {
        world.change(&payment, |payment| payment["amount_requested"] = json!(left));
        world.change(&intent, |intent| intent["amount"] = json!(left));
    }
}
