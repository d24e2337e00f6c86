//! A membership from the first payment to its end, by the payment service's own clock.

use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, STORY, good},
    support::{AppOptions, Browser, Card, TestApp, TestDatabase, lasting_newsroom, on_both_databases, until},
};

const DAY_SECONDS: i64 = 86_400;
/// The test card that pays once and is declined from then on.
const FAILS_ON_RENEWAL: Card = Card("4000 0000 0000 0341");

/// A newsroom whose campaign ends long after these memberships: an ended one keeps its count.
async fn running(database: TestDatabase) -> TestApp {
    TestApp::start_with(database, AppOptions { newsroom: lasting_newsroom(), ..AppOptions::default() }).await
}

async fn decision(browser: &Browser) -> String {
    let answer = browser.post("/v1/access", &json!({ "gate": "members", "article": STORY })).await;
    good(answer).await["decision"].as_str().unwrap().to_owned()
}

async fn in_state(browser: &Browser, state: &str) -> Value {
    until(&format!("a subscription that is {state}"), || async {
        browser.me().await.map(|me| me["subscription"].clone()).filter(|subscription| subscription["state"] == state)
    })
    .await
}

/// Holds the payment ledger to the payment service's balance transactions, of which there are so many.
async fn assert_ledger(app: &TestApp, transactions: i64) {
    until(&format!("{transactions} rows of the payment ledger"), || async {
        let mut conn = app.database.store.read().await.unwrap();
        let sums = masthead::store::payment_ledger::sum(&mut conn, "EUR").await.unwrap();
        (sums.rows >= transactions).then_some(())
    })
    .await;
    let theirs = app.stripe("balance_transactions?limit=100").await;
    let total = |key: &str| theirs.iter().map(|row| row[key].as_i64().unwrap()).sum::<i64>();
    let mut conn = app.database.store.read().await.unwrap();
    let sums = masthead::store::payment_ledger::sum(&mut conn, "EUR").await.unwrap();
    assert_eq!((sums.rows, sums.rows), (transactions, i64::try_from(theirs.len()).unwrap()));
    assert_eq!(
        (sums.gross_minor, sums.fee_minor, sums.net_minor),
        (total("amount"), total("fee"), total("net")),
        "{theirs:?}"
    );
}

on_both_databases! {
    async fn a_membership_renews_and_ends_with_its_paid_period(db: TestDatabase) {
        let app = running(db).await;
        let member = app.member("ada@example.com").await;
        app.counted(24_601).await;
        assert_ledger(&app, 1).await;
        let first_end = in_state(&member, "active").await["current_period_end"].clone();

        app.clock.advance_business_seconds(32 * DAY_SECONDS).await;
        assert_ledger(&app, 2).await;
        let renewed = until("a later end", || async {
            let subscription = member.me().await?["subscription"].clone();
            (subscription["current_period_end"] != first_end).then_some(subscription)
        })
        .await;
        assert!(renewed["current_period_end"].as_str() > first_end.as_str(), "{renewed}");
        assert_eq!((decision(&member).await.as_str(), &app.campaign().await["count"]), ("open", &json!(24_601)));

        let id = app.stripe("subscriptions").await[0]["id"].as_str().unwrap().to_owned();
        app.make(&format!("subscriptions/{id}"), &[("cancel_at_period_end", "true")]).await;
        let cancelling = in_state(&member, "cancelling").await;
        assert_eq!(cancelling["cancel_at"], renewed["current_period_end"]);
        assert_eq!((decision(&member).await.as_str(), &app.campaign().await["count"]), ("open", &json!(24_601)));

        app.clock.advance_business_seconds(32 * DAY_SECONDS).await;
        app.counted(24_600).await;
        assert_eq!(decision(&member).await, "join");
        assert_ledger(&app, 2).await;
        app.stop().await;
    }

    async fn a_renewal_that_fails_has_its_grace_and_no_more(db: TestDatabase) {
        let app = running(db).await;
        let (member, email) = (app.browser(), "ada@example.com");
        let price = app.price_id("supporter", "month").await;
        let page = member.check_out(&price, Some(email), Some(CAMPAIGN)).await;
        app.pay(&page, email, FAILS_ON_RENEWAL).await;
        app.counted(24_601).await;
        member.sign_in(&app, email).await;

        app.clock.advance_business_seconds(32 * DAY_SECONDS).await;
        in_state(&member, "past_due").await;
        assert_eq!((decision(&member).await.as_str(), &app.campaign().await["count"]), ("open", &json!(24_601)));

        app.clock.advance_business_seconds(15 * DAY_SECONDS).await;
        app.counted(24_600).await;
        assert_eq!(decision(&member).await, "join");
        assert_ledger(&app, 1).await;
        app.stop().await;
    }
}
