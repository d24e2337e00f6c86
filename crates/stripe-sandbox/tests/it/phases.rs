//! Trials and pauses, and what is told before a renewal.

use serde_json::{Value, json};

use crate::{
    clock::period_end,
    support::{Bench, bench, text},
};

const DAY: i64 = 86_400;

async fn types_of(bench: &Bench, about: &Value) -> Vec<String> {
    crate::money_back::told(bench, about).await
}

async fn advance_to(bench: &Bench, to: i64) {
    bench.control("/_sandbox/clock/advance", json!({ "to": to })).await;
}

async fn latest(bench: &Bench, subscription: &Value) -> Value {
    bench.found(&format!("/v1/invoices/{}", text(&subscription["latest_invoice"]))).await
}

async fn trial(bench: &Bench, more: &[(&str, &str)]) -> Value {
    let price = bench.price().await;
    let customer = text(&bench.made("/v1/customers", &[("email", "t@example.com")]).await["id"]);
    let form = [&[("customer", customer.as_str()), ("items[0][price]", &price)], more].concat();
    bench.made("/v1/subscriptions", &form).await
}

#[tokio::test]
async fn a_trial_costs_nothing_is_announced_and_then_bills() {
    let bench = bench().await;
    let made = trial(&bench, &[("trial_period_days", "14"), ("default_payment_method", "pm_card_visa")]).await;
    let path = format!("/v1/subscriptions/{}", text(&made["id"]));
    let end = made["trial_end"].as_i64().unwrap();
    assert_eq!((&made["status"], end - made["trial_start"].as_i64().unwrap()), (&json!("trialing"), 14 * DAY));
    assert_eq!((period_end(&made), &made["billing_cycle_anchor"]), (end, &json!(end)));
    let first = latest(&bench, &made).await;
    assert_eq!((&first["amount_due"], &first["status"]), (&json!(0), &json!("paid")));
    assert_eq!(first["lines"]["data"][0]["description"], "Trial period for Supporter");
    advance_to(&bench, end - 3 * DAY - 60).await;
    assert!(!types_of(&bench, &made).await.contains(&"customer.subscription.trial_will_end".into()));
    advance_to(&bench, end - 3 * DAY).await;
    assert!(types_of(&bench, &made).await.contains(&"customer.subscription.trial_will_end".into()));
    advance_to(&bench, end).await;
    let running = bench.found(&path).await;
    assert_eq!((&running["status"], &latest(&bench, &running).await["status"]), (&json!("active"), &json!("draft")));
    advance_to(&bench, end + 3600).await;
    let bill = latest(&bench, &bench.found(&path).await).await;
    assert_eq!((&bill["status"], &bill["amount_paid"]), (&json!("paid"), &json!(700)));
    let told = types_of(&bench, &made).await;
    assert_eq!(told.iter().filter(|kind| kind.ends_with("trial_will_end")).count(), 1, "{told:?}");
}

#[tokio::test]
async fn a_trial_without_a_card_is_past_due_after_it() {
    let bench = bench().await;
    let made = trial(&bench, &[("trial_period_days", "2")]).await;
    let told = types_of(&bench, &made).await;
    assert_eq!(told.last().unwrap(), "customer.subscription.trial_will_end", "at once: {told:?}");
    advance_to(&bench, period_end(&made) + 3600).await;
    assert_eq!(bench.found(&format!("/v1/subscriptions/{}", text(&made["id"]))).await["status"], "past_due");
}

#[tokio::test]
async fn a_trial_is_lengthened_and_cut_short() {
    let bench = bench().await;
    let made = trial(&bench, &[("trial_period_days", "5"), ("default_payment_method", "pm_card_visa")]).await;
    let path = format!("/v1/subscriptions/{}", text(&made["id"]));
    let later = (period_end(&made) + 10 * DAY).to_string();
    let longer = bench.made(&path, &[("trial_end", &later)]).await;
    assert_eq!((period_end(&longer).to_string(), &longer["status"]), (later, &json!("trialing")));
    advance_to(&bench, period_end(&made) + DAY).await;
    assert_eq!(bench.found(&path).await["status"], "trialing");
    let running = bench.made(&path, &[("trial_end", "now")]).await;
    assert_eq!(running["status"], "active");
    let bill = latest(&bench, &running).await;
    assert_eq!((&bill["status"], &bill["amount_paid"]), (&json!("paid"), &json!(700)));
    assert_eq!(running["trial_end"], running["billing_cycle_anchor"]);
    assert_eq!(bench.post(&path, &[("trial_end", "9999999999")]).await.0, 400);
}

#[tokio::test]
async fn a_switch_within_a_trial_costs_nothing_now() {
    let bench = bench().await;
    let made = trial(&bench, &[("trial_period_days", "5"), ("default_payment_method", "pm_card_visa")]).await;
    let yearly = crate::switching::price_of(&bench, "7000", "year", "eur").await;
    let item = text(&made["items"]["data"][0]["id"]);
    let form =
        [("items[0][id]", item.as_str()), ("items[0][price]", &yearly), ("proration_behavior", "always_invoice")];
    let after = bench.made(&format!("/v1/subscriptions/{}", text(&made["id"])), &form).await;
    assert_eq!((period_end(&after), &after["latest_invoice"]), (period_end(&made), &made["latest_invoice"]));
    advance_to(&bench, period_end(&made) + 3600).await;
    let bill = bench.found("/v1/invoices").await["data"][0].clone();
    assert_eq!(bill["amount_paid"], 7000);
}

#[tokio::test]
async fn a_trial_starts_in_a_running_subscription() {
    let bench = bench().await;
    let (before, _) = crate::switching::half_way(&bench, "4242424242424242").await;
    let path = format!("/v1/subscriptions/{}", text(&before["id"]));
    let now = bench.found("/_sandbox/clock").await["now"].as_i64().unwrap();
    let end = now + 40 * DAY;
    let form = [("trial_end", &*end.to_string()), ("proration_behavior", "none")];
    let trial = bench.made(&path, &form).await;
    assert_eq!((&trial["status"], &trial["trial_end"]), (&json!("trialing"), &json!(end)));
    assert_eq!((period_end(&trial), &trial["billing_cycle_anchor"]), (end, &json!(end)));
    assert!((trial["trial_start"].as_i64().unwrap() - now).abs() < 5);
    let first = latest(&bench, &trial).await;
    assert_eq!((&first["total"], &first["billing_reason"]), (&json!(0), &json!("subscription_update")));
    assert_eq!(first["lines"]["data"][0]["description"], "Trial period for Supporter");
    advance_to(&bench, period_end(&before) + 3600).await;
    assert_eq!(bench.found(&path).await["latest_invoice"], first["id"], "the old period's end bills nothing");
    advance_to(&bench, end + 3600).await;
    let bill = latest(&bench, &bench.found(&path).await).await;
    assert_eq!((&bill["amount_paid"], &bill["billing_reason"]), (&json!(700), &json!("subscription_cycle")));
    assert!(types_of(&bench, &before).await.contains(&"customer.subscription.trial_will_end".into()));
}

#[tokio::test]
async fn a_trial_may_give_the_rest_back_and_bring_another_plan() {
    let bench = bench().await;
    let (before, item) = crate::switching::half_way(&bench, "4242424242424242").await;
    let path = format!("/v1/subscriptions/{}", text(&before["id"]));
    let yearly = crate::switching::price_of(&bench, "7000", "year", "eur").await;
    let end = bench.found("/_sandbox/clock").await["now"].as_i64().unwrap() + 10 * DAY;
    let form = [("trial_end", &*end.to_string()), ("items[0][id]", &item), ("items[0][price]", &yearly)];
    let trial = bench.made(&path, &form).await;
    assert_eq!((&trial["status"], period_end(&trial)), (&json!("trialing"), end));
    let first = latest(&bench, &trial).await;
    crate::switching::about(first["total"].as_i64().unwrap(), -350);
    assert_eq!(first["lines"]["data"].as_array().unwrap().len(), 2);
    advance_to(&bench, end + 3600).await;
    let bill = latest(&bench, &bench.found(&path).await).await;
    assert_eq!((&bill["total"], &bill["starting_balance"]), (&json!(7000), &first["total"]));
    bench.control("/_sandbox/settings", json!({"after_last_retry": "leave_past_due"})).await;
    let poor = bench.member("4000000000000341").await;
    advance_to(&bench, period_end(&bench.subscription(&poor).await) + 3600).await;
    let poor = format!("/v1/subscriptions/{}", text(&poor["subscription"]));
    let later = (bench.found("/_sandbox/clock").await["now"].as_i64().unwrap() + DAY).to_string();
    assert_eq!(bench.post(&poor, &[("trial_end", &later)]).await.1["error"]["param"], "trial_end", "it owes something");
}

#[tokio::test]
async fn a_checkout_begins_a_trial() {
    let bench = bench().await;
    let price = bench.price().await;
    let form = [
        ("mode", "subscription"),
        ("line_items[0][price]", price.as_str()),
        ("line_items[0][quantity]", "1"),
        ("success_url", "http://127.0.0.1:9/welcome"),
        ("subscription_data[trial_period_days]", "30"),
    ];
    let session = bench.made("/v1/checkout/sessions", &form).await;
    assert_eq!(session["amount_total"], 0);
    let (_, page, _) = bench.page(session["url"].as_str().unwrap()).await;
    assert!(page.contains("Start the trial") && page.contains("Nothing today, then €7.00 a month from"), "{page}");
    assert_eq!(bench.pay(&session, "4000000000000002").await.0, 402, "a card that declines begins nothing");
    assert_eq!(bench.pay(&session, "4242424242424242").await.0, 303);
    let done = bench.found(&format!("/v1/checkout/sessions/{}", text(&session["id"]))).await;
    assert_eq!((&done["payment_status"], &done["status"]), (&json!("no_payment_required"), &json!("complete")));
    let subscription = bench.subscription(&done).await;
    assert_eq!(subscription["status"], "trialing");
    advance_to(&bench, period_end(&subscription) + 3600).await;
    assert_eq!(bench.found("/v1/charges").await["data"][0]["amount"], 700);
    let soon = (bench.found("/_sandbox/clock").await["now"].as_i64().unwrap() + DAY).to_string();
    let late = [&form[..4], &[("subscription_data[trial_end]", soon.as_str())]].concat();
    assert_eq!(bench.post("/v1/checkout/sessions", &late).await.0, 400, "two days at least");
}

/// A member who pauses, after one renewal within the pause: the subscription and that renewal's invoice.
async fn pause(bench: &Bench, form: &[(&str, &str)]) -> (Value, Value) {
    let session = bench.member("4242424242424242").await;
    let path = format!("/v1/subscriptions/{}", text(&session["subscription"]));
    let paused = bench.made(&path, form).await;
    assert_eq!(paused["status"], "active", "as at Stripe");
    advance_to(bench, period_end(&paused) + 2 * 3600).await;
    let after = bench.found(&path).await;
    let invoice = latest(bench, &after).await;
    (after, invoice)
}

#[tokio::test]
async fn a_pause_voids_gives_up_or_keeps_what_renewals_draw_up() {
    for (behavior, status) in [("void", "void"), ("mark_uncollectible", "uncollectible"), ("keep_as_draft", "draft")] {
        let bench = bench().await;
        let (paused, invoice) = pause(&bench, &[("pause_collection[behavior]", behavior)]).await;
        assert_eq!(paused["pause_collection"], json!({"behavior": behavior, "resumes_at": null}));
        assert_eq!(
            (&invoice["status"], &invoice["amount_paid"], &invoice["billing_reason"]),
            (&json!(status), &json!(0), &json!("subscription_cycle"))
        );
        assert_eq!(bench.found("/v1/charges").await["data"].as_array().unwrap().len(), 1, "{behavior}");
        let path = format!("/v1/subscriptions/{}", text(&paused["id"]));
        let on = bench.made(&path, &[("pause_collection", "")]).await;
        assert_eq!(on["pause_collection"], json!(null));
        advance_to(&bench, period_end(&on) + 3600).await;
        assert_eq!(latest(&bench, &bench.found(&path).await).await["status"], "paid");
        assert_eq!(bench.found("/v1/charges").await["data"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_pause_ends_by_itself() {
    let bench = bench().await;
    let now = bench.found("/_sandbox/clock").await["now"].as_i64().unwrap();
    let until = now + 45 * DAY;
    let form = [("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", &*until.to_string())];
    let (paused, invoice) = pause(&bench, &form).await;
    assert_eq!((&paused["pause_collection"]["resumes_at"], &invoice["status"]), (&json!(until), &json!("void")));
    advance_to(&bench, until).await;
    let path = format!("/v1/subscriptions/{}", text(&paused["id"]));
    assert_eq!(bench.found(&path).await["pause_collection"], json!(null));
    let event = &bench.found("/v1/events?type=customer.subscription.updated").await["data"][0];
    assert_eq!(event["data"]["previous_attributes"]["pause_collection"]["behavior"], "void");
    advance_to(&bench, period_end(&paused) + 3600).await;
    assert_eq!(latest(&bench, &bench.found(&path).await).await["status"], "paid");
    let past = [("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", "5")];
    assert_eq!(bench.post(&path, &past).await.0, 400);
}

#[tokio::test]
async fn a_renewal_is_announced_three_days_before_once_and_without_an_id() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let subscription = bench.subscription(&session).await;
    let end = period_end(&subscription);
    let upcoming = async || bench.found("/v1/events?type=invoice.upcoming").await["data"].as_array().unwrap().clone();
    advance_to(&bench, end - 3 * DAY - 5).await;
    assert_eq!(upcoming().await.len(), 0);
    advance_to(&bench, end - 3 * DAY).await;
    let told = upcoming().await;
    let picture = &told[0]["data"]["object"];
    assert!(picture.get("id").is_none());
    assert_eq!((&picture["amount_due"], &picture["customer"]), (&json!(700), &session["customer"]));
    assert_eq!(picture["parent"]["subscription_details"]["subscription"], subscription["id"]);
    assert_eq!(picture["lines"]["data"][0]["period"]["start"], json!(end));
    assert_eq!(bench.subscription(&session).await, subscription, "nothing has changed");
    assert_eq!(bench.found("/v1/invoices").await["data"].as_array().unwrap().len(), 1);
    advance_to(&bench, end + DAY).await;
    assert_eq!(upcoming().await.len(), 1);
    let path = format!("/v1/subscriptions/{}", text(&subscription["id"]));
    let cancelled = bench.made(&path, &[("cancel_at_period_end", "true")]).await;
    advance_to(&bench, period_end(&cancelled)).await;
    assert_eq!(upcoming().await.len(), 0, "nothing follows a cancelled one, and the first is forgotten after 30 days");
}

#[tokio::test]
async fn deleting_a_customer_ends_what_it_has() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let customer = text(&session["customer"]);
    bench.delete(&format!("/v1/customers/{customer}")).await;
    assert_eq!(bench.subscription(&session).await["status"], "canceled");
    let events = bench.found("/v1/events?limit=2").await;
    let kinds: Vec<&str> = events["data"].as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["customer.deleted", "customer.subscription.deleted"]);
    advance_to(&bench, period_end(&bench.subscription(&session).await) + DAY).await;
    assert_eq!(bench.found("/v1/invoices").await["data"].as_array().unwrap().len(), 1, "nothing is billed any more");
}

#[tokio::test]
async fn a_trial_that_nothing_pays_for_may_end_in_a_standstill_or_in_the_end() {
    for (word, status) in [("pause", "paused"), ("cancel", "canceled")] {
        let bench = bench().await;
        let settings = ("trial_settings[end_behavior][missing_payment_method]", word);
        let made = trial(&bench, &[("trial_period_days", "7"), settings]).await;
        advance_to(&bench, period_end(&made) + DAY).await;
        let after = bench.found(&format!("/v1/subscriptions/{}", text(&made["id"]))).await;
        assert_eq!((&after["status"], &after["latest_invoice"]), (&json!(status), &made["latest_invoice"]));
        let told = types_of(&bench, &made).await;
        assert_eq!(told.contains(&"customer.subscription.paused".into()), word == "pause", "{told:?}");
    }
}

#[tokio::test]
async fn a_paused_subscription_stands_still_until_it_is_resumed() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let before = bench.subscription(&session).await;
    let path = format!("/v1/subscriptions/{}", text(&before["id"]));
    let middle = (before["start_date"].as_i64().unwrap() + period_end(&before)) / 2;
    advance_to(&bench, middle).await;
    let paused = bench.made(&format!("{path}/pause"), &[("invoicing_behavior", "invoice")]).await;
    assert_eq!(paused["status"], "paused");
    assert_eq!(paused["status_details"]["paused"]["subscription"]["type"], "pause_requested");
    let credit =
        bench.found(&format!("/v1/customers/{}", text(&before["customer"]))).await["balance"].as_i64().unwrap();
    assert!((-351..=-349).contains(&credit), "{credit}");
    assert_eq!(bench.post(&format!("{path}/pause"), &[]).await.0, 400);
    advance_to(&bench, period_end(&before) + 90 * DAY).await;
    assert_eq!(bench.found(&path).await["latest_invoice"], paused["latest_invoice"], "nothing was billed");
    let running = bench.made(&format!("{path}/resume"), &[]).await;
    assert_eq!(running["status"], "active");
    assert!(running.get("status_details").is_none());
    let bill = latest(&bench, &running).await;
    assert_eq!((&bill["total"], bill["amount_paid"].as_i64()), (&json!(700), Some(700 + credit)));
    let told = types_of(&bench, &before).await;
    assert!(
        told.ends_with(&["customer.subscription.updated".into(), "customer.subscription.resumed".into()]),
        "{told:?}"
    );
    advance_to(&bench, period_end(&running) + 3600).await;
    assert_eq!(latest(&bench, &bench.found(&path).await).await["billing_reason"], "subscription_cycle");
    assert_eq!(bench.post(&format!("{path}/resume"), &[]).await.0, 400);
}

#[tokio::test]
async fn a_standstill_may_last_until_its_bill_is_paid() {
    let bench = bench().await;
    let session = bench.member("4000000000000341").await;
    let path = format!("/v1/subscriptions/{}", text(&session["subscription"]));
    let unused = ("bill_for[unused_time_from][type]", "none");
    bench.made(&format!("{path}/pause"), &[unused]).await;
    assert_eq!(bench.found("/v1/invoiceitems").await["data"], json!([]));
    let form = [("payment_behavior", "resume_on_payment_success")];
    let waiting = bench.made(&format!("{path}/resume"), &form).await;
    let bill = latest(&bench, &waiting).await;
    assert_eq!((&waiting["status"], &bill["status"]), (&json!("paused"), &json!("open")));
    bench.made(&format!("/v1/invoices/{}/pay", text(&bill["id"])), &[("payment_method", "pm_card_visa")]).await;
    assert_eq!(bench.found(&path).await["status"], "active");
    assert!(types_of(&bench, &waiting).await.contains(&"customer.subscription.resumed".into()));
}
