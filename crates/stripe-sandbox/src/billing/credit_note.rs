//! Credit notes: less is owed of an open invoice, and of a paid one money goes back.

use serde_json::{Map, Value, json};

use super::{credit_return, credited};
use crate::{
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, envelope, fresh_metadata},
        money::written,
        world::{PRIVATE, World},
    },
    object::{invoice_payment, payment_intent},
};

/// The notes of an invoice that stand.
pub fn issued_of<'a>(world: &'a World, invoice: &'a str) -> impl Iterator<Item = &'a Value> {
    world.newest("credit_note").filter(move |note| note.str("invoice") == invoice && note.str("status") == "issued")
}

/// Issues a credit note as the parameters say. First it lessens what is owed; what is more goes back to the customer.
///
/// # Errors
/// The invoice cannot be credited, or not so much, or it is not said where the money goes.
pub fn issue(world: &mut World, params: &Map<String, Value>) -> Result<String, ApiError> {
    let invoice = creditable(world, params.str("invoice"))?;
    let (lines, taken) = match (params.number("amount"), params.items("lines")) {
        (Some(_), [_, ..]) => {
            let sentence = "You may only specify one of these parameters: amount, lines.";
            return Err(ApiError::invalid(sentence).at("amount").coded("parameters_exclusive"));
        }
        (None, []) => {
            let sentence = "One of `amount` or `lines` must be provided.";
            return Err(ApiError::bad_param("parameter_missing", "lines", sentence));
        }
        (Some(amount), []) => (vec![credited::whole(world, &invoice, amount)], Vec::new()),
        (None, given) => credited::lines(world, &invoice, given)?,
    };
    let mut fields = credited::sums(&lines);
    let total = fields.int("total");
    check_sum(world, &invoice, total)?;
    let owed = total.min(invoice.int("amount_remaining"));
    check_payment(world, &invoice, owed)?;
    let back = credit_return::read(world, &invoice, params, total - owed)?;
    fields.insert("pre_payment_amount".into(), json!(owed));
    fields.insert("post_payment_amount".into(), json!(total - owed));
    let id = insert(world, &invoice, params, lines, fields);
    world.change(&id, |note| note[PRIVATE]["taken"] = taken.iter().map(credited::Taken::kept).collect());
    credit_return::give(world, &id, &back);
    world.announce("credit_note.created", &id);
    write_on_invoice(world, &id, 1);
    Ok(id)
}

/// Drafts are edited, and void invoices are owed no more.
fn creditable(world: &World, id: &str) -> Result<Value, ApiError> {
    let invoice = world.named("invoice", id, "invoice").map_err(|error| ApiError { status: 400, ..error })?;
    match invoice.str("status") {
        "open" | "paid" | "uncollectible" => Ok(invoice.clone()),
        status => {
            let sentence = format!("A credit note cannot be issued for an invoice that is {status}.");
            Err(ApiError::invalid(sentence).at("invoice"))
        }
    }
}

fn check_sum(world: &World, invoice: &Value, total: i64) -> Result<(), ApiError> {
    let credited: i64 = issued_of(world, invoice.str("id")).map(|note| note.int("total")).sum();
    let left = invoice.int("total") - credited;
    if total > left || total <= 0 {
        let currency = invoice.str("currency");
        let sentence = format!(
            "The sum of credit notes (here: {}) cannot exceed what is left of the invoice's total ({}), and is more than nothing.",
            written(total, currency),
            written(left, currency)
        );
        return Err(ApiError::invalid(sentence).at("amount"));
    }
    Ok(())
}

/// A debit that is under way takes the whole sum, so it cannot be lessened any more.
fn check_payment(world: &World, invoice: &Value, owed: i64) -> Result<(), ApiError> {
    let payment = invoice_payment::of_invoice(world, invoice.str("id"));
    if owed > 0 && payment.is_some_and(|(_, intent)| payment_intent::is_processing(world, &intent)) {
        let sentence = "A credit note cannot be issued for an open invoice while its payment is processing.";
        return Err(ApiError::invalid(sentence).at("invoice"));
    }
    Ok(())
}

fn insert(
    world: &mut World,
    invoice: &Value,
    params: &Map<String, Value>,
    lines: Vec<Value>,
    sums: Map<String, Value>,
) -> String {
    let id = world.new_id("credit_note");
    let earlier = world.newest("credit_note").filter(|note| note["invoice"] == invoice["id"]).count();
    let now = world.now();
    let mut own = sums;
    let more = json!({
        "id": id,
        "created": now,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "effective_at": params.number("effective_at").unwrap_or(now),
        "invoice": invoice["id"],
        "lines": envelope(lines, false, &format!("/v1/credit_notes/{id}/lines")),
        "memo": params.at("memo"),
        "metadata": fresh_metadata(params.get("metadata")),
        "number": format!("{}-CN-{:02}", invoice.str("number"), earlier + 1),
        "out_of_band_amount": params.at("out_of_band_amount"),
        "pdf": invoice["hosted_invoice_url"],
        "reason": params.at("reason"),
        "type": match (own.int("pre_payment_amount"), own.int("post_payment_amount")) {
            (_, 0) => "pre_payment",
            (0, _) => "post_payment",
            _ => "mixed",
        },
    });
    own.extend(more.as_object().cloned().unwrap_or_default());
    world.insert(filled("credit_note", Value::Object(own)))
}

/// Writes a note onto its invoice, or (by a negative sign) takes it off again.
fn write_on_invoice(world: &mut World, id: &str, sign: i64) {
    let note = world.get(id).clone();
    let (owed, back) = (sign * note.int("pre_payment_amount"), sign * note.int("post_payment_amount"));
    let invoice = note.str("invoice");
    world.update(invoice, "invoice.updated", |invoice| {
        let mut add = |field: &str, amount: i64| invoice[field] = json!(invoice.int(field) + amount);
        add("amount_due", -owed);
        add("amount_remaining", -owed);
        add("pre_payment_credit_notes_amount", owed);
        add("post_payment_credit_notes_amount", back);
    });
    if owed != 0 {
        credit_return::ask_for_the_rest(world, invoice);
    }
}

/// Voids a note: as much is owed again.
///
/// # Errors
/// It is void, or its invoice is open no more.
pub fn void(world: &mut World, id: &str) -> Result<(), ApiError> {
    let note = world.get(id);
    if note.str("status") == "void" {
        return Err(ApiError::invalid("This credit note has already been voided."));
    }
    if !matches!(world.get(note.str("invoice")).str("status"), "open" | "uncollectible") {
        return Err(ApiError::invalid("You can only void a credit note while its invoice is open."));
    }
    let now = world.now();
    world.change(id, |note| {
        note["status"] = json!("void");
        note["voided_at"] = json!(now);
    });
    world.announce("credit_note.voided", id);
    write_on_invoice(world, id, -1);
    Ok(())
}
