//! What is sold besides plain subscriptions: one-time payments, own amounts, discounts.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    clock::period_end,
    support::{Bench, Form, bench, text},
};

pub const SUCCESS: (&str, &str) = ("success_url", "http://127.0.0.1:9/");
const CARD: [(&str, &str); 5] = [
    ("email", "ada@example.com"),
    ("card_number", "4242424242424242"),
    ("card_expiry", "12/34"),
    ("card_cvc", "123"),
    ("name", "Ada Reader"),
];

/// A session by these parameters besides a monthly price of €7.
pub async fn subscribing(bench: &Bench, more: Form<'_>) -> Value {
    let price = bench.price().await;
    let mut form = vec![
        ("mode", "subscription"),
        ("line_items[0][price]", price.as_str()),
        ("line_items[0][quantity]", "1"),
        SUCCESS,
    ];
    form.extend(more);
    bench.made("/v1/checkout/sessions", &form).await
}

async fn giving(bench: &Bench, price: &str, more: Form<'_>) -> Value {
    let mut form =
        vec![("mode", "payment"), ("line_items[0][price]", price), ("line_items[0][quantity]", "1"), SUCCESS];
    form.extend(more);
    bench.made("/v1/checkout/sessions", &form).await
}

pub async fn send(bench: &Bench, session: &Value, more: Form<'_>) -> (StatusCode, String) {
    let mut form = CARD.to_vec();
    form.extend(more);
    let (status, page, _) = bench.submit(session["url"].as_str().unwrap(), &form).await;
    (status, page)
}

pub async fn paid(bench: &Bench, session: &Value, more: Form<'_>) -> Value {
    let (status, page) = send(bench, session, more).await;
    assert_eq!(status, 303, "{page}");
    again(bench, session).await
}

async fn again(bench: &Bench, session: &Value) -> Value {
    bench.found(&format!("/v1/checkout/sessions/{}?expand[]=line_items&expand[]=invoice", text(&session["id"]))).await
}

async fn own_price(bench: &Bench) -> String {
    let form = [
        ("product_data[name]", "Gift"),
        ("currency", "eur"),
        ("custom_unit_amount[enabled]", "true"),
        ("custom_unit_amount[minimum]", "500"),
        ("custom_unit_amount[maximum]", "50000"),
        ("custom_unit_amount[preset]", "2000"),
    ];
    text(&bench.made("/v1/prices", &form).await["id"])
}

pub async fn coupon(bench: &Bench, more: Form<'_>) -> String {
    text(&bench.made("/v1/coupons", more).await["id"])
}

async fn code(bench: &Bench, coupon: &str, word: &str, more: Form<'_>) -> String {
    let mut form = vec![("promotion[type]", "coupon"), ("promotion[coupon]", coupon), ("code", word)];
    form.extend(more);
    text(&bench.made("/v1/promotion_codes", &form).await["id"])
}

/// What each invoice of a subscription came to, newest first.
pub async fn totals(bench: &Bench, session: &Value) -> Vec<i64> {
    let path = format!("/v1/invoices?limit=100&subscription={}", text(&session["subscription"]));
    let invoices = bench.found(&path).await;
    invoices["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|invoice| {
            assert_adds_up(invoice);
            invoice["total"].as_i64().unwrap()
        })
        .collect()
}

fn sum(list: &Value, field: &str) -> i64 {
    list.as_array().unwrap().iter().map(|one| one[field].as_i64().unwrap()).sum()
}

/// Lines, discounts and taxes make the total, and the total what is due.
pub fn assert_adds_up(invoice: &Value) {
    let lines = &invoice["lines"]["data"];
    let each: i64 = lines.as_array().unwrap().iter().map(|line| sum(&line["discount_amounts"], "amount")).sum();
    assert_eq!(sum(lines, "amount"), invoice["subtotal"], "{invoice}");
    assert_eq!(each, sum(&invoice["total_discount_amounts"], "amount"), "{invoice}");
    let taxes = invoice["total_taxes"].as_array().unwrap();
    let on_top: i64 =
        taxes.iter().filter(|tax| tax["tax_behavior"] == "exclusive").map(|tax| tax["amount"].as_i64().unwrap()).sum();
    let tax = sum(&invoice["total_taxes"], "amount");
    let in_lines: i64 = lines.as_array().unwrap().iter().map(|line| sum(&line["taxes"], "amount")).sum();
    assert_eq!(in_lines, tax, "{invoice}");
    let total = invoice["total"].as_i64().unwrap();
    assert_eq!(total, invoice["subtotal"].as_i64().unwrap() - each + on_top, "{invoice}");
    assert_eq!(total - tax, invoice["total_excluding_tax"], "{invoice}");
    assert_eq!(total, invoice["amount_due"], "{invoice}");
}

pub async fn advance_months(bench: &Bench, session: &Value, count: usize) {
    for _ in 0..count {
        let end = period_end(&bench.subscription(session).await);
        bench.control("/_sandbox/clock/advance", json!({ "to": end + 3600 })).await;
    }
}

#[tokio::test]
async fn an_own_amount_is_named_within_its_bounds_and_billed_once() {
    let bench = bench().await;
    let price = own_price(&bench).await;
    let session = giving(
        &bench,
        &price,
        &[
            ("invoice_creation[enabled]", "true"),
            ("invoice_creation[invoice_data][metadata][kind]", "gift"),
            ("payment_intent_data[metadata][ref]", "g1"),
        ],
    )
    .await;
    assert_eq!([&session["amount_total"], &session["customer_creation"]], [&json!(2000), &json!("always")]);
    let (_, page, _) = bench.page(session["url"].as_str().unwrap()).await;
    assert!(page.contains("at least €5.00, at most €500.00") && page.contains("value=\"20.00\""), "{page}");
    for (typed, says) in [("4.99", "The least is €5.00"), ("501", "The most is €500.00"), ("much", "Type an amount")]
    {
        let (status, page) = send(&bench, &session, &[("amount", typed), ("shown", "2000")]).await;
        assert!(status == 422 && page.contains(says) && page.contains("href=\"#amount\""), "{typed}: {page}");
    }
    let done = paid(&bench, &session, &[("amount", "12,50"), ("shown", "2000")]).await;
    assert_eq!([&done["amount_total"], &done["line_items"]["data"][0]["amount_total"]], [&json!(1250), &json!(1250)]);
    let invoice = &done["invoice"];
    assert_eq!(
        [&invoice["status"], &invoice["amount_paid"], &invoice["billing_reason"], &invoice["metadata"]],
        [&json!("paid"), &json!(1250), &json!("manual"), &json!({"kind": "gift"})]
    );
    assert_adds_up(invoice);
    let intent = bench.found(&format!("/v1/payment_intents/{}", text(&done["payment_intent"]))).await;
    assert_eq!([&intent["amount_received"], &intent["metadata"]], [&json!(1250), &json!({"ref": "g1"})]);
    let payments = bench.found(&format!("/v1/invoice_payments?invoice={}", text(&invoice["id"]))).await;
    assert_eq!(payments["data"][0]["payment"]["payment_intent"], done["payment_intent"]);
}

#[tokio::test]
async fn own_amounts_have_their_rules() {
    let bench = bench().await;
    let price = own_price(&bench).await;
    let wrong: [Form<'_>; 3] = [
        &[("unit_amount", "5")],
        &[("recurring[interval]", "month")],
        &[("custom_unit_amount[minimum]", "600"), ("custom_unit_amount[preset]", "500")],
    ];
    for more in wrong {
        let mut form = vec![("product_data[name]", "G"), ("currency", "eur"), ("custom_unit_amount[enabled]", "true")];
        form.extend(more);
        let (status, body) = bench.post("/v1/prices", &form).await;
        assert_eq!((status.as_u16(), &body["error"]["param"]), (400, &json!("custom_unit_amount")), "{more:?}");
    }
    let form =
        [("mode", "payment"), ("line_items[0][price]", price.as_str()), ("line_items[0][quantity]", "2"), SUCCESS];
    assert_eq!(bench.post("/v1/checkout/sessions", &form).await.0, 400);
}

#[tokio::test]
async fn a_subscription_of_an_own_amount_by_price_data() {
    let bench = bench().await;
    let form = [
        ("mode", "subscription"),
        ("line_items[0][price_data][currency]", "eur"),
        ("line_items[0][price_data][unit_amount]", "1234"),
        ("line_items[0][price_data][recurring][interval]", "month"),
        ("line_items[0][price_data][product_data][name]", "Your amount"),
        ("line_items[0][price_data][tax_behavior]", "inclusive"),
        ("line_items[0][quantity]", "1"),
        SUCCESS,
    ];
    let session = bench.made("/v1/checkout/sessions", &form).await;
    let done = paid(&bench, &session, &[]).await;
    let price = &bench.subscription(&done).await["items"]["data"][0]["price"];
    assert_eq!([&price["unit_amount"], &price["tax_behavior"]], [&json!(1234), &json!("inclusive")]);
    advance_months(&bench, &done, 1).await;
    assert_eq!(totals(&bench, &done).await, [1234, 1234]);
}

/// How many events of a kind were told of a session's subscription in the last 30 days.
async fn told(bench: &Bench, session: &Value, kind: &str) -> usize {
    let events = bench.found(&format!("/v1/events?type={kind}&limit=100")).await;
    let own = |event: &&Value| event["data"]["object"]["subscription"] == session["subscription"];
    events["data"].as_array().unwrap().iter().filter(own).count()
}

#[tokio::test]
async fn discounts_last_as_long_as_their_coupons() {
    let bench = bench().await;
    let cases: [(Form<'_>, [i64; 4]); 4] = [
        (&[("percent_off", "50"), ("duration", "once")], [700, 700, 700, 350]),
        (&[("percent_off", "50"), ("duration", "repeating"), ("duration_in_months", "3")], [700, 350, 350, 350]),
        (&[("amount_off", "200"), ("currency", "eur"), ("duration", "forever")], [500, 500, 500, 500]),
        (&[("percent_off", "100"), ("duration", "once")], [700, 700, 700, 0]),
    ];
    for (off, wanted) in cases {
        let coupon = coupon(&bench, off).await;
        let session = subscribing(&bench, &[("discounts[0][coupon]", &coupon)]).await;
        assert_eq!(session["amount_total"], wanted[3], "{off:?}");
        assert_eq!(session["total_details"]["amount_discount"], 700 - wanted[3]);
        let done = paid(&bench, &session, &[("shown", &wanted[3].to_string())]).await;
        assert_eq!(done["payment_status"], if wanted[3] == 0 { "no_payment_required" } else { "paid" });
        let lasts_once = off.contains(&("duration", "once"));
        assert_eq!(told(&bench, &done, "customer.discount.created").await, 1);
        assert_eq!(told(&bench, &done, "customer.discount.deleted").await, usize::from(lasts_once), "{off:?}");
        for month in (0..3).rev() {
            let id = text(&done["subscription"]);
            let shown = bench.made("/v1/invoices/create_preview", &[("subscription", &id)]).await;
            assert_eq!(shown["amount_due"], wanted[month], "{off:?}, as it is shown before");
            advance_months(&bench, &done, 1).await;
        }
        assert_eq!(totals(&bench, &done).await, wanted, "{off:?}");
        let over = off.contains(&("duration", "repeating"));
        assert_eq!(told(&bench, &done, "customer.discount.deleted").await, usize::from(over), "{off:?}");
        assert_eq!(bench.found(&format!("/v1/coupons/{coupon}")).await["times_redeemed"], 1);
    }
}

#[tokio::test]
async fn a_code_is_typed_on_the_page_and_nobody_pays_another_sum_than_shown() {
    let bench = bench().await;
    let coupon = coupon(&bench, &[("percent_off", "25"), ("duration", "forever")]).await;
    let id = code(&bench, &coupon, "SPRING", &[("max_redemptions", "1")]).await;
    let session = subscribing(&bench, &[("allow_promotion_codes", "true")]).await;
    let (status, page) = send(&bench, &session, &[("code", "WINTER"), ("shown", "700")]).await;
    assert!(status == 422 && page.contains("href=\"#code\"") && page.contains("This code is not valid"), "{page}");
    let (status, page) = send(&bench, &session, &[("code", "spring"), ("shown", "700")]).await;
    assert!(status == 200 && page.contains("The sum has changed") && page.contains("value=\"525\""), "{page}");
    assert_eq!(bench.found("/v1/charges").await["data"], json!([]));
    let (_, page) = send(&bench, &session, &[("code", ""), ("update", "yes")]).await;
    assert!(page.contains("name=\"shown\" value=\"700\""), "an empty field takes the code off: {page}");
    let done = paid(&bench, &session, &[("code", "spring"), ("shown", "525")]).await;
    assert_eq!(done["discounts"], json!([{ "coupon": null, "promotion_code": id }]));
    let subscription =
        bench.found(&format!("/v1/subscriptions/{}?expand[]=discounts", text(&done["subscription"]))).await;
    let discount = &subscription["discounts"][0];
    assert_eq!(
        [&discount["promotion_code"], &discount["source"]["coupon"], &discount["checkout_session"]],
        [&json!(id), &json!(coupon), &done["id"]]
    );
    assert_eq!(totals(&bench, &done).await, [525]);
    let used = bench.found(&format!("/v1/promotion_codes/{id}")).await;
    assert_eq!([&used["times_redeemed"], &used["active"]], [&json!(1), &json!(false)]);
    let second = subscribing(&bench, &[("allow_promotion_codes", "true")]).await;
    assert_eq!(send(&bench, &second, &[("code", "SPRING"), ("shown", "700")]).await.0, 422, "it is used up");
}

#[tokio::test]
async fn codes_and_coupons_have_their_limits() {
    let bench = bench().await;
    let coupon = coupon(&bench, &[("percent_off", "10"), ("duration", "once")]).await;
    let first = code(&bench, &coupon, "FIRST", &[("restrictions[first_time_transaction]", "true")]).await;
    let now = bench.found("/_sandbox/clock").await["now"].as_i64().unwrap();
    let soon = code(&bench, &coupon, "SOON", &[("expires_at", &(now + 60).to_string())]).await;
    let dollars = self::coupon(&bench, &[("amount_off", "100"), ("currency", "usd")]).await;
    let member = bench.member("4242424242424242").await;
    let price = bench.price().await;
    bench.control("/_sandbox/clock/advance", json!({"seconds": 61})).await;
    let cases = [
        ("discounts[0][promotion_code]", first.as_str(), "prior transactions"),
        ("discounts[0][promotion_code]", soon.as_str(), "no longer valid"),
        ("discounts[0][promotion_code]", "promo_none", "No such promotion_code"),
        ("discounts[0][coupon]", dollars.as_str(), "in usd"),
        ("discounts[0][coupon]", "NONE", "No such coupon"),
    ];
    for (name, value, says) in cases {
        let form = [
            ("mode", "subscription"),
            ("line_items[0][price]", price.as_str()),
            ("line_items[0][quantity]", "1"),
            ("customer", member["customer"].as_str().unwrap()),
            (name, value),
            SUCCESS,
        ];
        let (status, body) = bench.post("/v1/checkout/sessions", &form).await;
        let error = &body["error"];
        assert_eq!((status.as_u16(), &error["param"]), (400, &json!(name)), "{body}");
        assert!(error["message"].as_str().unwrap().contains(says), "{body}");
    }
    assert_eq!(bench.delete(&format!("/v1/coupons/{coupon}")).await.1["deleted"], true);
    assert_eq!(bench.found("/v1/promotion_codes?active=true").await["data"], json!([]));
    let both = [("percent_off", "10"), ("amount_off", "5"), ("currency", "eur")];
    assert_eq!(bench.post("/v1/coupons", &both).await.0, 400);
}

#[tokio::test]
async fn a_coupon_for_one_is_not_used_twice_by_two_open_sessions() {
    let bench = bench().await;
    let coupon = coupon(&bench, &[("percent_off", "50"), ("max_redemptions", "1")]).await;
    let first = subscribing(&bench, &[("discounts[0][coupon]", &coupon)]).await;
    let second = subscribing(&bench, &[("discounts[0][coupon]", &coupon)]).await;
    paid(&bench, &first, &[]).await;
    let (status, page) = send(&bench, &second, &[]).await;
    assert!(status == 409 && page.contains("no longer valid"), "{page}");
    assert_eq!(bench.found("/v1/charges").await["data"].as_array().unwrap().len(), 1);
    assert_eq!(bench.found(&format!("/v1/coupons/{coupon}")).await["times_redeemed"], 1);
}
