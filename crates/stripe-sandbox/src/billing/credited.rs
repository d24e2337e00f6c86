//! What a credit note takes off, line by line: a part of an invoice's line with its discounts and its tax, or a sum of its own.

use serde_json::{Map, Value, json};

use super::{credit_note, taxing};
use crate::core::{
    blank::filled,
    error::ApiError,
    json::{Peek, fresh_metadata},
    money::share,
    world::{PRIVATE, World},
};

/// How much of an invoice's line a credit note takes.
#[derive(Debug, Clone)]
pub struct Taken {
    line: String,
    /// `amount` or `quantity`: a line is credited by one of the two, whatever the number of notes.
    by: &'static str,
    part: i64,
}

impl Taken {
    /// As a note keeps it.
    pub fn kept(&self) -> Value {
        json!({ "line": self.line, "by": self.by, "part": self.part })
    }
}

/// The lines of a credit note, and what they take of the invoice's lines.
///
/// # Errors
/// A line does not say what it credits, or credits more than there is.
pub fn lines(world: &mut World, invoice: &Value, given: &[Value]) -> Result<(Vec<Value>, Vec<Taken>), ApiError> {
    let (mut lines, mut taken) = (Vec::new(), Vec::new());
    for (index, given) in given.iter().enumerate() {
        let place = format!("lines[{index}]");
        if given.str("type") == "custom_line_item" {
            lines.push(custom(world, invoice, given, &place)?);
            continue;
        }
        let (line, took) = of_invoice(world, invoice, given, &taken, &place)?;
        lines.push(line);
        taken.push(took);
    }
    Ok((lines, taken))
}

fn of_invoice(
    world: &mut World,
    invoice: &Value,
    given: &Value,
    earlier: &[Taken],
    place: &str,
) -> Result<(Value, Taken), ApiError> {
    let id = required(given, "invoice_line_item", place)?;
    let line = invoice["lines"].items("data").iter().find(|line| line.str("id") == id);
    let param = format!("{place}[invoice_line_item]");
    let line = line.ok_or_else(|| ApiError::missing_reference("invoice line item", id, &param))?;
    let (by, part, whole) = match (given.number("amount"), given.number("quantity")) {
        (Some(amount), None) => ("amount", amount, creditable(invoice, line)),
        (None, Some(quantity)) => ("quantity", quantity, line.number("quantity").unwrap_or(1)),
        (None, None) => return Err(missing("quantity", place)),
        (Some(_), Some(_)) => {
            let sentence = "You may only specify one of these parameters: amount, quantity.";
            return Err(ApiError::invalid(sentence).at(place).coded("parameters_exclusive"));
        }
    };
    let before = taken_before(world, invoice.str("id"), earlier, id, by, place)?;
    if before + part > whole || line.int("amount") < 0 {
        let sentence =
            format!("The {by} ({part}) is more than what is left to credit of the line ({}).", whole - before);
        return Err(ApiError::invalid(sentence).at(&format!("{place}[{by}]")));
    }
    let part_of = |amount: i64| share(amount, (before + part, whole)) - share(amount, (before, whole));
    let off = scaled(line.items("discount_amounts"), &["amount"], &part_of);
    let unit = line.int("amount") as f64 / line.number("quantity").unwrap_or(1).max(1) as f64;
    let by_quantity = by == "quantity";
    let own = json!({
        "id": world.new_id("credit_note_line_item"),
        "amount": part_of(line.int("amount")),
        "description": line["description"],
        "discount_amount": off.iter().map(|one| one.int("amount")).sum::<i64>(),
        "discount_amounts": off,
        "invoice_line_item": id,
        "metadata": fresh_metadata(given.get("metadata")),
        "quantity": by_quantity.then_some(part),
        "taxes": scaled(line.items("taxes"), &["amount", "taxable_amount"], &part_of),
        "type": "invoice_line_item",
        "unit_amount": (by_quantity && unit.fract() == 0.0).then_some(unit as i64),
        "unit_amount_decimal": by_quantity.then(|| unit.to_string()),
    });
    Ok((filled("credit_note_line_item", own), Taken { line: id.to_owned(), by, part }))
}

/// What an `amount` is held against: the line's amount, and where Stripe reckons the tax, that amount without the tax in it.
fn creditable(invoice: &Value, line: &Value) -> i64 {
    let inside = line.items("taxes").iter().find(|tax| tax.str("tax_behavior") == "inclusive");
    match inside.filter(|_| invoice["automatic_tax"].flag("enabled")) {
        Some(tax) => {
            share(line.int("amount"), (tax.int("taxable_amount"), tax.int("taxable_amount") + tax.int("amount")))
        }
        None => line.int("amount"),
    }
}

/// How much of a line earlier notes took, and earlier lines of this one.
fn taken_before(
    world: &World,
    invoice: &str,
    earlier: &[Taken],
    line: &str,
    by: &str,
    place: &str,
) -> Result<i64, ApiError> {
    let issued = credit_note::issued_of(world, invoice).flat_map(|note| note[PRIVATE].items("taken").to_vec());
    let all: Vec<Value> =
        issued.chain(earlier.iter().map(Taken::kept)).filter(|taken| taken.str("line") == line).collect();
    if all.iter().any(|taken| taken.str("by") != by) {
        let sentence = format!("The line {line} was credited otherwise before, so it cannot be credited by its {by}.");
        return Err(ApiError::invalid(sentence).at(&format!("{place}[{by}]")));
    }
    Ok(all.iter().map(|taken| taken.int("part")).sum())
}

fn custom(world: &mut World, invoice: &Value, given: &Value, place: &str) -> Result<Value, ApiError> {
    if invoice["automatic_tax"].flag("enabled") {
        let sentence = "`custom_line_item` is not valid when the invoice has automatic tax enabled.";
        return Err(ApiError::invalid(sentence).at(&format!("{place}[type]")));
    }
    let description = required(given, "description", place)?;
    let unit = given.number("unit_amount").ok_or_else(|| missing("unit_amount", place))?;
    let quantity = given.number("quantity").unwrap_or(1);
    let own = json!({
        "id": world.new_id("credit_note_line_item"),
        "amount": unit * quantity,
        "description": description,
        "metadata": fresh_metadata(given.get("metadata")),
        "quantity": quantity,
        "type": "custom_line_item",
        "unit_amount": unit,
        "unit_amount_decimal": unit.to_string(),
    });
    Ok(filled("credit_note_line_item", own))
}

/// One line that credits a sum of an invoice's total, with its part of the invoice's tax.
pub fn whole(world: &mut World, invoice: &Value, amount_minor: i64) -> Value {
    let part_of = |amount: i64| share(amount, (amount_minor, invoice.int("total")));
    let taxes = scaled(invoice.items("total_taxes"), &["amount", "taxable_amount"], &part_of);
    let on_top: i64 = taxes.iter().filter(|tax| is_on_top(tax)).map(|tax| tax.int("amount")).sum();
    let unit = amount_minor - on_top;
    let own = json!({
        "id": world.new_id("credit_note_line_item"),
        "amount": unit,
        "description": format!("Credit for invoice {}", invoice.str("number")),
        "quantity": 1,
        "taxes": taxes,
        "type": "custom_line_item",
        "unit_amount": unit,
        "unit_amount_decimal": unit.to_string(),
    });
    filled("credit_note_line_item", own)
}

/// The sums that a note's lines come to, as its fields.
pub fn sums(lines: &[Value]) -> Map<String, Value> {
    let subtotal: i64 = lines.iter().map(|line| line.int("amount")).sum();
    let off: i64 = lines.iter().map(|line| line.int("discount_amount")).sum();
    let taxes = taxing::summed(lines.iter().flat_map(|line| line.items("taxes").to_vec()));
    let of =
        |on_top: bool| taxes.iter().filter(|tax| is_on_top(tax) == on_top).map(|tax| tax.int("amount")).sum::<i64>();
    let (on_top, inside) = (of(true), of(false));
    let total = subtotal - off + on_top;
    let sums = json!({
        "amount": total,
        "discount_amount": off,
        "discount_amounts": discounts(lines),
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - inside,
        "total": total,
        "total_excluding_tax": total - on_top - inside,
        "total_taxes": taxes,
    });
    sums.as_object().cloned().unwrap_or_default()
}

/// The discounts of all lines, one sum for each.
fn discounts(lines: &[Value]) -> Vec<Value> {
    let mut sums: Vec<Value> = Vec::new();
    for one in lines.iter().flat_map(|line| line.items("discount_amounts")) {
        match sums.iter_mut().find(|sum| sum["discount"] == one["discount"]) {
            Some(sum) => sum["amount"] = json!(sum.int("amount") + one.int("amount")),
            None => sums.push(one.clone()),
        }
    }
    sums
}

fn is_on_top(tax: &Value) -> bool {
    tax.str("tax_behavior") == "exclusive"
}

fn scaled(all: &[Value], fields: &[&str], part_of: &impl Fn(i64) -> i64) -> Vec<Value> {
    let mut scaled = all.to_vec();
    for one in &mut scaled {
        fields.iter().for_each(|field| one[*field] = json!(part_of(one.int(field))));
    }
    scaled
}

fn required<'a>(given: &'a Value, field: &str, place: &str) -> Result<&'a str, ApiError> {
    given.text(field).ok_or_else(|| missing(field, place))
}

fn missing(field: &str, place: &str) -> ApiError {
    let param = format!("{place}[{field}]");
    ApiError::bad_param("parameter_missing", &param, format!("Missing required param: {param}."))
}
