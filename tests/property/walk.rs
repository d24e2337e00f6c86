//! One reader's history on the running service, as the ground that the made-up ones stand on.

use masthead::flow::prove_tally;

use crate::support::{Card, TestApp, TestDatabase, on_both_databases, until};

on_both_databases! {
    async fn a_payment_is_counted_and_the_tally_proves(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let price_id = app.price_id("supporter", "month").await;
        let page = browser.check_out(&price_id, Some("ada@example.com"), Some("25000-members")).await;
        app.pay(&page, "ada@example.com", Card::GOOD).await;
        until("the counter at 24,601", || async {
            let answer = browser.get("/v1/campaigns/25000-members").await;
            let campaign: serde_json::Value = answer.json().await.unwrap();
            (campaign["count"] == 24_601).then_some(())
        })
        .await;
        for proof in prove_tally::prove(&app.context).await.unwrap() {
            assert!(proof.holds(), "{proof:?}");
        }
        app.stop().await;
    }
}
