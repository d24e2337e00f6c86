//! Events that no webhook brought: found in the gateway's own list, once, after any outage.

use masthead::flow::{
    prove_tally,
    replay_events::{self, Pace, ReplayError, Replayed},
};
use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, good},
    support::{AppOptions, Card, TestApp, TestDatabase, on_both_databases},
};

const DAY_SECONDS: i64 = 86_400;
const ONE_PAGE: Pace = Pace { pages_max: 1, overlap_millis: 900_000, settle_millis: 0 };
/// Under this key it stands how far reading came.
const CURSOR: &str = "payment_events_cursor";

fn silent() -> AppOptions {
    AppOptions { webhooks: false, ..AppOptions::default() }
}

async fn pay(app: &TestApp, email: &str) {
    let browser = app.browser();
    let price = app.price_id("supporter", "month").await;
    let page = browser.check_out(&price, Some(email), Some(CAMPAIGN)).await;
    app.pay(&page, email, Card::GOOD).await;
}

async fn replay(app: &TestApp, pace: &Pace) -> Replayed {
    replay_events::replay(&app.context, pace).await.unwrap()
}

async fn refuse(app: &TestApp, refusals: Value) {
    let request = app.http.post(format!("{}/_sandbox/refusals", app.sandbox.url())).json(&refusals);
    good(request.send().await.unwrap()).await;
}

async fn assert_proven(app: &TestApp) {
    for proof in prove_tally::prove(&app.context).await.unwrap() {
        assert!(proof.holds(), "{proof:?}");
    }
}

on_both_databases! {
    // Fault 3.
    async fn an_outage_of_three_days_is_made_up_for(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        assert_eq!(replay(&app, &Pace::BESIDE_WEBHOOKS).await, Replayed::default());
        pay(&app, "ada@example.com").await;
        // What has just happened is left to its webhook.
        assert_eq!(replay(&app, &Pace::BESIDE_WEBHOOKS).await, Replayed::default());
        refuse(&app, json!([{ "path": "/v1/events", "status": 500 }])).await;
        app.clock.advance_business_seconds(DAY_SECONDS).await;
        let away = replay_events::replay(&app.context, &Pace::BESIDE_WEBHOOKS).await;
        assert!(matches!(away, Err(ReplayError::Gateway(_))), "{away:?}");
        pay(&app, "ben@example.com").await;
        app.clock.advance_business_seconds(2 * DAY_SECONDS).await;
        assert_eq!(app.campaign().await["count"], 24_600);
        refuse(&app, json!([])).await;
        let healed = replay(&app, &Pace::BESIDE_WEBHOOKS).await;
        assert!(healed.found >= 4 && !healed.more, "{healed:?}");
        app.counted(24_602).await;
        assert_eq!(replay(&app, &Pace::BESIDE_WEBHOOKS).await, Replayed::default());
        assert_proven(&app).await;
        app.stop().await;
    }

    async fn what_webhooks_brought_is_not_found_again(db: TestDatabase) {
        let app = TestApp::start(db).await;
        pay(&app, "ada@example.com").await;
        app.counted(24_601).await;
        app.caught_up().await;
        app.clock.advance_business_seconds(300).await;
        assert_eq!(replay(&app, &Pace::BESIDE_WEBHOOKS).await, Replayed::default());
        app.stop().await;
    }

    async fn a_long_list_is_read_page_by_page_and_gone_on_with(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        pay(&app, "ada@example.com").await;
        for _ in 0..210 {
            app.make("customers", &[]).await;
        }
        // The payment's events are on the third page; whoever reads next goes on there, since that stands in the database.
        assert_eq!(replay(&app, &ONE_PAGE).await, Replayed { found: 0, more: true });
        assert_eq!(replay(&app, &ONE_PAGE).await, Replayed { found: 0, more: true });
        let last = replay(&app, &ONE_PAGE).await;
        assert!(last.found >= 2 && !last.more, "{last:?}");
        app.counted(24_601).await;
        app.stop().await;
    }

    async fn a_place_that_is_no_longer_kept_is_left_for_the_newest(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        pay(&app, "ada@example.com").await;
        let since = app.clock.business().millis() - 900_000;
        let cursor = json!({ "since_millis": since, "reading": { "newest_millis": since, "after": "evt_of_last_year" } });
        let mut tx = app.context.store.begin().await.unwrap();
        masthead::store::instance::put(&mut tx, CURSOR, &cursor.to_string()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(replay(&app, &Pace::INSTEAD_OF_WEBHOOKS).await.found >= 2);
        app.counted(24_601).await;
        app.stop().await;
    }

    async fn too_many_requests_are_waited_out_and_a_missing_permission_is_named(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        pay(&app, "ada@example.com").await;
        refuse(&app, json!([{ "path": "/v1/events", "status": 429, "times": 2 }])).await;
        assert!(replay(&app, &Pace::INSTEAD_OF_WEBHOOKS).await.found >= 2);
        refuse(&app, json!([{ "path": "/v1/events", "status": 403, "permission": "rak_event_read" }])).await;
        let error = replay_events::replay(&app.context, &Pace::INSTEAD_OF_WEBHOOKS).await.unwrap_err();
        assert!(error.to_string().contains("rak_event_read"), "{error}");
        app.stop().await;
    }
}
