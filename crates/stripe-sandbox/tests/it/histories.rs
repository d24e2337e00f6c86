//! Random histories: whatever was done in whatever order, the books balance and the objects agree with each other.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    books,
    door::Dice,
    sales::coupon,
    support::{Bench, bench_with, text},
    switching::price_of,
};

const CARDS: &[&str] =
    &["4242424242424242", "4242424242424242", "4000000000000341", "4000000000000002", "4000002500003155"];

const ACCOUNTS: &[&str] =
    &["DE89370400440532013000", "DE62370400440532013001", "DE35370400440532013002", "FR1420041010050500013M02606"];

pub async fn all(bench: &Bench, path: &str) -> Vec<Value> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let mut found: Vec<Value> = Vec::new();
    loop {
        let after = found.last().map_or(String::new(), |last| format!("&starting_after={}", text(&last["id"])));
        let page = bench.found(&format!("/v1/{path}{joint}limit=100{after}")).await;
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        if page["has_more"] == false {
            return found;
        }
    }
}

/// Somebody subscribes: by a card or a bank account, perhaps for less, perhaps with tax.
async fn join(bench: &Bench, dice: &mut Dice) {
    let (session, total) = session(bench, dice).await;
    let number = dice.pick(CARDS);
    let by_debit = dice.below(3) == 0;
    let form = [
        ("email", "ada@example.com"),
        ("card_number", number),
        ("card_expiry", "12/34"),
        ("card_cvc", "123"),
        ("name", "Ada Reader"),
        ("pay_by", if by_debit { "sepa_debit" } else { "card" }),
        ("iban", dice.pick(ACCOUNTS)),
        ("country", dice.pick(&["DE", "FR", "UA"])),
        ("shown", &total),
    ];
    let address = text(&session["url"]);
    let (mut status, _, mut leads) = bench.submit(&address, &form).await;
    if status == 200 {
        // The tax of the country has changed the sum: it is accepted.
        let again = bench.found(&format!("/v1/checkout/sessions/{}", text(&session["id"]))).await;
        let total = again["amount_total"].to_string();
        let mut form = form.to_vec();
        form.push(("shown", &total));
        form.remove(8);
        (status, _, leads) = bench.submit(&address, &form).await;
    }
    if status == 303 && leads.ends_with("/authenticate") {
        let outcome = dice.pick(&["approve", "fail"]);
        bench.submit(&format!("{}{leads}", bench.url), &[("outcome", outcome)]).await;
    }
}

async fn session(bench: &Bench, dice: &mut Dice) -> (Value, String) {
    let behavior = dice.pick(&["inclusive", "exclusive"]);
    let price = [
        ("product_data[name]", "Supporter"),
        ("currency", "eur"),
        ("unit_amount", "700"),
        ("recurring[interval]", "month"),
        ("tax_behavior", behavior),
    ];
    let price = text(&bench.made("/v1/prices", &price).await["id"]);
    let mut form = vec![
        ("mode", "subscription"),
        ("line_items[0][price]", price.as_str()),
        ("line_items[0][quantity]", dice.pick(&["1", "3"])),
        ("success_url", "http://127.0.0.1:9/"),
        ("automatic_tax[enabled]", dice.pick(&["true", "false"])),
    ];
    let coupon = match dice.below(4) {
        0 => Some([("percent_off", "33.3"), ("duration", "forever"), ("name", "A third")]),
        1 => Some([("amount_off", "199"), ("currency", "eur"), ("duration", "once")]),
        2 => Some([("percent_off", "100"), ("duration", "once"), ("name", "Free")]),
        _ => None,
    };
    let coupon = match coupon {
        Some(form) => text(&bench.made("/v1/coupons", &form).await["id"]),
        None => String::new(),
    };
    if !coupon.is_empty() {
        form.push(("discounts[0][coupon]", &coupon));
    }
    let session = bench.made("/v1/checkout/sessions", &form).await;
    let total = session["amount_total"].to_string();
    (session, total)
}

async fn one_step(bench: &Bench, dice: &mut Dice) {
    let subscriptions = all(bench, "subscriptions?status=all").await;
    let live = all(bench, "subscriptions").await;
    let charges = all(bench, "charges").await;
    match dice.below(22) {
        0 | 1 => join(bench, dice).await,
        2 if !subscriptions.is_empty() => {
            let path = format!("/v1/subscriptions/{}", text(&dice.pick(&subscriptions)["id"]));
            bench.post(&path, &[("cancel_at_period_end", dice.pick(&["true", "false"]))]).await;
        }
        3 if !subscriptions.is_empty() => {
            bench.delete(&format!("/v1/subscriptions/{}", text(&dice.pick(&subscriptions)["id"]))).await;
        }
        4 if !charges.is_empty() => {
            let charge = text(&dice.pick(&charges)["id"]);
            let amount = (1 + dice.below(700)).to_string();
            bench.post("/v1/refunds", &[("charge", &charge), ("amount", &amount)]).await;
        }
        5 => {
            let open = all(bench, "invoices?status=open").await;
            if let Some(invoice) = open.first() {
                let card = dice.pick(&["pm_card_visa", "pm_card_chargeDeclined"]);
                bench.post(&format!("/v1/invoices/{}/pay", text(&invoice["id"])), &[("payment_method", card)]).await;
            }
        }
        6 if !charges.is_empty() => {
            let charge = dice.pick(&charges)["id"].clone();
            bench
                .http
                .post(format!("{}/_sandbox/disputes", bench.url))
                .json(&json!({"charge": charge}))
                .send()
                .await
                .unwrap();
        }
        7 => what_the_bank_says(bench, dice).await,
        12..=14 => credit(bench, dice).await,
        8 | 9 | 15 | 16 if !live.is_empty() => {
            let subscription = dice.pick(&live).clone();
            switch(bench, dice, &subscription).await;
        }
        10 | 11 if !live.is_empty() => {
            let path = format!("/v1/subscriptions/{}", text(&dice.pick(&live)["id"]));
            let behavior = dice.pick(&["void", "void", "mark_uncollectible", "keep_as_draft"]);
            let pause = [("pause_collection[behavior]", behavior)];
            bench.post(&path, if dice.below(4) != 0 { &pause[..] } else { &[("pause_collection", "")] }).await;
        }
        _ => {
            // Not whole days: an event must not be just 30 days old, and forgotten, while this test reads it twice.
            let seconds = (1 + dice.below(20)) * 86_400 + 1_807;
            bench.control("/_sandbox/clock/advance", json!({ "seconds": seconds })).await;
        }
    }
}

/// A dispute is decided, or a refund comes back.
async fn what_the_bank_says(bench: &Bench, dice: &mut Dice) {
    let (disputes, refunds) = (all(bench, "disputes").await, all(bench, "refunds").await);
    if let (Some(dispute), true) = (disputes.first(), dice.below(2) == 0) {
        let address = format!("{}/_sandbox/disputes/{}/close", bench.url, text(&dispute["id"]));
        bench.submit(&address, &[("status", dice.pick(&["won", "lost"]))]).await;
    } else if let Some(refund) = refunds.first() {
        bench.submit(&format!("{}/_sandbox/refunds/{}/fail", bench.url, text(&refund["id"])), &[]).await;
    }
}

/// A part of an invoice is credited, or of a note voided: whatever of it goes back, by one way or two.
async fn credit(bench: &Bench, dice: &mut Dice) {
    let (invoices, notes) = (all(bench, "invoices").await, all(bench, "credit_notes").await);
    if let (Some(note), 0) = (notes.first(), dice.below(4)) {
        bench.post(&format!("/v1/credit_notes/{}/void", text(&note["id"])), &[]).await;
        return;
    }
    // Open ones are few, and come first.
    let open = invoices.iter().find(|invoice| invoice["status"] == "open").filter(|_| dice.below(2) == 0);
    let Some(invoice) = open.or(invoices.get(dice.below(invoices.len().max(1)))) else { return };
    let amount = 1 + dice.below(700) as i64;
    let back = (amount - invoice["amount_remaining"].as_i64().unwrap()).max(0);
    let refund = if dice.below(2) == 0 { 0 } else { back / 2 };
    let [amount, refund, balance] = [amount, refund, back - refund].map(|minor| minor.to_string());
    let id = text(&invoice["id"]);
    let form = [("invoice", &*id), ("amount", &amount), ("refund_amount", &refund), ("credit_amount", &balance)];
    bench.post("/v1/credit_notes", &form).await;
}

/// Another plan or interval, settled in some way.
async fn switch(bench: &Bench, dice: &mut Dice, subscription: &Value) {
    let amount = (100 * (1 + dice.below(40))).to_string();
    let price = price_of(bench, &amount, dice.pick(&["month", "month", "year"]), "eur").await;
    let item = text(&subscription["items"]["data"][0]["id"]);
    let form = [
        ("items[0][id]", item.as_str()),
        ("items[0][price]", &price),
        ("proration_behavior", dice.pick(&["create_prorations", "always_invoice", "none"])),
        ("payment_behavior", dice.pick(&["allow_incomplete", "error_if_incomplete"])),
    ];
    let path = format!("/v1/subscriptions/{}", text(&subscription["id"]));
    if dice.below(3) == 0 {
        let outcome = dice.pick(&["decline", "decline", "authentication", "succeed"]);
        let next = json!({ "outcome": outcome, "customer": subscription["customer"] });
        bench.control("/_sandbox/next_payment", next).await;
        let waits = [("proration_behavior", "always_invoice"), ("payment_behavior", "pending_if_incomplete")];
        bench.post(&path, &[&form[..2], &waits].concat()).await;
        return;
    }
    let coupon = match dice.below(4) {
        0 => coupon(bench, &[("percent_off", "33.3"), ("duration", dice.pick(&["forever", "once"]))]).await,
        1 => coupon(bench, &[("amount_off", "250"), ("currency", "eur"), ("duration", "forever")]).await,
        _ => String::new(),
    };
    let discounts = [("discounts[0][coupon]", coupon.as_str())];
    let form = [&form[..], if coupon.is_empty() { &[] } else { &discounts }].concat();
    bench.post(&path, &form).await;
}

#[tokio::test]
async fn the_books_balance_after_every_step_and_a_restart_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 1..=12 {
        let file = folder.path().join(format!("{seed}.json"));
        let bench = bench_with(None, Some(file.clone())).await;
        let mut dice = Dice(seed * 7_919);
        for _ in 0..3 {
            join(&bench, &mut dice).await;
        }
        for _ in 0..25 {
            one_step(&bench, &mut dice).await;
            books::check(&bench, seed).await;
        }
        count(&bench, &mut seen).await;
        let lists = [
            "customers",
            "subscriptions?status=all",
            "invoices",
            "charges",
            "refunds",
            "disputes",
            "credit_notes",
            "invoiceitems",
            "events",
        ];
        let mut before = Vec::new();
        for list in lists {
            before.push(without_addresses(all(&bench, list).await));
        }
        bench.sandbox.stop().await;
        let bench = bench_with(None, Some(file)).await;
        for (list, before) in lists.iter().zip(before) {
            assert_eq!(without_addresses(all(&bench, list).await), before, "seed {seed}: {list} after a restart");
        }
    }
    assert!(seen.values().all(|count| *count > 0), "the histories had too little of something: {seen:?}");
}

/// What the histories were to have in them.
async fn count(bench: &Bench, seen: &mut BTreeMap<&str, usize>) {
    for (what, list) in [
        ("disputes", "disputes"),
        ("failed refunds", "balance_transactions?type=refund_failure"),
        ("prorations", "invoiceitems"),
        ("credit notes", "credit_notes"),
        ("invoices given up in a pause", "invoices?status=void"),
        ("invoices given up in a pause", "invoices?status=uncollectible"),
    ] {
        *seen.entry(what).or_default() += all(bench, list).await.len();
    }
    let invoices = all(bench, "invoices").await;
    let discounted = invoices.iter().filter(|invoice| invoice["total_discount_amounts"] != json!([]));
    *seen.entry("discounts").or_default() += discounted.count();
    let dropped = |invoice: &&Value| invoice["status"] == "void" && invoice["billing_reason"] == "subscription_update";
    *seen.entry("changes that were dropped").or_default() += invoices.iter().filter(dropped).count();
}

/// The sandbox comes back on another port, so its pages have other addresses.
fn without_addresses(mut objects: Vec<Value>) -> Vec<Value> {
    for object in &mut objects {
        for field in ["hosted_invoice_url", "invoice_pdf", "pdf", "receipt_url"] {
            if let Some(fields) = object.as_object_mut() {
                fields.shift_remove(field);
            }
        }
    }
    objects
}
