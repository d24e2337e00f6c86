//! `POST /webhooks/stripe`: believed by its signature alone, stored before it is answered, applied once.

use aws_lc_rs::hmac;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, good, problem},
    support::{AppOptions, Card, TestApp, TestDatabase, WEBHOOK_SECRET, on_both_databases},
};

fn signature(secret: &str, at: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, format!("{at}.{body}").as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn header(app: &TestApp, body: &str) -> String {
    let at = app.clock.wall().seconds();
    format!("t={at},v1={}", signature(WEBHOOK_SECRET, at, body))
}

async fn deliver(app: &TestApp, header: &str, body: &str) -> reqwest::Response {
    let request = app.http.post(app.address("/webhooks/stripe")).header("content-type", "application/json");
    request.header("stripe-signature", header).body(body.to_owned()).send().await.unwrap()
}

fn silent() -> AppOptions {
    AppOptions { webhooks: false, ..AppOptions::default() }
}

fn event(id: &str, kind: &str, object: &Value) -> String {
    json!({
        "id": id, "object": "event", "type": kind, "livemode": false, "created": 1_700_000_000,
        "data": { "object": object },
    })
    .to_string()
}

/// Somebody pays while no event gets through; the events that the sandbox holds.
async fn paid_in_silence(app: &TestApp) -> Vec<String> {
    let browser = app.browser();
    let price = app.price_id("supporter", "month").await;
    let page = browser.check_out(&price, Some("ada@example.com"), Some(CAMPAIGN)).await;
    app.pay(&page, "ada@example.com", Card::GOOD).await;
    let events = app.stripe("events?limit=100").await;
    assert!(events.len() >= 4, "{} events", events.len());
    events.iter().map(ToString::to_string).collect()
}

on_both_databases! {
    // Fault 5. Were one of these taken, the payment would be counted.
    async fn what_is_not_signed_is_not_believed(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        let events = paid_in_silence(&app).await;
        let body = events.iter().find(|event| event.contains("\"checkout.session.completed\"")).unwrap();
        let now = app.clock.wall().seconds();
        let right = signature(WEBHOOK_SECRET, now, body);
        let altered = body.replacen("\"livemode\":false", "\"livemode\":false ", 1);
        assert_ne!(&altered, body);
        for wrong in [
            String::new(),
            format!("t={now}"),
            format!("v1={right}"),
            format!("t={now},v0={right}"),
            format!("t={},v1={right}", now + 1),
            format!("t={now},v1={}", signature("whsec_other", now, body)),
            format!("t={now},v1={}", &right[..62]),
            format!("t={now},v1={}", "0".repeat(64)),
            format!("t={now},v1={}", signature("", now, body)),
        ] {
            problem(deliver(&app, &wrong, body).await, 400, "signature_invalid").await;
        }
        problem(deliver(&app, &format!("t={now},v1={right}"), &altered).await, 400, "signature_invalid").await;
        for at in [now - 301, now + 302] {
            let stale = format!("t={at},v1={}", signature(WEBHOOK_SECRET, at, body));
            problem(deliver(&app, &stale, body).await, 400, "event_stale").await;
        }
        // Whatever was stored would be applied before this, which waits in the same line.
        good(
            deliver(&app, &header(&app, "{\"id\":\"evt_x\",\"type\":\"x\"}"), "{\"id\":\"evt_x\",\"type\":\"x\"}")
                .await,
        )
        .await;
        assert_eq!(app.campaign().await["count"], 24_600);
        // The same event under the right signature is believed, so the refusals above were about the signature.
        assert_eq!(good(deliver(&app, &header(&app, body), body).await).await["duplicate"], false);
        app.counted(24_601).await;
        app.stop().await;
    }

    // Faults 1 and 2.
    async fn fifty_copies_of_every_event_in_any_order_have_one_effect(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        let mut events = paid_in_silence(&app).await;
        events.reverse();
        let mut fresh = 0;
        for copies in 0..50_usize {
            events.rotate_left(copies % 3 + 1);
            let headers: Vec<String> = events.iter().map(|body| header(&app, body)).collect();
            let posts = events.iter().zip(&headers).map(|(body, header)| deliver(&app, header, body));
            for answer in join_all(posts).await {
                fresh += usize::from(good(answer).await["duplicate"] == false);
            }
        }
        assert_eq!(fresh, events.len(), "each event is new once");
        app.counted(24_601).await;
        let owner = app.browser();
        owner.sign_in(&app, "ada@example.com").await;
        let me = owner.me().await.unwrap();
        assert_eq!(me["entitlements"].as_array().unwrap().len(), 1, "{me}");
        for proof in masthead::flow::prove_tally::prove(&app.context).await.unwrap() {
            assert!(proof.holds(), "{proof:?}");
        }
        let welcomes = app.mails("ada@example.com").await.iter().filter(|mail| mail.text.contains("€7")).count();
        assert_eq!(welcomes, 1, "one receipt");
        app.stop().await;
    }

    // Fault 8.
    async fn what_is_unknown_is_stored_and_answered(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        for (number, body) in [
            event("evt_a", "starship.launched", &json!({ "id": "ship_1" })),
            event("evt_b", "invoice.paid", &json!({ "id": "in_unknown", "customer": "cus_unknown", "lines": 7 })),
            event("evt_c", "customer.subscription.updated", &json!({ "id": 7, "customer": { "deep": true } })),
            event("evt_d", "checkout.session.completed", &json!(null)),
            event("evt_e", "x", &json!([])),
            json!({ "id": "evt_f", "type": "invoice.paid" }).to_string(),
        ]
        .into_iter()
        .enumerate()
        {
            let answer = good(deliver(&app, &header(&app, &body), &body).await).await;
            assert_eq!(answer, json!({ "received": true, "duplicate": false }), "event number {number}: {body}");
            let again = good(deliver(&app, &header(&app, &body), &body).await).await;
            assert_eq!(again["duplicate"], true, "event number {number}");
        }
        // The line goes on: what comes after them is applied.
        for body in paid_in_silence(&app).await {
            good(deliver(&app, &header(&app, &body), &body).await).await;
        }
        app.counted(24_601).await;
        app.stop().await;
    }

    // Fault 7.
    async fn events_of_live_mode_or_of_another_account_are_set_aside(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        for body in paid_in_silence(&app).await {
            let mut event: Value = serde_json::from_str(&body).unwrap();
            event["livemode"] = json!(true);
            event["id"] = json!(format!("{}_live", event["id"].as_str().unwrap()));
            let live = event.to_string();
            good(deliver(&app, &header(&app, &live), &live).await).await;
            event["livemode"] = json!(false);
            event["account"] = json!("acct_of_somebody");
            event["id"] = json!(format!("{}_other", event["id"].as_str().unwrap()));
            let other = event.to_string();
            good(deliver(&app, &header(&app, &other), &other).await).await;
        }
        let marker = app.browser();
        marker.sign_in(&app, "reader@example.com").await;
        assert_eq!(app.campaign().await["count"], 24_600);
        app.stop().await;
    }

    async fn bodies_that_are_no_events_are_refused(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        for body in ["", "{}", "[]", "null", "{\"id\":7,\"type\":\"x\"}", "{\"id\":\"evt_1\"}", "not json"] {
            problem(deliver(&app, &header(&app, body), body).await, 400, "event_invalid").await;
        }
        let long = event("evt_long", "x", &json!("x".repeat(1024 * 1024)));
        problem(deliver(&app, &header(&app, &long), &long).await, 413, "payload_too_large").await;
        app.stop().await;
    }
}
