//! A paused subscription that goes on from its old anchor.

use serde_json::{Value, json};

use crate::{
    clock::period_end,
    support::{Bench, Form, bench, text},
    switching::{about, half_way, invoice_of},
};

const DAY: i64 = 86_400;
const UNCHANGED: (&str, &str) = ("billing_cycle_anchor[type]", "unchanged");

async fn pause(bench: &Bench, subscription: &Value, form: Form<'_>) -> String {
    let path = format!("/v1/subscriptions/{}", text(&subscription["id"]));
    bench.made(&format!("{path}/pause"), form).await;
    path
}

async fn move_to(bench: &Bench, to: i64) {
    bench.control("/_sandbox/clock/advance", json!({ "to": to })).await;
}

#[tokio::test]
async fn within_the_period_the_rest_is_charged_again_if_it_was_given_back() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4242424242424242").await;
    let path = pause(&bench, &before, &[]).await;
    let end = period_end(&before);
    move_to(&bench, end - (end - before["start_date"].as_i64().unwrap()) / 4).await;
    let running = bench.made(&format!("{path}/resume"), &[UNCHANGED, ("proration_behavior", "always_invoice")]).await;
    assert_eq!((&running["status"], period_end(&running)), (&json!("active"), end));
    assert_eq!(running["billing_cycle_anchor"], before["billing_cycle_anchor"]);
    let invoice = invoice_of(&bench, &running).await;
    let lines = invoice["lines"]["data"].as_array().unwrap();
    about(lines[0]["amount"].as_i64().unwrap(), 175);
    about(lines[1]["amount"].as_i64().unwrap(), -350);
    assert_eq!(lines[0]["parent"]["subscription_item_details"]["subscription_item"], json!(item));
    let customer = bench.found(&format!("/v1/customers/{}", text(&before["customer"]))).await;
    about(customer["balance"].as_i64().unwrap(), -175);
    move_to(&bench, end + 3600).await;
    assert_eq!(invoice_of(&bench, &bench.found(&path).await).await["total"], 700);
}

#[tokio::test]
async fn within_the_period_what_is_paid_for_still_is_not_charged() {
    let bench = bench().await;
    let (before, _) = half_way(&bench, "4242424242424242").await;
    let path = pause(&bench, &before, &[("bill_for[unused_time_from][type]", "none")]).await;
    let running = bench.made(&format!("{path}/resume"), &[UNCHANGED]).await;
    assert_eq!((period_end(&running), &running["status"]), (period_end(&before), &json!("active")));
    assert_eq!(bench.found("/v1/invoiceitems").await["data"], json!([]));
}

#[tokio::test]
async fn periods_later_it_goes_on_by_the_old_anchor() {
    let bench = bench().await;
    let (before, _) = half_way(&bench, "4242424242424242").await;
    let path = pause(&bench, &before, &[("bill_for[unused_time_from][type]", "none")]).await;
    move_to(&bench, period_end(&before) + 75 * DAY).await;
    let outside = [UNCHANGED, ("proration_date", "1000000000")];
    assert_eq!(bench.post(&format!("{path}/resume"), &outside).await.1["error"]["param"], "proration_date");
    let running = bench.made(&format!("{path}/resume"), &[UNCHANGED]).await;
    let now = bench.found("/_sandbox/clock").await["now"].as_i64().unwrap();
    let item = &running["items"]["data"][0];
    let (start, end) = (item["current_period_start"].as_i64().unwrap(), period_end(&running));
    assert!(start <= now && now < end && (28 * DAY..=31 * DAY).contains(&(end - start)));
    assert_eq!(running["billing_cycle_anchor"], before["billing_cycle_anchor"]);
    assert_eq!(running["latest_invoice"], before["latest_invoice"], "the rest waits for the renewal");
    let waiting = bench.found("/v1/invoiceitems").await["data"][0].clone();
    about(waiting["amount"].as_i64().unwrap(), 700 * (end - now) / (end - start));
    move_to(&bench, end + 3600).await;
    let renewal = invoice_of(&bench, &bench.found(&path).await).await;
    assert_eq!(renewal["total"].as_i64(), Some(700 + waiting["amount"].as_i64().unwrap()));
}

#[tokio::test]
async fn nothing_is_charged_if_that_is_wanted_and_a_bill_may_have_to_be_paid_first() {
    let bench = bench().await;
    let (before, _) = half_way(&bench, "4000000000000341").await;
    let path = pause(&bench, &before, &[]).await;
    for waiting in bench.found("/v1/invoiceitems?pending=true").await["data"].as_array().unwrap() {
        bench.delete(&format!("/v1/invoiceitems/{}", text(&waiting["id"]))).await;
    }
    let paid_first =
        [UNCHANGED, ("proration_behavior", "always_invoice"), ("payment_behavior", "resume_on_payment_success")];
    let waits = bench.made(&format!("{path}/resume"), &paid_first).await;
    let bill = invoice_of(&bench, &waits).await;
    assert_eq!((&waits["status"], &bill["status"]), (&json!("paused"), &json!("open")));
    about(bill["total"].as_i64().unwrap(), 350);
    bench.made(&format!("/v1/invoices/{}/pay", text(&bill["id"])), &[("payment_method", "pm_card_visa")]).await;
    assert_eq!(bench.found(&path).await["status"], "active");
    pause(&bench, &before, &[("bill_for[unused_time_from][type]", "none")]).await;
    let free = bench.made(&format!("{path}/resume"), &[UNCHANGED, ("proration_behavior", "none")]).await;
    assert_eq!((&free["status"], &free["latest_invoice"]), (&json!("active"), &bill["id"]));
    assert_eq!(bench.found("/v1/invoiceitems?pending=true").await["data"], json!([]));
}
