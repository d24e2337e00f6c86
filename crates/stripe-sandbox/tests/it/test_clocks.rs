//! Test clocks: a customer's own time.

use serde_json::{Value, json};

use crate::{
    clock::period_end,
    support::{Bench, bench, bench_with, text},
};

const DAY: i64 = 86_400;
const START: i64 = 1_800_000_000;

/// A clock, and a subscription of a customer who lives by it.
async fn subscribed(bench: &Bench) -> (String, Value) {
    let clock =
        bench.made("/v1/test_helpers/test_clocks", &[("frozen_time", &START.to_string()), ("name", "A year")]).await;
    assert_eq!((&clock["status"], &clock["frozen_time"]), (&json!("ready"), &json!(START)));
    let clock = text(&clock["id"]);
    let customer = bench.made("/v1/customers", &[("email", "c@example.com"), ("test_clock", &clock)]).await;
    assert_eq!((&customer["created"], &customer["test_clock"]), (&json!(START), &json!(clock)));
    let price = bench.price().await;
    let form = [
        ("customer", &*text(&customer["id"])),
        ("items[0][price]", &price),
        ("default_payment_method", "pm_card_visa"),
    ];
    (clock, bench.made("/v1/subscriptions", &form).await)
}

async fn advance(bench: &Bench, clock: &str, to: i64) -> Value {
    bench.made(&format!("/v1/test_helpers/test_clocks/{clock}/advance"), &[("frozen_time", &to.to_string())]).await
}

#[tokio::test]
async fn a_clock_moves_its_customer_and_nobody_else() {
    let bench = bench().await;
    let other = bench.member("4242424242424242").await;
    let (clock, subscription) = subscribed(&bench).await;
    assert_eq!((&subscription["start_date"], &subscription["test_clock"]), (&json!(START), &json!(clock)));
    let before = bench.subscription(&other).await;
    let real = bench.found("/_sandbox/clock").await["now"].as_i64().unwrap();
    let moved = advance(&bench, &clock, period_end(&subscription) + 3600).await;
    assert_eq!(moved["status"], "ready");
    let path = format!("/v1/subscriptions/{}?expand[]=latest_invoice", text(&subscription["id"]));
    let renewed = bench.found(&path).await;
    let invoice = &renewed["latest_invoice"];
    assert_eq!((&invoice["status"], &invoice["created"]), (&json!("paid"), &json!(period_end(&subscription))));
    assert_eq!(invoice["status_transitions"]["paid_at"], json!(period_end(&subscription) + 3600));
    assert_eq!(bench.subscription(&other).await, before);
    assert!(
        bench.found("/_sandbox/clock").await["now"].as_i64().unwrap() - real < 5,
        "everybody's time goes on as it does"
    );
    let kinds = ["advancing", "ready"].map(|kind| format!("/v1/events?type=test_helpers.test_clock.{kind}"));
    for kind in kinds {
        assert_eq!(bench.found(&kind).await["data"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn everybodys_clock_does_not_move_a_test_clocks_customer() {
    let bench = bench().await;
    let (clock, subscription) = subscribed(&bench).await;
    bench.control("/_sandbox/clock/advance", json!({"seconds": 400 * DAY})).await;
    let path = format!("/v1/subscriptions/{}", text(&subscription["id"]));
    assert_eq!(bench.found(&path).await, subscription);
    let item = text(&subscription["items"]["data"][0]["id"]);
    advance(&bench, &clock, START + 10 * DAY).await;
    let form = [("items[0][id]", item.as_str()), ("items[0][quantity]", "2"), ("billing_cycle_anchor[type]", "now")];
    let changed = bench.made(&path, &form).await;
    assert_eq!(changed["billing_cycle_anchor"], json!(START + 10 * DAY), "a change happens in its own time");
    let charge = bench.found("/v1/charges").await["data"][0].clone();
    assert_eq!(charge["created"], json!(START + 10 * DAY));
    let refund = bench.made("/v1/refunds", &[("charge", &*text(&charge["id"]))]).await;
    assert_eq!(refund["created"], json!(START + 10 * DAY));
}

#[tokio::test]
async fn lists_leave_out_what_has_a_clock_unless_it_is_named() {
    let bench = bench().await;
    let (clock, subscription) = subscribed(&bench).await;
    let count = async |path: String| bench.found(&path).await["data"].as_array().unwrap().len();
    for object in ["customers", "subscriptions"] {
        assert_eq!(count(format!("/v1/{object}")).await, 0);
        assert_eq!(count(format!("/v1/{object}?test_clock={clock}")).await, 1);
    }
    assert_eq!(count(format!("/v1/subscriptions?customer={}", text(&subscription["customer"]))).await, 1);
}

#[tokio::test]
async fn a_clock_goes_forward_only_and_takes_its_customers_with_it() {
    let bench = bench().await;
    let (clock, subscription) = subscribed(&bench).await;
    let path = format!("/v1/test_helpers/test_clocks/{clock}");
    for wrong in [START, START - 1, START + 800 * DAY] {
        assert_eq!(bench.post(&format!("{path}/advance"), &[("frozen_time", &wrong.to_string())]).await.0, 400);
    }
    assert_eq!(bench.post("/v1/customers", &[("test_clock", "clock_none")]).await.0, 400);
    assert_eq!(bench.delete(&path).await.1["deleted"], true);
    assert_eq!(bench.get(&path).await.0, 404);
    assert_eq!(bench.found(&format!("/v1/subscriptions/{}", text(&subscription["id"]))).await["status"], "canceled");
    assert_eq!(bench.found(&format!("/v1/customers/{}", text(&subscription["customer"]))).await["deleted"], true);
}

#[tokio::test]
async fn a_restart_keeps_each_to_its_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let bench = bench_with(None, Some(file.clone())).await;
    let (clock, subscription) = subscribed(&bench).await;
    bench.sandbox.stop().await;
    let bench = bench_with(None, Some(file)).await;
    let path = format!("/v1/subscriptions/{}", text(&subscription["id"]));
    bench.control("/_sandbox/clock/advance", json!({"seconds": 40 * DAY})).await;
    assert_eq!(bench.found(&path).await, subscription);
    advance(&bench, &clock, period_end(&subscription) + 3600).await;
    assert_eq!(bench.found("/v1/charges").await["data"].as_array().unwrap().len(), 2);
}
