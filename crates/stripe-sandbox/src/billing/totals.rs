//! Discounts and tax written onto a draft invoice, and onto an open checkout session.

use serde_json::{Value, json};

use super::{
    discount,
    reckon::{Line, Share, shares},
    taxing::{self, Taxing},
};
use crate::{
    core::{
        json::Peek,
        world::{PRIVATE, World},
    },
    object::tax_id,
};

/// What a sale is reckoned with.
pub struct Terms {
    /// Ids of discounts.
    pub discounts: Vec<String>,
    /// Whether tax is reckoned at all.
    pub automatic_tax: bool,
}

/// Writes discounts and tax onto a draft invoice whose lines are there, and all sums that follow.
pub fn write_on_invoice(world: &mut World, id: &str, terms: &Terms) {
    let invoice = world.get(id).clone();
    let customer = world.get(invoice.str("customer")).clone();
    let country = customer["address"].text("country").map(str::to_owned);
    let vat_ids = tax_id::shown_of(world, invoice.str("customer"));
    let taxing = if terms.automatic_tax {
        taxing::of_sale(country.as_deref().unwrap_or_default(), !vat_ids.is_empty())
    } else {
        None
    };
    let coupons: Vec<Value> = terms.discounts.iter().map(|discount| discount::coupon_of(world, discount)).collect();
    let mut lines = invoice["lines"].items("data").to_vec();
    let plain: Vec<Line> = lines.iter().map(|line| invoice_line(world, line)).collect();
    let parts = shares(&plain, &coupons, taxing.as_ref().map_or(0, |taxing| taxing.percent));
    for ((line, share), plain) in lines.iter_mut().zip(&parts).zip(&plain) {
        line["discount_amounts"] = amounts(&terms.discounts, &share.discounts_minor);
        line["taxes"] = json!(tax_of(world, taxing.as_ref(), share, plain.tax_on_top));
    }
    let off: Vec<i64> =
        (0..coupons.len()).map(|at| parts.iter().map(|share| share.discounts_minor[at]).sum()).collect();
    let taxes = taxing::summed(lines.iter().flat_map(|line| line.items("taxes").to_vec()));
    let total: i64 = parts.iter().map(|share| share.total_minor).sum();
    let tax: i64 = parts.iter().map(|share| share.tax_minor).sum();
    let inside: i64 =
        parts.iter().zip(&plain).filter(|(_, line)| !line.tax_on_top).map(|(share, _)| share.tax_minor).sum();
    world.change(id, |invoice| {
        invoice["lines"]["data"] = json!(lines);
        invoice["discounts"] = json!(terms.discounts);
        invoice["total_discount_amounts"] = amounts(&terms.discounts, &off);
        invoice["total_taxes"] = json!(taxes);
        invoice["total"] = json!(total);
        invoice["total_excluding_tax"] = json!(total - tax);
        invoice["subtotal_excluding_tax"] = json!(invoice.int("subtotal") - inside);
        invoice["amount_due"] = json!(total.max(0));
        invoice["amount_remaining"] = json!(total.max(0));
        invoice["customer_tax_ids"] = json!(vat_ids);
        if terms.automatic_tax {
            invoice["automatic_tax"] = taxing::shown(country.as_deref());
            invoice["automatic_tax"]["disabled_reason"] = Value::Null;
        }
    });
}

fn invoice_line(world: &World, line: &Value) -> Line {
    let price = world.get(line["pricing"]["price_details"].str("price"));
    Line {
        amount_minor: line.int("amount"),
        discountable: line["discountable"] != false,
        tax_on_top: taxing::is_on_top(price),
    }
}

fn amounts(discounts: &[String], amounts_minor: &[i64]) -> Value {
    let each = discounts.iter().zip(amounts_minor);
    each.map(|(discount, amount)| json!({ "amount": amount, "discount": discount })).collect()
}

fn tax_of(world: &mut World, taxing: Option<&Taxing>, share: &Share, on_top: bool) -> Vec<Value> {
    taxing.map(|taxing| taxing.shown(world, share, on_top)).into_iter().collect()
}

/// The country that a session's sale goes to: as chosen on its page, else the customer's own.
pub fn country_of<'a>(world: &'a World, session: &'a Value) -> Option<&'a str> {
    session[PRIVATE]["chosen"].text("country").or_else(|| world.get(session.str("customer"))["address"].text("country"))
}

/// Writes discounts and tax onto an open session's lines, and its sums.
pub fn write_on_session(world: &mut World, id: &str) {
    let session = world.get(id).clone();
    let country = country_of(world, &session).map(str::to_owned);
    let enabled = session["automatic_tax"].flag("enabled");
    let taxing = session_taxing(world, &session);
    let coupons: Vec<Value> =
        discount::given_to(&session).iter().map(|given| world.get(&given.coupon(world)).clone()).collect();
    let mut lines = session[PRIVATE].items("line_items").to_vec();
    let plain: Vec<Line> = lines.iter().map(|line| session_line(world, line)).collect();
    let parts = shares(&plain, &coupons, taxing.as_ref().map_or(0, |taxing| taxing.percent));
    for (line, share) in lines.iter_mut().zip(&parts) {
        line["amount_discount"] = json!(share.discounts_minor.iter().sum::<i64>());
        line["amount_tax"] = json!(share.tax_minor);
        line["amount_total"] = json!(share.total_minor);
    }
    let sum = |field: &str| lines.iter().map(|line| line.int(field)).sum::<i64>();
    let (subtotal, off, tax, total) =
        (sum("amount_subtotal"), sum("amount_discount"), sum("amount_tax"), sum("amount_total"));
    // Nothing is due while a trial runs.
    let due = if session[PRIVATE].flag("nothing_due") { 0 } else { 1 };
    world.change(id, |session| {
        session[PRIVATE]["line_items"] = json!(lines);
        session["amount_subtotal"] = json!(subtotal * due);
        session["amount_total"] = json!(total * due);
        session["total_details"]["amount_discount"] = json!(off * due);
        session["total_details"]["amount_tax"] = json!(tax * due);
        if enabled {
            session["automatic_tax"] = taxing::shown(country.as_deref());
        }
    });
}

/// What a session's later payments come to: with those discounts alone that last longer than once.
pub fn later_total(world: &World, session: &Value) -> i64 {
    let lasting: Vec<Value> = discount::given_to(session)
        .iter()
        .map(|given| world.get(&given.coupon(world)).clone())
        .filter(|coupon| coupon.str("duration") != "once" || session[PRIVATE].flag("nothing_due"))
        .collect();
    let plain: Vec<Line> = session[PRIVATE].items("line_items").iter().map(|line| session_line(world, line)).collect();
    let percent = session_taxing(world, session).map_or(0, |taxing| taxing.percent);
    shares(&plain, &lasting, percent).iter().map(|share| share.total_minor).sum()
}

fn session_taxing(world: &World, session: &Value) -> Option<Taxing> {
    let has_vat_id = session[PRIVATE]["chosen"].text("vat_id").is_some()
        || !tax_id::shown_of(world, session.str("customer")).is_empty();
    let country = country_of(world, session).unwrap_or_default();
    if session["automatic_tax"].flag("enabled") { taxing::of_sale(country, has_vat_id) } else { None }
}

fn session_line(world: &World, line: &Value) -> Line {
    Line {
        amount_minor: line.int("amount_subtotal"),
        discountable: true,
        tax_on_top: taxing::is_on_top(world.get(line.str("price"))),
    }
}
