//! The clock: forward only, everything due in its own time and order.

use serde_json::json;

use crate::support::{bench, text};

#[tokio::test]
async fn goes_forward_and_never_back() {
    let bench = bench().await;
    let before = bench.found("/_sandbox/clock").await["now"].as_i64().unwrap();
    let moved = bench.control("/_sandbox/clock/advance", json!({"seconds": 1000})).await;
    assert!((before + 1000..before + 1005).contains(&moved["now"].as_i64().unwrap()), "{moved}");
    assert_eq!(bench.sandbox.clock().now_unix_millis() / 1000 - before, 1000);
    let (status, _, _) = bench.submit(&format!("{}/_sandbox/clock/advance", bench.url), &[("to", "5")]).await;
    assert_eq!(status, 400);
    let (status, body, _) = bench.submit(&format!("{}/_sandbox/clock/advance", bench.url), &[("seconds", "10")]).await;
    assert_eq!(status, 200, "a form does as well: {body}");
}

#[tokio::test]
async fn three_months_bring_three_renewals_each_at_its_own_time() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let mut end = period_end(&bench.subscription(&session).await);
    let mut ends = Vec::new();
    for _ in 0..3 {
        ends.push(end);
        bench.control("/_sandbox/clock/advance", json!({"to": end + 3600})).await;
        end = period_end(&bench.subscription(&session).await);
    }
    let invoices = bench.found("/v1/invoices?status=paid").await;
    let created: Vec<i64> = invoices["data"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .skip(1)
        .map(|invoice| invoice["created"].as_i64().unwrap())
        .collect();
    assert_eq!(created, ends);
    for invoice in invoices["data"].as_array().unwrap().iter().rev().skip(1) {
        let line = &invoice["lines"]["data"][0]["period"];
        assert_eq!(line["start"], invoice["created"]);
        assert_eq!(invoice["status_transitions"]["paid_at"], json!(invoice["created"].as_i64().unwrap() + 3600));
    }
}

#[tokio::test]
async fn one_long_step_is_the_same_as_many_short_ones() {
    let long = bench().await;
    let session = long.member("4242424242424242").await;
    let end = period_end(&long.subscription(&session).await);
    long.control("/_sandbox/clock/advance", json!({"to": end + 200 * 86_400})).await;
    let paid = long.found("/v1/invoices?status=paid&limit=100").await;
    // The first payment, the renewal at `end`, and one for each month that fits into 200 days.
    assert_eq!(paid["data"].as_array().unwrap().len(), 8);
    let events = long.found("/v1/events?limit=100").await;
    let times: Vec<i64> =
        events["data"].as_array().unwrap().iter().map(|event| event["created"].as_i64().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "newest first: {times:?}");
}

#[tokio::test]
async fn sessions_expire_after_a_day() {
    let bench = bench().await;
    let session = bench.session().await;
    let path = format!("/v1/checkout/sessions/{}", text(&session["id"]));
    bench.control("/_sandbox/clock/advance", json!({"seconds": 86_400 - 5})).await;
    assert_eq!(bench.found(&path).await["status"], "open");
    bench.control("/_sandbox/clock/advance", json!({"seconds": 10})).await;
    assert_eq!(bench.found(&path).await["status"], "expired");
    assert_eq!(bench.page(session["url"].as_str().unwrap()).await.0, 410);
}

#[tokio::test]
async fn what_falls_due_in_real_time_happens_without_anybody_asking() {
    let bench = bench().await;
    let session = bench.session().await;
    let path = format!("/v1/checkout/sessions/{}", text(&session["id"]));
    let expires = session["expires_at"].as_i64().unwrap();
    bench.control("/_sandbox/clock/advance", json!({"to": expires - 1})).await;
    for _ in 0..500 {
        if bench.found(&path).await["status"] == "expired" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the session is still open");
}

/// The end of a subscription's running period.
pub fn period_end(subscription: &serde_json::Value) -> i64 {
    subscription["items"]["data"][0]["current_period_end"].as_i64().unwrap()
}
