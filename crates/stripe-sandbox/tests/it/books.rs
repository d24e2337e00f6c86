//! What must hold at every moment of a history: the books balance, and the objects agree with each other.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    histories::all,
    support::{Bench, text},
};

/// The sums of an invoice are those of its lines, and what is not paid of it is on the customer's balance.
fn check_sums(invoice: &Value, seed: u64) {
    let number = |field: &str| invoice[field].as_i64().unwrap_or_default();
    let lines = invoice["lines"]["data"].as_array().unwrap();
    let sum: i64 = lines.iter().map(|line| line["amount"].as_i64().unwrap()).sum();
    let all = |list: &Value, field: &str| {
        list.as_array().unwrap().iter().map(|one| one[field].as_i64().unwrap()).sum::<i64>()
    };
    let off: i64 = lines.iter().map(|line| all(&line["discount_amounts"], "amount")).sum();
    let tax: i64 = lines.iter().map(|line| all(&line["taxes"], "amount")).sum();
    let inside = |tax: &&Value| tax["tax_behavior"] == "inclusive";
    let taxes = invoice["total_taxes"].as_array().unwrap();
    let within: i64 = taxes.iter().filter(inside).map(|tax| tax["amount"].as_i64().unwrap()).sum();
    assert_eq!(sum, number("subtotal"), "seed {seed}: {invoice}");
    assert_eq!(off, all(&invoice["total_discount_amounts"], "amount"), "seed {seed}: {invoice}");
    assert_eq!(tax, all(&invoice["total_taxes"], "amount"), "seed {seed}: {invoice}");
    let sum = sum - off + tax - within;
    assert_eq!((sum, sum - tax), (number("total"), number("total_excluding_tax")), "seed {seed}: {invoice}");
    assert_eq!(number("amount_due"), number("amount_paid") + number("amount_remaining"), "seed {seed}: {invoice}");
    let due = number("amount_due") + number("pre_payment_credit_notes_amount");
    assert_eq!(due, (sum + number("starting_balance")).max(0), "seed {seed}: {invoice}");
    if invoice["status"] != "draft" {
        let left = sum + number("starting_balance") - due;
        assert_eq!(number("ending_balance"), left, "seed {seed}: {invoice}");
    }
}

/// What must hold at every moment.
pub async fn check(bench: &Bench, seed: u64) {
    let charges = all(bench, "charges").await;
    let refunds = all(bench, "refunds").await;
    let booked = all(bench, "balance_transactions").await;
    let sum = |of: &[Value], field: &str| of.iter().map(|one| one[field].as_i64().unwrap()).sum::<i64>();
    let paid: Vec<Value> = charges.iter().filter(|charge| charge["paid"] == true).cloned().collect();
    let arrived: Vec<Value> = refunds.iter().filter(|refund| refund["status"] != "failed").cloned().collect();
    let disputes = all(bench, "disputes").await;
    let taken: Vec<Value> = disputes.iter().filter(|dispute| dispute["status"] != "won").cloned().collect();
    let left = sum(&paid, "amount") - sum(&arrived, "amount") - sum(&taken, "amount");
    assert_eq!(sum(&booked, "amount"), left, "seed {seed}: the books");
    assert_eq!(sum(&paid, "amount_refunded"), sum(&arrived, "amount"), "seed {seed}: refunds");
    assert_eq!(sum(&booked, "net"), left - sum(&booked, "fee"), "seed {seed}: nets");
    let mut sources: Vec<String> = booked.iter().map(|entry| text(&entry["source"])).collect();
    sources.sort();
    sources.dedup();
    let twice = refunds.len() - arrived.len() + disputes.len() - taken.len();
    assert_eq!(sources.len() + twice, booked.len(), "seed {seed}: one entry for each source, two for what came back");
    let invoices = all(bench, "invoices?expand[]=data.payments").await;
    for invoice in &invoices {
        check_sums(invoice, seed);
        let payments: Vec<&Value> = invoice["payments"]["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|payment| payment["status"] == "paid")
            .collect();
        let costs = invoice["amount_due"] != 0;
        assert_eq!(payments.len(), usize::from(invoice["status"] == "paid" && costs), "seed {seed}: {invoice}");
        assert!(
            !costs || (invoice["amount_paid"] == invoice["amount_due"]) == (invoice["status"] == "paid"),
            "seed {seed}: {invoice}"
        );
    }
    check_credit(bench, &invoices, seed).await;
    check_subscriptions(&all(bench, "subscriptions?status=all").await, &invoices, bench, seed).await;
}

/// Invoices say what their notes come to, and balances what went in and out.
async fn check_credit(bench: &Bench, invoices: &[Value], seed: u64) {
    let notes = all(bench, "credit_notes").await;
    for invoice in invoices {
        let own = notes.iter().filter(|note| note["invoice"] == invoice["id"] && note["status"] == "issued");
        let sums = own.fold((0, 0), |(before, after), note| {
            let part = |field: &str| note[field].as_i64().unwrap();
            (before + part("pre_payment_amount"), after + part("post_payment_amount"))
        });
        let said = |field: &str| invoice[field].as_i64().unwrap();
        let said = (said("pre_payment_credit_notes_amount"), said("post_payment_credit_notes_amount"));
        assert_eq!(sums, said, "seed {seed}: {invoice}");
    }
    for customer in all(bench, "customers").await {
        let booked = all(bench, &format!("customers/{}/balance_transactions", text(&customer["id"]))).await;
        let sum: i64 = booked.iter().map(|one| one["amount"].as_i64().unwrap()).sum();
        assert_eq!(customer["balance"].as_i64(), Some(sum), "seed {seed}: {customer}");
    }
}

async fn check_subscriptions(subscriptions: &[Value], invoices: &[Value], bench: &Bench, seed: u64) {
    let now = bench.found("/_sandbox/clock").await["now"].as_i64().unwrap();
    let mut by_subscription: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for invoice in invoices.iter().rev() {
        let id = text(&invoice["parent"]["subscription_details"]["subscription"]);
        by_subscription.entry(id).or_default().push(invoice);
    }
    for subscription in subscriptions {
        let own = &by_subscription[subscription["id"].as_str().unwrap()];
        assert_eq!(own.last().unwrap()["id"], subscription["latest_invoice"], "seed {seed}: {subscription}");
        // The billed periods follow each other without a gap; a switch may begin the next one before the last is over.
        let pending = &subscription["pending_update"];
        let waits = |invoice: &Value| !pending.is_null() && invoice["id"] == subscription["latest_invoice"];
        let dropped =
            |invoice: &Value| invoice["status"] == "void" && invoice["billing_reason"] == "subscription_update";
        let held = own.iter().filter(|invoice| !waits(invoice) && !dropped(invoice));
        let periods: Vec<(i64, i64)> = held.filter_map(|invoice| period(invoice)).collect();
        assert!(
            periods.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 >= pair[1].0),
            "seed {seed}: {periods:?}"
        );
        let ended = subscription["status"] == "canceled";
        assert_eq!(ended, !subscription["ended_at"].is_null(), "seed {seed}: {subscription}");
        let end = subscription["items"]["data"][0]["current_period_end"].as_i64().unwrap();
        assert!(ended || end > now, "seed {seed}: its period is over: {subscription}");
    }
}

/// The period that an invoice bills whole, if it bills one.
fn period(invoice: &Value) -> Option<(i64, i64)> {
    let lines = invoice["lines"]["data"].as_array().unwrap();
    let whole = |line: &&Value| line["parent"]["subscription_item_details"]["proration"] == false;
    let period = &lines.iter().find(whole)?["period"];
    Some((period["start"].as_i64().unwrap(), period["end"].as_i64().unwrap()))
}
