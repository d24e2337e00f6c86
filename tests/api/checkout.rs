//! `POST /v1/checkout` and `/v1/billing-portal`.

use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, fault, good, problem},
    support::{Browser, Card, TestApp, TestDatabase, on_both_databases, until},
};

/// Sends a checkout with an idempotency key.
async fn keyed(browser: &Browser, app: &TestApp, key: &str, body: &Value) -> reqwest::Response {
    let request = browser.http.post(app.address("/v1/checkout")).header(header::ORIGIN, &app.base_url);
    request.header("idempotency-key", key).json(body).send().await.unwrap()
}

on_both_databases! {
    // Fault 13, and bad input: each with its field, and nothing begun.
    async fn the_catalogue_alone_says_what_is_sold(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let price = app.price_id("supporter", "month").await;
        let email = "ada@example.com";
        for (body, field, code) in [
            (json!({ "price": price, "email": email, "amount_minor": 1 }), "amount_minor", "amount_fixed"),
            (json!({ "price": price, "email": email, "gates": ["members"] }), "gates", "unknown"),
            (
                json!({ "price": price, "email": email, "attribution": { "colour": "red" } }),
                "attribution.colour",
                "unknown",
            ),
            (json!({ "price": { "amount_minor": 1 }, "email": email }), "price", "wrong_type"),
            (json!({ "email": email }), "price", "missing"),
            (json!({ "price": "prc_00000000000000000000000000000000", "email": email }), "price", "unknown_price"),
            (json!({ "price": "700", "email": email }), "price", "unknown_price"),
            (json!({ "price": format!("{price}' OR 1=1 --"), "email": email }), "price", "unknown_price"),
            (json!({ "price": price, "email": email, "campaign": "nothing" }), "campaign", "unknown_campaign"),
            (json!({ "price": price, "email": email, "campaign": "' OR 1=1 --" }), "campaign", "unknown_campaign"),
            (json!({ "price": price }), "email", "missing"),
            (
                json!({ "price": price, "email": email, "attribution": { "utm_source": "x".repeat(501) } }),
                "attribution.utm_source",
                "too_long",
            ),
        ] {
            fault(browser.post("/v1/checkout", &body).await, field, code).await;
        }
        assert!(app.stripe("checkout/sessions").await.is_empty(), "nothing was begun at the payment service");
        app.stop().await;
    }

    // Fault 10.
    async fn a_double_click_with_one_key_is_one_checkout(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let price = app.price_id("supporter", "month").await;
        let body = json!({ "price": price, "email": "ada@example.com", "campaign": CAMPAIGN });
        let twenty = (0..20).map(|_| keyed(&browser, &app, "key-of-one-click", &body));
        let mut ids = Vec::new();
        for answer in futures_util::future::join_all(twenty).await {
            ids.push(good(answer).await["checkout_id"].as_str().unwrap().to_owned());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "{ids:?}");
        assert_eq!(app.stripe("checkout/sessions").await.len(), 1);
        let other = json!({ "price": app.price_id("patron", "year").await, "email": "ada@example.com" });
        problem(keyed(&browser, &app, "key-of-one-click", &other).await, 409, "idempotency_mismatch").await;
        fault(keyed(&browser, &app, "short", &body).await, "Idempotency-Key", "malformed").await;
        app.stop().await;
    }

    // The key is the caller's choice: another may choose the same, and be given nothing of the first one's for it.
    async fn a_key_that_another_used_before_signs_nobody_in(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let price = app.price_id("supporter", "month").await;
        let order = |email: &str| json!({ "price": price, "email": email });
        let (ada, bob) = (app.browser(), app.browser());
        let started = good(keyed(&ada, &app, "checkout-1", &order("ada@example.com")).await).await;
        let welcome = app.pay(started["checkout_url"].as_str().unwrap(), "ada@example.com", Card::GOOD).await;
        until("the payment to sign in", || async {
            ada.get(&welcome).await;
            ada.me().await
        })
        .await;
        problem(keyed(&bob, &app, "checkout-1", &order("bob@example.com")).await, 409, "idempotency_mismatch").await;
        assert!(bob.me().await.is_none());

        app.clock.advance_wall_seconds(2 * 86_400);
        masthead::flow::pass_time::tidy(&app.context).await.unwrap();
        good(keyed(&bob, &app, "checkout-1", &order("bob@example.com")).await).await;
        assert!(ada.me().await.is_some(), "the first one's session goes on");
        assert!(bob.me().await.is_none(), "another's session for the same key");
        app.stop().await;
    }

    async fn a_member_is_led_to_the_portal(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let body = json!({ "price": app.price_id("patron", "month").await });
        problem(member.post("/v1/checkout", &body).await, 409, "already_member").await;
        let url = good(member.post("/v1/billing-portal", &json!({})).await).await["url"].as_str().unwrap().to_owned();
        assert!(url.starts_with(app.sandbox.url()), "{url}");

        // Fault 10a: the portal is for the member's own session.
        problem(app.browser().post("/v1/billing-portal", &json!({})).await, 401, "sign_in_required").await;
        let reader = app.browser();
        reader.sign_in(&app, "reader@example.com").await;
        problem(reader.post("/v1/billing-portal", &json!({})).await, 409, "nothing_to_manage").await;
        app.stop().await;
    }

    async fn a_declined_card_leaves_nothing_and_the_next_one_works(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let price = app.price_id("supporter", "year").await;
        let page = browser.check_out(&price, Some("ada@example.com"), Some(CAMPAIGN)).await;
        assert_eq!(
            app.submit_card(&page, "ada@example.com", Card::DECLINED).await.status(),
            StatusCode::PAYMENT_REQUIRED
        );
        assert!(browser.me().await.is_none());
        assert!(app.mails("ada@example.com").await.is_empty());
        assert_eq!((&app.campaign().await["count"], &app.campaign().await["settling"]), (&json!(24_600), &json!(0)));
        app.pay(&page, "ada@example.com", Card::GOOD).await;
        app.counted(24_601).await;
        app.stop().await;
    }

    // Fault 12.
    async fn the_success_page_proves_nothing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (payer, stranger) = (app.browser(), app.browser());
        let price = app.price_id("supporter", "month").await;
        let page = payer.check_out(&price, Some("ada@example.com"), Some(CAMPAIGN)).await;
        let checkout =
            good(payer.post("/v1/checkout", &json!({ "price": price, "email": "ada@example.com" })).await).await;
        let forged = format!("/welcome?checkout={}", checkout["checkout_id"].as_str().unwrap());
        for browser in [&payer, &stranger] {
            browser.get(&forged).await;
            assert!(browser.me().await.is_none(), "nothing was paid");
        }
        assert_eq!(app.campaign().await["count"], 24_600);

        // The second checkout replaced the first page: it takes no money any more, or what it takes makes one member.
        let page = if app.submit_card(&page, "ada@example.com", Card::GOOD).await.status() == StatusCode::SEE_OTHER {
            None
        } else {
            Some(checkout["checkout_url"].as_str().unwrap())
        };
        if let Some(page) = page {
            app.pay(page, "ada@example.com", Card::GOOD).await;
        }
        app.counted(24_601).await;
        for _ in 0..3 {
            let answer = stranger.get(&forged).await;
            let text = answer.text().await.unwrap();
            assert!(!text.contains("ada@example.com"), "a shared success page tells whose it is");
            assert!(stranger.me().await.is_none(), "a shared success page signs somebody in");
        }
        app.stop().await;
    }
}
