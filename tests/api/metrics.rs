//! `GET /metrics`: for whoever shows the token, with nothing of anybody in it.

use masthead::store;
use serde_json::{Value, json};

use crate::{
    expect::{millis, problem},
    support::{API_KEY, AppOptions, TestApp, TestDatabase, on_both_databases, signature, until},
};

const TOKEN: &str = "watch-the-presses-run-tonight-0001";

async fn watched(db: TestDatabase) -> TestApp {
    let settings = |config: &mut masthead::config::Config| TOKEN.clone_into(&mut config.metrics.token);
    TestApp::start_with(db, AppOptions { settings: Box::new(settings), ..AppOptions::default() }).await
}

/// The text, and the value of a line that begins with this.
async fn metrics(app: &TestApp) -> String {
    let answer = app.http.get(app.address("/metrics")).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    answer.text().await.unwrap()
}

fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find(|line| line.rsplit_once(' ').is_some_and(|(name, _)| name == series));
    line.and_then(|line| line.rsplit_once(' ')).map_or(0.0, |(_, value)| value.parse().unwrap())
}

on_both_databases! {
    async fn they_ask_for_their_token(db: TestDatabase) {
        let app = watched(db).await;
        let get = || app.http.get(app.address("/metrics"));
        problem(get().send().await.unwrap(), 401, "metrics_token_required").await;
        for wrong in ["", "watch", &TOKEN.to_uppercase(), &format!("{TOKEN}x")] {
            problem(get().bearer_auth(wrong).send().await.unwrap(), 401, "metrics_token_required").await;
        }
        problem(get().basic_auth("x", Some(TOKEN)).send().await.unwrap(), 401, "metrics_token_required").await;
        metrics(&app).await;
        app.stop().await;
    }

    // Fault 7.
    async fn what_was_set_aside_is_told(db: TestDatabase) {
        let app = watched(db).await;
        assert_eq!(value(&metrics(&app).await, "masthead_quarantined_events"), 0.0);
        let event = json!({
            "id": "evt_live", "object": "event", "type": "customer.updated", "livemode": true, "created": 1_700_000_000,
            "data": { "object": { "id": "cus_1", "object": "customer" } },
        });
        let (body, now) = (event.to_string(), app.clock.wall().seconds());
        let signed = signature(&body, now);
        let request = app.http.post(app.address("/webhooks/stripe")).header("stripe-signature", signed);
        assert_eq!(request.body(body).send().await.unwrap().status(), 200);
        assert_eq!(value(&metrics(&app).await, "masthead_quarantined_events"), 1.0);
        app.stop().await;
    }

    // Fault 8: what Stripe may say one day and this version has never heard.
    async fn a_word_that_is_new_to_us_is_told_once_and_harms_nobody(db: TestDatabase) {
        let app = watched(db).await;
        let member = app.member("ada@example.com").await;
        app.counted(24_601).await;
        app.caught_up().await;
        assert_eq!(value(&metrics(&app).await, "masthead_new_gateway_words"), 0.0);
        let before = member.me().await.unwrap()["entitlements"].clone();
        let faults = async |wanted: Value| {
            let address = format!("{}/_sandbox/faults", app.sandbox.url());
            assert_eq!(app.http.post(address).json(&wanted).send().await.unwrap().status(), 200);
        };
        faults(json!({ "words": { "subscription.status": "resting", "charge.status": "musing" } })).await;
        let customer = app.stripe("customers").await[0]["id"].as_str().unwrap().to_owned();
        // What leads to an event, twice: the words are noted once.
        for name in ["Ada", "Ada L."] {
            app.make(&format!("customers/{customer}"), &[("name", name)]).await;
            until("the words to be told", || async {
                (value(&metrics(&app).await, "masthead_new_gateway_words") == 2.0).then_some(())
            })
            .await;
            app.caught_up().await;
        }
        let stored = store::instance::find(&mut app.context.store.read().await.unwrap(), "new_gateway_words").await;
        let stored = stored.unwrap().unwrap();
        assert!(stored.contains("subscription.status: resting") && stored.contains("charge.status: musing"), "{stored}");
        // Whoever has paid keeps what is paid for, though not what is given for a renewal to come.
        let during = member.me().await.unwrap()["entitlements"].clone();
        assert_eq!(during.as_array().unwrap().len(), 1, "{during}");
        assert_eq!((&during[0]["from"], &during[0]["plan"]), (&before[0]["from"], &before[0]["plan"]));
        assert!(millis(&during[0]["until"]) > app.clock.business().millis(), "{during}");
        assert_eq!(app.campaign().await["count"], 24_601);
        faults(json!({})).await;
        let request = app.http.post(format!("{}/v1/customers/{customer}", app.sandbox.url())).bearer_auth(API_KEY);
        assert_eq!(request.form(&[("name", "Ada")]).send().await.unwrap().status(), 200);
        until("the right as it was", || async {
            (member.me().await.unwrap()["entitlements"] == before).then_some(())
        })
        .await;
        app.stop().await;
    }

    async fn without_a_token_there_are_none(db: TestDatabase) {
        let app = TestApp::start(db).await;
        problem(app.http.get(app.address("/metrics")).bearer_auth("").send().await.unwrap(), 404, "not_found").await;
        app.stop().await;
    }

    async fn fault_26_they_tell_what_happens_and_nothing_of_anybody(db: TestDatabase) {
        let app = watched(db).await;
        let before = metrics(&app).await;
        let member = app.member("ada@example.com").await;
        app.counted(24_601).await;
        member.get("/v1/campaigns/no-such-campaign-of-ours").await;
        member.get("/no/such/page?email=ada@example.com").await;
        let made_up = reqwest::Method::from_bytes(b"BREW").unwrap();
        app.http.request(made_up, app.address("/coffee")).send().await.unwrap();
        app.http.post(app.address("/webhooks/stripe")).body("{}").send().await.unwrap();
        member.post("/v1/token", &json!({})).await;
        let after = until("an empty inbox", || async {
            let text = metrics(&app).await;
            (value(&text, "masthead_waiting{queue=\"webhook_inbox\"}") == 0.0).then_some(text)
        })
        .await;
        let rose = |series: &str| value(&after, series) - value(&before, series);
        let not_found = "method=\"GET\",route=\"/v1/campaigns/{slug}\",status=\"404\"";
        assert_eq!(rose(&format!("masthead_http_requests_total{{{not_found}}}")), 1.0, "{after}");
        assert_eq!(rose("masthead_http_requests_total{method=\"other\",route=\"(no route)\",status=\"404\"}"), 1.0);
        assert!(rose("masthead_http_request_duration_seconds_count{route=\"/v1/checkout\"}") >= 1.0, "{after}");
        assert!(rose("masthead_webhook_events_total{outcome=\"stored\"}") >= 1.0);
        assert_eq!(rose("masthead_webhook_events_total{outcome=\"refused\"}"), 1.0);
        assert!(rose("masthead_access_tokens_total") >= 1.0);
        assert_eq!(value(&after, "masthead_campaign_members{campaign=\"25000-members\"}"), 24_601.0);
        assert_eq!(value(&after, "masthead_campaign_goal_members{campaign=\"25000-members\"}"), 25_000.0);
        assert_eq!(value(&after, "masthead_given_up"), 0.0);
        assert!(after.contains("masthead_build_info{version=") && after.ends_with("# EOF\n"), "{after}");
        for secret in ["ada", "example.com", "mem_", "no-such", "coffee", "BREW", "sk_test", TOKEN] {
            assert!(!after.contains(secret), "{secret} in: {after}");
        }
        app.stop().await;
    }
}
