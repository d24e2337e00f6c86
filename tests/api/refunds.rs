//! Money that goes back at the payment service.

use serde_json::json;

use crate::{
    expect::{STORY, good},
    support::{TestApp, TestDatabase, on_both_databases, until},
};

on_both_databases! {
    async fn a_payment_refunded_in_full_ends_the_right_and_cancels_the_subscription(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        app.counted(24_601).await;
        let charge = app.stripe("charges").await[0]["id"].as_str().unwrap().to_owned();
        app.make("refunds", &[("charge", &charge), ("amount", "699")]).await;
        app.caught_up().await;
        assert_eq!(app.stripe("subscriptions").await[0]["status"], "active", "a part of it changes nothing");
        assert_eq!(app.campaign().await["count"], 24_601);

        app.make("refunds", &[("charge", &charge)]).await;
        app.counted(24_600).await;
        until("the subscription to be cancelled at the payment service", || async {
            let all = app.stripe("subscriptions?status=all").await;
            (all.len() == 1 && all[0]["status"] == "canceled").then_some(())
        })
        .await;
        let access = member.post("/v1/access", &json!({ "gate": "members", "article": STORY })).await;
        assert_eq!(good(access).await["decision"], "join");
        // Two months on nothing was billed.
        app.clock.advance_business_seconds(62 * 86_400).await;
        assert_eq!(app.stripe("charges").await.len(), 1);
        app.stop().await;
    }
}
