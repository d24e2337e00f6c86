//! What members are told of their memberships: each thing once, however often events come.

use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, good},
    support::{AppOptions, Browser, Card, TestApp, TestDatabase, lasting_newsroom, on_both_databases, until},
};

pub const DAY_SECONDS: i64 = 86_400;
pub const ADA: &str = "ada@example.com";
/// Pays once and is declined from then on.
const FAILS_ON_RENEWAL: Card = Card("4000 0000 0000 0341");

pub async fn newsroom(database: TestDatabase) -> TestApp {
    let app = TestApp::start_with(database, AppOptions { newsroom: lasting_newsroom(), ..AppOptions::default() }).await;
    // Every webhook comes twice, and many overtake each other.
    let chaos = json!({ "seed": 5, "duplicate": 1.0, "reorder": 0.5, "delay_ms": 40 });
    let address = format!("{}/_sandbox/chaos", app.sandbox.url());
    good(app.http.post(address).json(&chaos).send().await.unwrap()).await;
    app
}

pub async fn join(app: &TestApp, card: Card) -> Browser {
    let browser = app.browser();
    let price = app.price_id("supporter", "month").await;
    let page = browser.check_out(&price, Some(ADA), Some(CAMPAIGN)).await;
    app.pay(&page, ADA, card).await;
    app.counted(24_601).await;
    browser
}

async fn subjects(app: &TestApp) -> Vec<String> {
    app.mails(ADA).await.into_iter().map(|mail| mail.subject).collect()
}

/// Waits for a mail; then how many there are with this in their subject.
pub async fn told(app: &TestApp, words: &str) -> usize {
    until(&format!("a mail with {words:?}"), || async {
        subjects(app).await.iter().any(|subject| subject.contains(words)).then_some(())
    })
    .await;
    app.caught_up().await;
    count(app, words).await
}

pub async fn count(app: &TestApp, words: &str) -> usize {
    subjects(app).await.iter().filter(|subject| subject.contains(words)).count()
}

pub async fn pass(app: &TestApp, days: i64) {
    app.clock.advance_business_seconds(days * DAY_SECONDS).await;
    app.caught_up().await;
    until("what is due to be told", || async {
        let mut conn = app.context.store.read().await.unwrap();
        let due = masthead::store::notice::list_due(&mut conn, app.clock.business(), 1).await.unwrap();
        due.is_empty().then_some(())
    })
    .await;
}

pub async fn update(app: &TestApp, id: &str, form: &[(&str, &str)]) -> Value {
    app.make(&format!("subscriptions/{id}"), form).await
}

pub async fn account(browser: &Browser) -> String {
    browser.get("/account").await.text().await.unwrap()
}

on_both_databases! {
    async fn each_renewal_has_one_receipt(db: TestDatabase) {
        let app = newsroom(db).await;
        join(&app, Card::GOOD).await;
        pass(&app, 31).await;
        assert_eq!(told(&app, "Your receipt from").await, 1);
        pass(&app, 31).await;
        until("the second receipt", || async { (count(&app, "Your receipt from").await == 2).then_some(()) }).await;
        let receipt = app.mails(ADA).await.into_iter().find(|mail| mail.subject.contains("receipt")).unwrap();
        assert!(receipt.text.contains("€7") && receipt.text.contains("Next payment"), "{}", receipt.text);
        app.stop().await;
    }

    async fn a_renewal_that_fails_is_told_three_times_and_then_its_end(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, FAILS_ON_RENEWAL).await;
        pass(&app, 32).await;
        assert_eq!(told(&app, "did not go through").await, 1);
        let failed = app.mails(ADA).await.into_iter().find(|mail| mail.subject.contains("did not go")).unwrap();
        assert!(failed.text.contains("Until ") && failed.text.contains("/account"), "{}", failed.text);
        assert_eq!(count(&app, "still missing").await, 0);
        pass(&app, 7).await;
        assert_eq!(told(&app, "still missing").await, 1);
        assert_eq!(count(&app, "about to end").await, 0);
        pass(&app, 5).await;
        assert_eq!(told(&app, "about to end").await, 1);
        assert!(account(&browser).await.contains("did not go through"), "{}", account(&browser).await);
        pass(&app, 5).await;
        assert_eq!(told(&app, "has ended").await, 1);
        let page = account(&browser).await;
        for words in ["did not go through.", "Supporter ended, since a payment did not arrive."] {
            assert_eq!(page.matches(words).count(), 1, "{words} in {page}");
        }
        assert_eq!([count(&app, "did not go").await, count(&app, "still missing").await], [1, 1]);
        app.stop().await;
    }

    async fn who_pays_meanwhile_is_reminded_no_more(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, FAILS_ON_RENEWAL).await;
        pass(&app, 32).await;
        assert_eq!(told(&app, "did not go through").await, 1);
        let subscription = app.stripe("subscriptions").await[0].clone();
        let customer = subscription["customer"].as_str().unwrap();
        let method = app.make("payment_methods/pm_card_visa/attach", &[("customer", customer)]).await;
        let method = method["id"].as_str().unwrap();
        update(&app, subscription["id"].as_str().unwrap(), &[("default_payment_method", method)]).await;
        // The gateway tries again by itself.
        pass(&app, 13).await;
        assert_eq!(told(&app, "Your receipt from").await, 1);
        assert_eq!([count(&app, "still missing").await, count(&app, "about to end").await], [0, 0]);
        let page = account(&browser).await;
        assert_eq!(page.matches("The missing payment of €7 came through after all.").count(), 1, "{page}");
        app.stop().await;
    }

    async fn an_end_that_is_arranged_and_taken_back_is_in_the_history(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        let id = app.stripe("subscriptions").await[0]["id"].as_str().unwrap().to_owned();
        for (cancels, words) in [("true", "Supporter was cancelled and ends on "), ("false", "The cancellation was taken back")] {
            update(&app, &id, &[("cancel_at_period_end", cancels)]).await;
            until(&format!("the history to say {words:?}"), || async { account(&browser).await.contains(words).then_some(()) })
                .await;
        }
        app.caught_up().await;
        let page = account(&browser).await;
        for words in ["was cancelled and ends on", "The cancellation was taken back"] {
            assert_eq!(page.matches(words).count(), 1, "{words} in {page}");
        }
        assert_eq!([told(&app, "is cancelled").await, told(&app, "goes on").await], [1, 1]);
        app.stop().await;
    }
}
