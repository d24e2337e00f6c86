//! Words that mean something to a database mean nothing here.

use serde_json::json;

use crate::{
    expect::{CAMPAIGN, fault, problem},
    support::{TestApp, TestDatabase, on_both_databases},
};

const WORDS: [&str; 7] =
    ["' OR '1'='1", "x'; DROP TABLE member; --", "25000-members' --", "%", "_____-members", "\" OR \"\"=\"", "\\'; --"];

on_both_databases! {
    // Fault 47.
    async fn words_of_sql_are_words(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let price = app.price_id("supporter", "month").await;
        for word in WORDS {
            let mut address = url::Url::parse(&app.address("/v1/campaigns/")).unwrap();
            address.path_segments_mut().unwrap().pop_if_empty().push(word);
            problem(browser.get(address.as_str()).await, 404, "unknown_campaign").await;
            for (key, code) in [("price", "unknown_price"), ("campaign", "unknown_campaign")] {
                let mut body = json!({ "price": price, "campaign": CAMPAIGN, "email": "ada@example.com" });
                body[key] = json!(word);
                let answer = browser.post("/v1/checkout", &body).await;
                fault(answer, key, code).await;
            }
        }
        // A quote is a letter of addresses: such a one is written to as it stands.
        let quoted = "o'neill@example.com";
        assert_eq!(browser.post("/v1/sign-in", &json!({ "email": quoted })).await.status(), 202);
        app.mail(quoted, 1).await;
        app.counted(24_600).await;
        assert!(app.stripe("checkout/sessions").await.is_empty());
        app.stop().await;
    }
}
