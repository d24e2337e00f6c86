//! Bank debits: accepted at once, decided by the bank three days later, at the first payment and at renewals.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    clock::period_end,
    support::{Bench, Mailbox, bench, bench_with, text},
};

const DAY: i64 = 24 * 60 * 60;
const PAYS: &str = "DE89 3704 0044 0532 0130 00";
const FAILS: &str = "DE62370400440532013001";

async fn debit(bench: &Bench, session: &Value, iban: &str) -> (StatusCode, String, String) {
    let form = [("email", "ada@example.com"), ("pay_by", "sepa_debit"), ("iban", iban), ("name", "Ada Reader")];
    bench.submit(session["url"].as_str().unwrap(), &form).await
}

async fn member(bench: &Bench, iban: &str) -> Value {
    let session = bench.session().await;
    let (status, page, _) = debit(bench, &session, iban).await;
    assert_eq!(status, 303, "{page}");
    session_again(bench, &session).await
}

async fn session_again(bench: &Bench, session: &Value) -> Value {
    bench.found(&format!("/v1/checkout/sessions/{}", text(&session["id"]))).await
}

async fn latest_invoice(bench: &Bench, session: &Value) -> Value {
    let subscription = bench.subscription(session).await;
    bench
        .found(&format!(
            "/v1/invoices/{}?expand[]=payments.data.payment.payment_intent.latest_charge",
            text(&subscription["latest_invoice"])
        ))
        .await
}

async fn pass(bench: &Bench, seconds: i64) {
    bench.control("/_sandbox/clock/advance", json!({ "seconds": seconds })).await;
}

/// Types of the events about these objects, oldest first.
async fn told(bench: &Bench) -> Vec<String> {
    let events = bench.found("/v1/events?limit=100").await;
    events["data"].as_array().unwrap().iter().rev().map(|event| text(&event["type"])).collect()
}

#[tokio::test]
async fn a_debit_is_under_way_for_three_days_and_then_paid() {
    let mailbox = Mailbox::open().await;
    let bench = bench_with(Some(&mailbox), None).await;
    let session = member(&bench, PAYS).await;
    assert_eq!([&session["status"], &session["payment_status"]], [&json!("complete"), &json!("unpaid")]);
    assert_eq!(bench.subscription(&session).await["status"], "active");
    let invoice = latest_invoice(&bench, &session).await;
    assert_eq!(
        [&invoice["status"], &invoice["attempted"], &invoice["attempt_count"]],
        [&json!("open"), &json!(true), &json!(1)]
    );
    let (_, page, _) = bench.page(invoice["hosted_invoice_url"].as_str().unwrap()).await;
    assert!(page.contains("Not paid") && !page.contains("<button"), "nobody pays twice: {page}");
    let intent = &invoice["payments"]["data"][0]["payment"]["payment_intent"];
    assert_eq!([&intent["status"], &intent["latest_charge"]["status"]], [&json!("processing"), &json!("pending")]);
    assert_eq!(intent["latest_charge"]["balance_transaction"], json!(null));
    let details = &intent["latest_charge"]["payment_method_details"]["sepa_debit"];
    assert_eq!([&details["last4"], &details["bank_code"]], [&json!("3000"), &json!("37040044")]);
    let mandate = bench.found(&format!("/v1/mandates/{}", text(&details["mandate"]))).await;
    assert_eq!(bench.page(mandate["payment_method_details"]["sepa_debit"]["url"].as_str().unwrap()).await.0, 200);
    let before = told(&bench).await.len();
    pass(&bench, 3 * DAY - 60).await;
    assert_eq!(told(&bench).await.len(), before, "nothing happens before its time");
    pass(&bench, 60).await;
    assert_eq!(
        told(&bench).await[before..],
        [
            "charge.succeeded",
            "payment_intent.succeeded",
            "invoice_payment.paid",
            "invoice.updated",
            "invoice.paid",
            "invoice.payment_succeeded",
            "checkout.session.async_payment_succeeded"
        ]
    );
    mailbox.wait_for("checkout.session.async_payment_succeeded", 1).await;
    assert_eq!(session_again(&bench, &session).await["payment_status"], "paid");
    let invoice = latest_invoice(&bench, &session).await;
    assert_eq!([&invoice["status"], &invoice["attempt_count"]], [&json!("paid"), &json!(1)]);
    let booked = bench.found("/v1/balance_transactions").await;
    assert_eq!(booked["data"][0]["amount"], 700);
}

#[tokio::test]
async fn a_debit_that_fails_leaves_the_subscription_past_due() {
    let bench = bench().await;
    let session = member(&bench, FAILS).await;
    assert_eq!(bench.subscription(&session).await["status"], "active");
    let before = told(&bench).await.len();
    pass(&bench, 3 * DAY).await;
    assert_eq!(
        told(&bench).await[before..],
        [
            "charge.failed",
            "payment_intent.payment_failed",
            "customer.subscription.updated",
            "invoice.payment_failed",
            "invoice.updated",
            "checkout.session.async_payment_failed"
        ]
    );
    assert_eq!(session_again(&bench, &session).await["payment_status"], "unpaid");
    assert_eq!(bench.subscription(&session).await["status"], "past_due");
    assert_eq!(bench.found("/v1/balance_transactions").await["data"], json!([]));
    // Tried again after 3, 5 and 7 days, each of them decided 3 days later.
    pass(&bench, 30 * DAY).await;
    let ended = bench.subscription(&session).await;
    assert_eq!(
        [&ended["status"], &ended["cancellation_details"]["reason"]],
        [&json!("canceled"), &json!("payment_failed")]
    );
    assert_eq!(bench.found("/v1/charges?limit=100").await["data"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn renewals_by_debit_settle_days_later_too() {
    let bench = bench().await;
    let session = member(&bench, "FR1420041010050500013M02606").await;
    let end = period_end(&bench.subscription(&session).await);
    bench.control("/_sandbox/clock/advance", json!({ "to": end + 3600 })).await;
    let invoice = latest_invoice(&bench, &session).await;
    assert_eq!([&invoice["billing_reason"], &invoice["status"]], [&json!("subscription_cycle"), &json!("open")]);
    assert_eq!(bench.subscription(&session).await["status"], "active");
    pass(&bench, 3 * DAY).await;
    assert_eq!(latest_invoice(&bench, &session).await["status"], "paid");
}

#[tokio::test]
async fn a_disputed_account_disputes_once_it_has_paid() {
    let bench = bench().await;
    member(&bench, "DE35370400440532013002").await;
    assert_eq!(bench.found("/v1/disputes").await["data"], json!([]));
    pass(&bench, 3 * DAY).await;
    assert_eq!(bench.found("/v1/disputes").await["data"][0]["amount"], 700);
}

#[tokio::test]
async fn what_is_under_way_survives_an_end_and_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let bench = bench_with(None, Some(file.clone())).await;
    let session = member(&bench, PAYS).await;
    bench.delete(&format!("/v1/subscriptions/{}", text(&session["subscription"]))).await;
    bench.sandbox.stop().await;
    let bench = bench_with(None, Some(file)).await;
    pass(&bench, 3 * DAY).await;
    assert_eq!(session_again(&bench, &session).await["payment_status"], "paid");
    assert_eq!(bench.subscription(&session).await["status"], "canceled");
    assert_eq!(bench.found("/v1/balance_transactions").await["data"][0]["amount"], 700);
}

#[tokio::test]
async fn only_known_accounts_and_only_where_debits_are_taken() {
    let bench = bench().await;
    let session = bench.session().await;
    let (status, page, _) = debit(&bench, &session, "DE00123").await;
    assert_eq!(status, 422);
    assert!(page.contains("href=\"#iban\"") && page.contains("id=\"by_debit\" checked"), "{page}");
    let price = bench.price().await;
    let form = [
        ("mode", "subscription"),
        ("line_items[0][price]", price.as_str()),
        ("line_items[0][quantity]", "1"),
        ("success_url", "http://127.0.0.1:9/"),
        ("excluded_payment_method_types[0]", "sepa_debit"),
    ];
    let cards = bench.made("/v1/checkout/sessions", &form).await;
    assert!(!bench.page(cards["url"].as_str().unwrap()).await.1.contains("IBAN"));
    assert_eq!(debit(&bench, &cards, PAYS).await.0, 422, "a card is asked for");
    let dollars = [
        ("mode", "payment"),
        ("line_items[0][price_data][currency]", "usd"),
        ("line_items[0][price_data][unit_amount]", "500"),
        ("line_items[0][price_data][product_data][name]", "Gift"),
        ("line_items[0][quantity]", "1"),
        ("success_url", "http://127.0.0.1:9/"),
        ("allowed_payment_method_types[0]", "sepa_debit"),
    ];
    let (status, body) = bench.post("/v1/checkout/sessions", &dollars).await;
    assert_eq!((status.as_u16(), &body["error"]["param"]), (400, &json!("allowed_payment_method_types")));
}

#[tokio::test]
async fn a_refusal_that_was_arranged_comes_from_the_bank_days_later() {
    let bench = bench().await;
    let session = member(&bench, PAYS).await;
    pass(&bench, 3 * DAY).await;
    bench.control("/_sandbox/next_payment", json!({"outcome": "decline"})).await;
    let end = period_end(&bench.subscription(&session).await);
    bench.control("/_sandbox/clock/advance", json!({ "to": end + 3600 })).await;
    assert_eq!(bench.subscription(&session).await["status"], "active");
    pass(&bench, 3 * DAY).await;
    assert_eq!(bench.subscription(&session).await["status"], "past_due");
    // Three days to the next attempt, and three until the bank pays it.
    pass(&bench, 6 * DAY).await;
    assert_eq!(bench.subscription(&session).await["status"], "active");
    let invoice = latest_invoice(&bench, &session).await;
    assert_eq!([&invoice["status"], &invoice["attempt_count"]], [&json!("paid"), &json!(2)]);
}
