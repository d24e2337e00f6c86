//! Changes that hold only once their invoice is paid.

use serde_json::{Value, json};

use crate::{
    clock::period_end,
    money_back::told,
    support::{Bench, bench, bench_with, text},
    switching::{about, half_way, invoice_of, price_of},
};

const HOUR: i64 = 3600;

/// A member whose card refuses what is asked for between two periods, and the path, item and price of a change.
struct Case {
    bench: Bench,
    before: Value,
    path: String,
    item: String,
    patron: String,
}

async fn case(card: &str) -> Case {
    case_on(bench().await, card).await
}

async fn case_on(bench: Bench, card: &str) -> Case {
    let (before, item) = half_way(&bench, card).await;
    let patron = price_of(&bench, "1500", "month", "eur").await;
    let path = format!("/v1/subscriptions/{}", text(&before["id"]));
    Case { bench, before, path, item, patron }
}

impl Case {
    fn form<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let base = [
            ("items[0][id]", self.item.as_str()),
            ("items[0][price]", &self.patron),
            ("proration_behavior", "always_invoice"),
            ("payment_behavior", "pending_if_incomplete"),
        ];
        [&base[..], more].concat()
    }

    async fn change(&self, more: &[(&str, &str)]) -> Value {
        self.bench.made(&self.path, &self.form(more)).await
    }

    async fn now(&self) -> Value {
        self.bench.found(&self.path).await
    }

    async fn pay(&self, invoice: &Value) -> Value {
        let path = format!("/v1/invoices/{}/pay", text(&invoice["id"]));
        self.bench.made(&path, &[("payment_method", "pm_card_visa")]).await
    }
}

fn price(subscription: &Value) -> &Value {
    &subscription["items"]["data"][0]["price"]["id"]
}

#[tokio::test]
async fn a_change_that_is_paid_holds_at_once() {
    let case = case("4242424242424242").await;
    let after = case.change(&[("metadata[why]", "more")]).await;
    assert_eq!((price(&after), &after["pending_update"]), (&json!(case.patron), &Value::Null));
    assert_eq!(after["metadata"]["why"], "more");
    let invoice = invoice_of(&case.bench, &after).await;
    about(invoice["amount_paid"].as_i64().unwrap(), 400);
    let told = told(&case.bench, &case.before).await;
    assert_eq!(told.last().unwrap(), "customer.subscription.updated", "{told:?}");
}

#[tokio::test]
async fn a_change_that_is_not_paid_waits_and_holds_once_it_is() {
    let case = case("4000000000000341").await;
    let waits = case.change(&[("metadata[why]", "more"), ("cancel_at_period_end", "true")]).await;
    assert_eq!((price(&waits), &waits["status"]), (price(&case.before), &json!("active")), "nothing holds yet");
    assert_eq!((&waits["cancel_at_period_end"], &waits["metadata"]["why"]), (&json!(false), &Value::Null));
    let pending = &waits["pending_update"];
    assert_eq!(pending["subscription_items"][0]["price"]["id"], json!(case.patron));
    assert_eq!((&pending["metadata"]["why"], &pending["cancel_at_period_end"]), (&json!("more"), &json!(true)));
    let now = case.bench.found("/_sandbox/clock").await["now"].as_i64().unwrap();
    assert!((pending["expires_at"].as_i64().unwrap() - now - 23 * HOUR).abs() < 5);
    let invoice = invoice_of(&case.bench, &waits).await;
    assert_eq!((&invoice["status"], &invoice["next_payment_attempt"]), (&json!("open"), &Value::Null));
    let paid = case.pay(&invoice).await;
    about(paid["amount_paid"].as_i64().unwrap(), 400);
    let after = case.now().await;
    assert_eq!((price(&after), &after["pending_update"]), (&json!(case.patron), &Value::Null));
    assert_eq!((&after["cancel_at_period_end"], &after["metadata"]["why"]), (&json!(true), &json!("more")));
    assert_eq!(after["cancel_at"].as_i64(), Some(period_end(&case.before)));
    let told = told(&case.bench, &case.before).await;
    assert_eq!(told.last().unwrap(), "customer.subscription.pending_update_applied", "{told:?}");
    let events = case.bench.found("/v1/events?type=customer.subscription.updated&limit=1").await;
    assert!(events["data"][0]["data"]["previous_attributes"]["pending_update"].is_object());
}

#[tokio::test]
async fn after_23_hours_it_is_dropped_with_its_invoice() {
    let case = case("4000000000000341").await;
    let waits = case.change(&[]).await;
    case.bench.control("/_sandbox/clock/advance", json!({"seconds": 22 * HOUR})).await;
    assert!(case.now().await["pending_update"].is_object());
    case.bench.control("/_sandbox/clock/advance", json!({"seconds": HOUR})).await;
    let after = case.now().await;
    assert_eq!((price(&after), &after["pending_update"]), (price(&case.before), &Value::Null));
    assert_eq!(invoice_of(&case.bench, &waits).await["status"], "void");
    let told = told(&case.bench, &case.before).await;
    assert_eq!(told.last().unwrap(), "customer.subscription.pending_update_expired", "{told:?}");
    case.bench.control("/_sandbox/clock/advance", json!({"to": period_end(&case.before) + HOUR})).await;
    let renewal = invoice_of(&case.bench, &case.now().await).await;
    assert_eq!((&renewal["total"], &renewal["billing_reason"]), (&json!(700), &json!("subscription_cycle")));
}

#[tokio::test]
async fn a_restart_forgets_neither_what_waits_nor_for_how_long() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let case = case_on(bench_with(None, Some(file.clone())).await, "4000000000000341").await;
    let waits = case.change(&[]).await;
    case.bench.sandbox.stop().await;
    let again = Case { bench: bench_with(None, Some(file)).await, ..case };
    assert_eq!(again.now().await["pending_update"], waits["pending_update"]);
    again.bench.control("/_sandbox/clock/advance", json!({"seconds": 23 * HOUR})).await;
    assert_eq!(again.now().await["pending_update"], Value::Null);
    assert_eq!(invoice_of(&again.bench, &waits).await["status"], "void");
}

#[tokio::test]
async fn it_ends_with_the_period_at_the_latest() {
    let case = case("4000000000000341").await;
    let end = period_end(&case.before);
    case.bench.control("/_sandbox/clock/advance", json!({"to": end - HOUR})).await;
    let waits = case.change(&[]).await;
    assert_eq!(waits["pending_update"]["expires_at"].as_i64(), Some(end));
    case.bench.control("/_sandbox/clock/advance", json!({"to": end})).await;
    let after = case.now().await;
    assert_eq!((price(&after), &after["pending_update"]), (price(&case.before), &Value::Null));
    assert_eq!(invoice_of(&case.bench, &waits).await["status"], "void");
    assert_eq!(invoice_of(&case.bench, &after).await["total"], 700);
}

#[tokio::test]
async fn voiding_the_invoice_or_another_change_drops_it() {
    let case = case("4000000000000341").await;
    let waits = case.change(&[]).await;
    case.bench.made(&format!("/v1/invoices/{}/void", text(&waits["latest_invoice"])), &[]).await;
    assert_eq!(case.now().await["pending_update"], Value::Null);
    let second = case.change(&[]).await;
    let third = case.change(&[]).await;
    assert_ne!(second["latest_invoice"], third["latest_invoice"]);
    assert_eq!(invoice_of(&case.bench, &second).await["status"], "void");
    let free = [("items[0][id]", case.item.as_str()), ("items[0][quantity]", "2"), ("proration_behavior", "none")];
    let doubled = case.bench.made(&case.path, &free).await;
    assert_eq!((&doubled["pending_update"], &doubled["items"]["data"][0]["quantity"]), (&Value::Null, &json!(2)));
    assert_eq!(invoice_of(&case.bench, &third).await["status"], "void");
    let fourth = case.change(&[("cancel_at_period_end", "true")]).await;
    assert!(fourth["pending_update"].is_object());
    let kept = case.bench.made(&case.path, &[("cancel_at_period_end", "false")]).await;
    assert_eq!(kept["pending_update"], Value::Null, "that contradicts it");
    let fifth = case.change(&[]).await;
    assert_eq!(case.bench.delete(&case.path).await.1["pending_update"], Value::Null);
    assert_eq!(invoice_of(&case.bench, &fifth).await["status"], "void");
}

#[tokio::test]
async fn another_interval_waits_with_its_new_anchor() {
    let case = case("4000000000000341").await;
    let year = price_of(&case.bench, "7000", "year", "eur").await;
    let form = [
        ("items[0][id]", case.item.as_str()),
        ("items[0][price]", &year),
        ("payment_behavior", "pending_if_incomplete"),
    ];
    let waits = case.bench.made(&case.path, &form).await;
    let anchor = waits["pending_update"]["billing_cycle_anchor"].as_i64().unwrap();
    assert_eq!((price(&waits), period_end(&waits)), (price(&case.before), period_end(&case.before)));
    let invoice = invoice_of(&case.bench, &waits).await;
    about(invoice["amount_due"].as_i64().unwrap(), 6650);
    case.bench.control("/_sandbox/clock/advance", json!({"seconds": HOUR})).await;
    case.pay(&invoice).await;
    let after = case.now().await;
    assert_eq!((price(&after), after["billing_cycle_anchor"].as_i64()), (&json!(year), Some(anchor)));
    assert!(period_end(&after) - anchor > 364 * 24 * HOUR);
    case.bench.control("/_sandbox/clock/advance", json!({"to": period_end(&case.before) + HOUR})).await;
    assert_eq!(case.now().await["latest_invoice"], invoice["id"], "the old period's end bills nothing");
}

#[tokio::test]
async fn an_added_item_waits_too() {
    let case = case("4000000000000341").await;
    let id = text(&case.before["id"]);
    let base = [("payment_behavior", "pending_if_incomplete"), ("proration_behavior", "always_invoice")];
    let form = [&base[..], &[("subscription", &*id), ("price", &case.patron)]].concat();
    let added = case.bench.made("/v1/subscription_items", &form).await;
    assert_eq!(added["price"]["id"], json!(case.patron));
    let path = format!("/v1/subscription_items/{}", text(&added["id"]));
    assert_eq!(case.bench.get(&path).await.0, 404, "it is not there yet");
    let waits = case.now().await;
    assert_eq!(waits["items"]["data"].as_array().unwrap().len(), 1);
    assert_eq!(waits["pending_update"]["subscription_items"][1]["id"], added["id"]);
    case.pay(&invoice_of(&case.bench, &waits).await).await;
    assert_eq!(case.now().await["items"]["data"][1]["id"], added["id"]);
    assert_eq!(case.bench.found(&path).await["quantity"], 1);
}

#[tokio::test]
async fn what_cannot_wait_is_refused() {
    let case = case("4242424242424242").await;
    for (name, value) in [
        ("description", "x"),
        ("default_payment_method", "pm_card_visa"),
        ("discounts[0][coupon]", "none"),
        ("pause_collection[behavior]", "void"),
        ("items[0][metadata][a]", "1"),
    ] {
        let (status, body) = case.bench.post(&case.path, &case.form(&[(name, value)])).await;
        assert_eq!(status, 400, "{name}");
        let sentence = text(&body["error"]["message"]);
        assert!(sentence.ends_with("cannot be used with `payment_behavior=pending_if_incomplete`."), "{sentence}");
    }
    let item = format!("/v1/subscription_items/{}", case.item);
    let worded = [("quantity", "2"), ("metadata[a]", "1"), ("payment_behavior", "pending_if_incomplete")];
    assert_eq!(case.bench.post(&item, &worded).await.1["error"]["param"], "metadata");
    let customer = text(&case.before["customer"]);
    let fresh =
        [("customer", &*customer), ("items[0][price]", &case.patron), ("payment_behavior", "pending_if_incomplete")];
    assert_eq!(case.bench.post("/v1/subscriptions", &fresh).await.1["error"]["param"], "payment_behavior");
    let none = case.change(&[("proration_behavior", "none")]).await;
    assert_eq!((price(&none), &none["pending_update"]), (&json!(case.patron), &Value::Null), "it bills nothing now");
}
