//! Failure, retries, cancelling, refunds.

use serde_json::json;

use crate::{
    clock::period_end,
    support::{Bench, bench, text},
};

const DAY: i64 = 86_400;

async fn fail_a_renewal(bench: &Bench) -> (serde_json::Value, i64) {
    let session = bench.member("4000000000000341").await;
    let end = period_end(&bench.subscription(&session).await);
    bench.control("/_sandbox/clock/advance", json!({"to": end + 3600})).await;
    (session, end + 3600)
}

#[tokio::test]
async fn a_failed_renewal_is_retried_and_then_ends_the_subscription() {
    let bench = bench().await;
    let (session, first) = fail_a_renewal(&bench).await;
    for (attempts, days) in [(1, 3), (2, 8), (3, 15)] {
        let subscription = bench.subscription(&session).await;
        assert_eq!(subscription["status"], "past_due");
        let invoice = bench.found(&format!("/v1/invoices/{}", text(&subscription["latest_invoice"]))).await;
        assert_eq!((&invoice["status"], &invoice["attempt_count"]), (&json!("open"), &json!(attempts)));
        assert_eq!(invoice["next_payment_attempt"], json!(first + days * DAY));
        bench.control("/_sandbox/clock/advance", json!({"to": first + days * DAY})).await;
    }
    let ended = bench.subscription(&session).await;
    assert_eq!(
        (&ended["status"], &ended["cancellation_details"]["reason"]),
        (&json!("canceled"), &json!("payment_failed"))
    );
    assert_eq!(ended["ended_at"], json!(first + 15 * DAY));
    let invoice = bench.found(&format!("/v1/invoices/{}", text(&ended["latest_invoice"]))).await;
    assert_eq!((&invoice["status"], &invoice["next_payment_attempt"]), (&json!("open"), &json!(null)));
}

#[tokio::test]
async fn the_last_failure_may_leave_it_unpaid() {
    let bench = bench().await;
    bench.control("/_sandbox/settings", json!({"retry_days": [1], "after_last_retry": "mark_unpaid"})).await;
    let (session, first) = fail_a_renewal(&bench).await;
    bench.control("/_sandbox/clock/advance", json!({"to": first + DAY})).await;
    assert_eq!(bench.subscription(&session).await["status"], "unpaid");
}

#[tokio::test]
async fn a_good_card_recovers_a_failed_renewal() {
    let bench = bench().await;
    let (session, _) = fail_a_renewal(&bench).await;
    let invoice = text(&bench.subscription(&session).await["latest_invoice"]);
    let (status, error) = bench.post(&format!("/v1/invoices/{invoice}/pay"), &[]).await;
    assert_eq!((status.as_u16(), &error["error"]["code"]), (402, &json!("card_declined")));
    let paid = bench.made(&format!("/v1/invoices/{invoice}/pay"), &[("payment_method", "pm_card_visa")]).await;
    assert_eq!(paid["status"], "paid");
    assert_eq!(paid["attempt_count"], 1, "what is not a retry moves none");
    assert_eq!(bench.subscription(&session).await["status"], "active");
}

#[tokio::test]
async fn cancelling_at_the_end_lasts_until_the_end() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let path = format!("/v1/subscriptions/{}", text(&session["subscription"]));
    let cancelled = bench.made(&path, &[("cancel_at_period_end", "true")]).await;
    let end = period_end(&cancelled);
    assert_eq!((&cancelled["status"], &cancelled["cancel_at"]), (&json!("active"), &json!(end)));
    bench.control("/_sandbox/clock/advance", json!({"to": end - 60})).await;
    assert_eq!(bench.found(&path).await["status"], "active");
    bench.control("/_sandbox/clock/advance", json!({"to": end})).await;
    let ended = bench.found(&path).await;
    assert_eq!((&ended["status"], &ended["ended_at"]), (&json!("canceled"), &json!(end)));
    bench.control("/_sandbox/clock/advance", json!({"to": end + 90 * DAY})).await;
    assert_eq!(bench.found("/v1/invoices").await["data"].as_array().unwrap().len(), 1, "nothing is billed any more");
}

#[tokio::test]
async fn refunds_never_exceed_the_charge() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let charges = bench.found(&format!("/v1/charges?customer={}", text(&session["customer"]))).await;
    let charge = text(&charges["data"][0]["id"]);
    bench.made("/v1/refunds", &[("charge", &charge), ("amount", "300")]).await;
    assert_eq!(bench.post("/v1/refunds", &[("charge", &charge), ("amount", "401")]).await.0, 400);
    let rest = bench.made("/v1/refunds", &[("charge", &charge), ("expand[]", "balance_transaction")]).await;
    assert_eq!((&rest["amount"], &rest["balance_transaction"]["net"]), (&json!(400), &json!(-400)));
    let (status, error) = bench.post("/v1/refunds", &[("charge", &charge)]).await;
    assert_eq!((status.as_u16(), &error["error"]["code"]), (400, &json!("charge_already_refunded")));
    let after = bench.found(&format!("/v1/charges/{charge}")).await;
    assert_eq!((&after["refunded"], &after["amount_refunded"]), (&json!(true), &json!(700)));
    let booked = bench.found("/v1/balance_transactions").await;
    let sum: i64 = booked["data"].as_array().unwrap().iter().map(|entry| entry["amount"].as_i64().unwrap()).sum();
    assert_eq!(sum, 0);
}

#[tokio::test]
async fn an_unpaid_first_invoice_expires_with_its_subscription() {
    let bench = bench().await;
    let price = bench.price().await;
    let customer = text(&bench.made("/v1/customers", &[("email", "i@example.com")]).await["id"]);
    let form = [
        ("customer", customer.as_str()),
        ("items[0][price]", price.as_str()),
        ("default_payment_method", "pm_card_chargeDeclined"),
    ];
    let made = bench.made("/v1/subscriptions", &form).await;
    assert_eq!(made["status"], "incomplete");
    bench.control("/_sandbox/clock/advance", json!({"seconds": 23 * 3600})).await;
    let path = format!("/v1/subscriptions/{}?expand[]=latest_invoice", text(&made["id"]));
    let over = bench.found(&path).await;
    assert_eq!((&over["status"], &over["latest_invoice"]["status"]), (&json!("incomplete_expired"), &json!("void")));
}
