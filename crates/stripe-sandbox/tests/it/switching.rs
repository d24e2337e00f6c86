//! Another plan, interval or quantity: what is given back, what is charged, and when.

use serde_json::{Value, json};

use crate::{
    clock::period_end,
    support::{Bench, Form, bench, text},
};

const DAY: i64 = 86_400;

/// A price of a new product.
pub async fn price_of(bench: &Bench, amount: &str, interval: &str, currency: &str) -> String {
    let product = bench.made("/v1/products", &[("name", "Patron")]).await;
    let form = [
        ("product", product["id"].as_str().unwrap()),
        ("currency", currency),
        ("unit_amount", amount),
        ("recurring[interval]", interval),
    ];
    text(&bench.made("/v1/prices", &form).await["id"])
}

/// A member of €7 a month whose period is half over: the subscription and its item.
pub async fn half_way(bench: &Bench, card: &str) -> (Value, String) {
    let session = bench.member(card).await;
    let subscription = bench.subscription(&session).await;
    let (start, end) = (subscription["start_date"].as_i64().unwrap(), period_end(&subscription));
    bench.control("/_sandbox/clock/advance", json!({"to": (start + end) / 2})).await;
    let item = text(&subscription["items"]["data"][0]["id"]);
    (subscription, item)
}

async fn switch(bench: &Bench, subscription: &Value, item: &str, price: &str, more: Form<'_>) -> Value {
    let form = [&[("items[0][id]", item), ("items[0][price]", price)], more].concat();
    bench.made(&format!("/v1/subscriptions/{}", text(&subscription["id"])), &form).await
}

pub async fn invoice_of(bench: &Bench, subscription: &Value) -> Value {
    bench.found(&format!("/v1/invoices/{}", text(&subscription["latest_invoice"]))).await
}

fn amounts(invoice: &Value) -> Vec<i64> {
    invoice["lines"]["data"].as_array().unwrap().iter().map(|line| line["amount"].as_i64().unwrap()).collect()
}

/// Within a second or two of half of it: the clock is real.
pub fn about(given: i64, wanted: i64) {
    assert!((given - wanted).abs() <= 1, "{given} is not about {wanted}");
}

#[tokio::test]
async fn prorations_wait_for_the_next_invoice() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4242424242424242").await;
    let patron = price_of(&bench, "1500", "month", "eur").await;
    let after = switch(&bench, &before, &item, &patron, &[]).await;
    assert_eq!(after["items"]["data"][0]["price"]["id"], json!(patron));
    assert_eq!(after["items"]["data"][0]["id"], json!(item));
    assert_eq!(after["latest_invoice"], before["latest_invoice"], "nothing is billed yet");
    assert_eq!(
        (after["billing_cycle_anchor"].clone(), period_end(&after)),
        (before["billing_cycle_anchor"].clone(), period_end(&before))
    );
    let waiting = bench.found("/v1/invoiceitems?pending=true").await;
    let waiting = waiting["data"].as_array().unwrap().clone();
    about(waiting[1]["amount"].as_i64().unwrap(), -350);
    about(waiting[0]["amount"].as_i64().unwrap(), 750);
    assert_eq!(waiting[1]["parent"]["subscription_details"]["subscription_item"], json!(item));

    let event = &bench.found("/v1/events?type=customer.subscription.updated").await["data"][0];
    let previous = &event["data"]["previous_attributes"]["items"]["data"][0]["price"];
    assert_eq!(previous["unit_amount"], 700, "{event}");

    bench.control("/_sandbox/clock/advance", json!({"to": period_end(&before) + 3600})).await;
    let renewed = bench.found(&format!("/v1/subscriptions/{}", text(&before["id"]))).await;
    let invoice = invoice_of(&bench, &renewed).await;
    let lines = invoice["lines"]["data"].as_array().unwrap();
    assert_eq!(lines.len(), 3);
    let sum: i64 = amounts(&invoice).iter().sum();
    about(sum, 1500 + 400);
    assert_eq!(
        (&invoice["total"], &invoice["amount_paid"], &invoice["status"]),
        (&json!(sum), &json!(sum), &json!("paid"))
    );
    for (line, proration) in lines.iter().zip([true, true, false]) {
        let details = &line["parent"]["subscription_item_details"];
        assert_eq!((&details["proration"], &details["subscription_item"]), (&json!(proration), &json!(item)));
    }
    assert!(lines[1]["description"].as_str().unwrap().starts_with("Unused time on Supporter after "));
    let credited = &lines[1]["parent"]["subscription_item_details"]["proration_details"]["credited_items"];
    assert_eq!(credited["invoice"], before["latest_invoice"]);
    assert_eq!(bench.found("/v1/invoiceitems?pending=true").await["data"], json!([]));
}

#[tokio::test]
async fn what_waits_and_is_deleted_is_not_billed() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4242424242424242").await;
    let patron = price_of(&bench, "1500", "month", "eur").await;
    switch(&bench, &before, &item, &patron, &[]).await;
    for waiting in bench.found("/v1/invoiceitems?pending=true").await["data"].as_array().unwrap() {
        let (status, gone) = bench.delete(&format!("/v1/invoiceitems/{}", text(&waiting["id"]))).await;
        assert_eq!((status.as_u16(), &gone["deleted"]), (200, &json!(true)));
    }
    bench.control("/_sandbox/clock/advance", json!({"to": period_end(&before) + 3600})).await;
    let renewed = bench.found(&format!("/v1/subscriptions/{}", text(&before["id"]))).await;
    assert_eq!(amounts(&invoice_of(&bench, &renewed).await), [1500]);
}

#[tokio::test]
async fn a_dearer_plan_may_be_billed_at_once() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4242424242424242").await;
    let patron = price_of(&bench, "1500", "month", "eur").await;
    let after = switch(&bench, &before, &item, &patron, &[("proration_behavior", "always_invoice")]).await;
    let invoice = invoice_of(&bench, &after).await;
    assert_eq!((&invoice["billing_reason"], &invoice["status"]), (&json!("subscription_update"), &json!("paid")));
    about(invoice["amount_paid"].as_i64().unwrap(), 400);
    assert_eq!(amounts(&invoice).len(), 2);
    assert_eq!((after["status"].clone(), period_end(&after)), (json!("active"), period_end(&before)));
    bench.control("/_sandbox/clock/advance", json!({"to": period_end(&before) + 3600})).await;
    let renewed = bench.found(&format!("/v1/subscriptions/{}", text(&before["id"]))).await;
    assert_eq!(amounts(&invoice_of(&bench, &renewed).await), [1500]);
}

#[tokio::test]
async fn a_cheaper_plan_billed_at_once_leaves_a_credit_that_renewals_use() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4242424242424242").await;
    let small = price_of(&bench, "300", "month", "eur").await;
    let after = switch(&bench, &before, &item, &small, &[("proration_behavior", "always_invoice")]).await;
    let invoice = invoice_of(&bench, &after).await;
    about(invoice["total"].as_i64().unwrap(), -200);
    assert_eq!((&invoice["amount_due"], &invoice["status"]), (&json!(0), &json!("paid")));
    assert_eq!(invoice["ending_balance"], invoice["total"]);
    let customer = format!("/v1/customers/{}", text(&before["customer"]));
    assert_eq!(bench.found(&customer).await["balance"], invoice["total"]);
    bench.control("/_sandbox/clock/advance", json!({"to": period_end(&before) + 3600})).await;
    let renewed = bench.found(&format!("/v1/subscriptions/{}", text(&before["id"]))).await;
    let next = invoice_of(&bench, &renewed).await;
    assert_eq!(
        (&next["total"], &next["starting_balance"], &next["ending_balance"]),
        (&json!(300), &invoice["total"], &json!(0))
    );
    assert_eq!(next["amount_paid"].as_i64().unwrap(), 300 + invoice["total"].as_i64().unwrap());
    assert_eq!(bench.found(&customer).await["balance"], 0);
    let booked = bench.found(&format!("{customer}/balance_transactions")).await;
    let [used, left] = [&booked["data"][0], &booked["data"][1]];
    assert_eq!((&used["invoice"], &used["ending_balance"]), (&next["id"], &json!(0)));
    assert_eq!((&left["amount"], &left["ending_balance"]), (&invoice["total"], &invoice["total"]));
    assert_eq!((&left["type"], &used["type"]), (&json!("applied_to_invoice"), &json!("applied_to_invoice")));
    let one = format!("{customer}/balance_transactions/{}", text(&used["id"]));
    assert_eq!(bench.found(&one).await, *used);
    let stranger = bench.made("/v1/customers", &[("email", "b@example.com")]).await;
    let of_another = one.replace(&text(&before["customer"]), &text(&stranger["id"]));
    assert_eq!(bench.get(&of_another).await.0, 404);
}

#[tokio::test]
async fn another_interval_begins_a_new_period_and_is_billed_at_once() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4242424242424242").await;
    let yearly = price_of(&bench, "7000", "year", "eur").await;
    let after = switch(&bench, &before, &item, &yearly, &[]).await;
    let start = after["billing_cycle_anchor"].as_i64().unwrap();
    assert!(start > before["billing_cycle_anchor"].as_i64().unwrap() + 13 * DAY);
    assert!((364 * DAY..367 * DAY).contains(&(period_end(&after) - start)));
    let invoice = invoice_of(&bench, &after).await;
    let lines = amounts(&invoice);
    about(lines[0], -350);
    assert_eq!(lines[1], 7000);
    assert_eq!(invoice["amount_paid"].as_i64().unwrap(), lines[0] + 7000);
    bench.control("/_sandbox/clock/advance", json!({"to": period_end(&before) + 3600})).await;
    assert_eq!(
        bench.found("/v1/invoices").await["data"].as_array().unwrap().len(),
        2,
        "the old period's end bills nothing"
    );
    bench.control("/_sandbox/clock/advance", json!({"to": period_end(&after) + 3600})).await;
    assert_eq!(bench.found("/v1/invoices").await["data"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn without_proration_the_new_price_counts_from_the_next_period_or_the_new_one() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4242424242424242").await;
    let patron = price_of(&bench, "1500", "month", "eur").await;
    let after = switch(&bench, &before, &item, &patron, &[("proration_behavior", "none")]).await;
    assert_eq!(after["latest_invoice"], before["latest_invoice"]);
    assert_eq!(bench.found("/v1/invoiceitems").await["data"], json!([]));
    let path = format!("/v1/subscriptions/{}", text(&before["id"]));
    let anew = bench.made(&path, &[("billing_cycle_anchor[type]", "now"), ("proration_behavior", "none")]).await;
    assert_eq!(amounts(&invoice_of(&bench, &anew).await), [1500]);
    assert_eq!(anew["items"]["data"][0]["current_period_start"], anew["billing_cycle_anchor"]);
}

#[tokio::test]
async fn a_card_that_refuses_the_difference_leaves_it_owed_or_takes_the_change_back() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4000000000000341").await;
    let patron = price_of(&bench, "1500", "month", "eur").await;
    let path = format!("/v1/subscriptions/{}", text(&before["id"]));
    let base =
        [("items[0][id]", item.as_str()), ("items[0][price]", &patron), ("proration_behavior", "always_invoice")];
    let strict = [&base[..], &[("payment_behavior", "error_if_incomplete")]].concat();
    let (status, error) = bench.post(&path, &strict).await;
    assert_eq!((status.as_u16(), &error["error"]["code"]), (402, &json!("card_declined")));
    let same = bench.found(&path).await;
    assert_eq!((&same["items"], &same["status"]), (&before["items"], &json!("active")), "nothing of it stays");
    assert_eq!(bench.found("/v1/invoices").await["data"].as_array().unwrap().len(), 1);
    let owed = bench.made(&path, &base).await;
    assert_eq!(owed["status"], "past_due");
    let invoice = invoice_of(&bench, &owed).await;
    assert_eq!(invoice["status"], "open");
    bench.made(&format!("/v1/invoices/{}/pay", text(&invoice["id"])), &[("payment_method", "pm_card_visa")]).await;
    assert_eq!(bench.found(&path).await["status"], "active");
}

#[tokio::test]
async fn items_come_go_and_change_their_quantity() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4242424242424242").await;
    let id = text(&before["id"]);
    let more = price_of(&bench, "1000", "month", "eur").await;
    let added = bench.made("/v1/subscription_items", &[("subscription", &id), ("price", &more)]).await;
    let waiting = bench.found("/v1/invoiceitems").await["data"][0].clone();
    about(waiting["amount"].as_i64().unwrap(), 500);
    assert_eq!(waiting["parent"]["subscription_details"]["subscription_item"], added["id"]);
    let doubled = bench
        .made(&format!("/v1/subscription_items/{item}"), &[("quantity", "2"), ("proration_behavior", "none")])
        .await;
    assert_eq!(doubled["quantity"], 2);
    let path = format!("/v1/subscriptions/{id}");
    let form = [("items[0][id]", &*text(&added["id"])), ("items[0][deleted]", "true"), ("proration_behavior", "none")];
    let left = bench.made(&path, &form).await;
    assert_eq!(left["items"]["data"].as_array().unwrap().len(), 1);
    assert_eq!(bench.get(&format!("/v1/subscription_items/{}", text(&added["id"]))).await.0, 404);
    assert_eq!(bench.delete(&format!("/v1/subscription_items/{item}")).await.0, 400, "the last one stays");
    let dollars = price_of(&bench, "700", "month", "usd").await;
    let one_time =
        bench.made("/v1/prices", &[("product_data[name]", "Mug"), ("currency", "eur"), ("unit_amount", "900")]).await;
    for wrong in [dollars, text(&one_time["id"]), "price_none".into()] {
        let (status, error) = bench.post(&path, &[("items[0][id]", &item), ("items[0][price]", &wrong)]).await;
        assert_eq!((status.as_u16(), &error["error"]["type"]), (400, &json!("invalid_request_error")), "{error}");
    }
}

#[tokio::test]
async fn a_preview_bills_what_the_change_then_bills_and_changes_nothing() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4242424242424242").await;
    let yearly = price_of(&bench, "7000", "year", "eur").await;
    let at = bench.found("/_sandbox/clock").await["now"].as_i64().unwrap().to_string();
    let id = text(&before["id"]);
    let form = [
        ("subscription", id.as_str()),
        ("subscription_details[items][0][id]", &item),
        ("subscription_details[items][0][price]", &yearly),
        ("subscription_details[proration_date]", &at),
    ];
    let events = bench.found("/v1/events?limit=100").await;
    let shown = bench.made("/v1/invoices/create_preview", &form).await;
    assert_eq!(bench.found("/v1/events?limit=100").await, events);
    assert_eq!(bench.subscription(&json!({"subscription": id})).await["items"], before["items"]);
    let after = switch(&bench, &before, &item, &yearly, &[("proration_date", &at)]).await;
    let invoice = invoice_of(&bench, &after).await;
    assert_eq!((&shown["amount_due"], amounts(&shown)), (&invoice["amount_paid"], amounts(&invoice)));
    let next = bench.made("/v1/invoices/create_preview", &[("subscription", &id)]).await;
    assert_eq!((&next["amount_due"], &next["billing_reason"]), (&json!(7000), &json!("upcoming")));
}

#[tokio::test]
async fn ending_at_once_may_give_the_rest_back() {
    let bench = bench().await;
    let (before, _) = half_way(&bench, "4242424242424242").await;
    let path = format!("/v1/subscriptions/{}?prorate=true&invoice_now=true", text(&before["id"]));
    let (status, ended) = bench.delete(&path).await;
    assert_eq!((status.as_u16(), &ended["status"]), (200, &json!("canceled")), "{ended}");
    let customer = bench.found(&format!("/v1/customers/{}", text(&before["customer"]))).await;
    about(customer["balance"].as_i64().unwrap(), -350);
}

#[tokio::test]
async fn a_discount_lessens_what_is_given_back_and_what_is_charged_for_the_same_period() {
    let bench = bench().await;
    let (before, item) = half_way(&bench, "4242424242424242").await;
    let coupon = crate::sales::coupon(&bench, &[("percent_off", "50"), ("duration", "forever")]).await;
    let path = format!("/v1/subscriptions/{}", text(&before["id"]));
    let form =
        [("discounts[0][coupon]", &*coupon), ("billing_cycle_anchor[type]", "now"), ("proration_behavior", "none")];
    let anew = bench.made(&path, &form).await;
    let bill = invoice_of(&bench, &anew).await;
    assert_eq!((&bill["subtotal"], &bill["amount_paid"]), (&json!(700), &json!(350)));
    let (start, end) = (anew["billing_cycle_anchor"].as_i64().unwrap(), period_end(&anew));
    bench.control("/_sandbox/clock/advance", json!({"to": (start + end) / 2})).await;
    let patron = price_of(&bench, "1500", "month", "eur").await;
    let after = switch(&bench, &before, &item, &patron, &[("proration_behavior", "always_invoice")]).await;
    let invoice = invoice_of(&bench, &after).await;
    about(amounts(&invoice)[0], 375);
    about(amounts(&invoice)[1], -175);
    about(invoice["amount_paid"].as_i64().unwrap(), 200);
    let yearly = price_of(&bench, "7000", "year", "eur").await;
    let year = switch(&bench, &before, &item, &yearly, &[]).await;
    let invoice = invoice_of(&bench, &year).await;
    about(invoice["amount_paid"].as_i64().unwrap(), 3500 - 375);
    let page = bench.page(&text(&invoice["hosted_invoice_url"])).await.1;
    assert!(page.contains("Discount") && page.contains("−€35.00"), "{page}");
}
