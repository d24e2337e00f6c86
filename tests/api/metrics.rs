//! `GET /metrics`: for whoever shows the token, with nothing of anybody in it.

use crate::{
    expect::problem,
    support::{AppOptions, TestApp, TestDatabase, WEBHOOK_SECRET, on_both_databases, signature, until},
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
        let event = serde_json::json!({
            "id": "evt_live", "object": "event", "type": "customer.updated", "livemode": true, "created": 1_700_000_000,
            "data": { "object": { "id": "cus_1", "object": "customer" } },
        });
        let (body, now) = (event.to_string(), app.clock.wall().seconds());
        let signed = format!("t={now},v1={}", signature(WEBHOOK_SECRET, now, &body));
        let request = app.http.post(app.address("/webhooks/stripe")).header("stripe-signature", signed);
        assert_eq!(request.body(body).send().await.unwrap().status(), 200);
        assert_eq!(value(&metrics(&app).await, "masthead_quarantined_events"), 1.0);
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
        member.post("/v1/token", &serde_json::json!({})).await;
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
