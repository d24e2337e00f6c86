//! Random histories: whatever was done in whatever order, the books balance and the objects agree with each other.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    door::Dice,
    sales::coupon,
    support::{Bench, bench_with, text},
    switching::price_of,
};

const CARDS: &[&str] =
    &["4242424242424242", "4242424242424242", "4000000000000341", "4000000000000002", "4000002500003155"];

async fn all(bench: &Bench, path: &str) -> Vec<Value> {
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

async fn join(bench: &Bench, dice: &mut Dice) {
    let session = bench.session().await;
    let (status, _, leads) = bench.pay(&session, dice.pick(CARDS)).await;
    if status == 303 && leads.ends_with("/authenticate") {
        let outcome = dice.pick(&["approve", "fail"]);
        bench.submit(&format!("{}{leads}", bench.url), &[("outcome", outcome)]).await;
    }
}

async fn one_step(bench: &Bench, dice: &mut Dice) {
    let subscriptions = all(bench, "subscriptions?status=all").await;
    let live = all(bench, "subscriptions").await;
    let charges = all(bench, "charges").await;
    match dice.below(17) {
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
        7 => {
            let (disputes, refunds) = (all(bench, "disputes").await, all(bench, "refunds").await);
            if let (Some(dispute), true) = (disputes.first(), dice.below(2) == 0) {
                let address = format!("{}/_sandbox/disputes/{}/close", bench.url, text(&dispute["id"]));
                bench.submit(&address, &[("status", dice.pick(&["won", "lost"]))]).await;
            } else if let Some(refund) = refunds.first() {
                bench.submit(&format!("{}/_sandbox/refunds/{}/fail", bench.url, text(&refund["id"])), &[]).await;
            }
        }
        8 | 9 if !live.is_empty() => {
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
            let seconds = (1 + dice.below(20)) * 86_400;
            bench.control("/_sandbox/clock/advance", json!({ "seconds": seconds })).await;
        }
    }
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
    let coupon = match dice.below(4) {
        0 => coupon(bench, &[("percent_off", "33.3"), ("duration", dice.pick(&["forever", "once"]))]).await,
        1 => coupon(bench, &[("amount_off", "250"), ("currency", "eur"), ("duration", "forever")]).await,
        _ => String::new(),
    };
    let discounts = [("discounts[0][coupon]", coupon.as_str())];
    let form = [&form[..], if coupon.is_empty() { &[] } else { &discounts }].concat();
    bench.post(&format!("/v1/subscriptions/{}", text(&subscription["id"])), &form).await;
}

/// The sums of an invoice are those of its lines, and what is not paid of it is on the customer's balance.
fn check_sums(invoice: &Value, seed: u64) {
    let number = |field: &str| invoice[field].as_i64().unwrap_or_default();
    let lines = invoice["lines"]["data"].as_array().unwrap();
    let gross: i64 = lines.iter().map(|line| line["amount"].as_i64().unwrap()).sum();
    let off = |holder: &Value, field: &str| -> i64 {
        holder[field].as_array().unwrap().iter().map(|one| one["amount"].as_i64().unwrap()).sum()
    };
    let off_lines: i64 = lines.iter().map(|line| off(line, "discount_amounts")).sum();
    assert_eq!(off_lines, off(invoice, "total_discount_amounts"), "seed {seed}: {invoice}");
    let sum = gross - off_lines;
    assert_eq!((gross, sum), (number("subtotal"), number("total")), "seed {seed}: {invoice}");
    assert_eq!(number("amount_due"), number("amount_paid") + number("amount_remaining"), "seed {seed}: {invoice}");
    assert_eq!(number("amount_due"), (sum + number("starting_balance")).max(0), "seed {seed}: {invoice}");
    if invoice["status"] != "draft" {
        let left = sum + number("starting_balance") - number("amount_due");
        assert_eq!(number("ending_balance"), left, "seed {seed}: {invoice}");
    }
}

/// What must hold at every moment.
async fn check(bench: &Bench, seed: u64) {
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
    check_subscriptions(&all(bench, "subscriptions?status=all").await, &invoices, bench, seed).await;
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
        let periods: Vec<(i64, i64)> = own.iter().filter_map(|invoice| period(invoice)).collect();
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
            check(&bench, seed).await;
        }
        count(&bench, &mut seen).await;
        let lists = [
            "customers",
            "subscriptions?status=all",
            "invoices",
            "charges",
            "refunds",
            "disputes",
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
        ("invoices given up in a pause", "invoices?status=void"),
        ("invoices given up in a pause", "invoices?status=uncollectible"),
    ] {
        *seen.entry(what).or_default() += all(bench, list).await.len();
    }
    let invoices = all(bench, "invoices").await;
    let discounted = invoices.iter().filter(|invoice| invoice["total_discount_amounts"] != json!([]));
    *seen.entry("discounts").or_default() += discounted.count();
}

/// The sandbox comes back on another port, so its pages have other addresses.
fn without_addresses(mut objects: Vec<Value>) -> Vec<Value> {
    for object in &mut objects {
        for field in ["hosted_invoice_url", "invoice_pdf", "receipt_url"] {
            if let Some(fields) = object.as_object_mut() {
                fields.shift_remove(field);
            }
        }
    }
    objects
}
