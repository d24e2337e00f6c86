//! More than one payment for a person: one membership, the rest is given back.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, good, millis},
    support::{API_KEY, Card, TestApp, TestDatabase, on_both_databases, until},
};

/// How many subscriptions run at the payment service, and how many charges were given back in full.
async fn standing(app: &TestApp) -> (usize, usize) {
    let running = app.stripe("subscriptions?status=active").await.len();
    let charges = app.stripe("charges?limit=100").await;
    (running, charges.iter().filter(|charge| charge["refunded"] == true).count())
}

async fn settled(app: &TestApp, wanted: (usize, usize)) {
    until(&format!("{wanted:?} running and given back"), || async { (standing(app).await == wanted).then_some(()) })
        .await;
}

on_both_databases! {
    // Fault 10a.
    async fn a_stranger_who_pays_with_a_members_address_gets_nothing_but_the_money_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let before = member.me().await.unwrap();
        app.counted(24_601).await;
        // The gateway tells seconds: of two in the same second either may be the first.
        app.clock.advance_business_seconds(2).await;

        let stranger = app.browser();
        let price = app.price_id("patron", "year").await;
        let page = stranger.check_out(&price, Some("Ada@Example.com"), Some(CAMPAIGN)).await;
        let welcome = app.pay(&page, "ada@example.com", Card::GOOD).await;
        let shown = stranger.get(&welcome).await.text().await.unwrap();
        settled(&app, (1, 1)).await;

        assert!(stranger.me().await.is_none(), "the stranger is signed in");
        let later = stranger.get(&welcome).await.text().await.unwrap();
        let number = before["number"].to_string();
        for text in [shown, later] {
            assert!(!text.contains(&format!("member number {number}")) && !text.contains("already"), "{text}");
        }
        assert_eq!(stranger.post("/v1/billing-portal", &json!({})).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(app.campaign().await["count"], 24_601, "one person counts once");
        let after = member.me().await.unwrap();
        assert_eq!(after["entitlements"], before["entitlements"]);
        assert_eq!(after["subscription"], before["subscription"]);
        let told = until("the mail that explains it", || async {
            app.mails("ada@example.com").await.into_iter().find(|mail| mail.text.contains("€150"))
        });
        assert_eq!(told.await.to, "ada@example.com");
        app.stop().await;
    }

    // Fault 10: two tabs, both of which pay at once.
    async fn two_tabs_that_pay_at_once_make_one_subscription(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (one, other) = (app.browser(), app.browser());
        let price = app.price_id("supporter", "month").await;
        let email = "ada@example.com";
        let pages = (
            one.check_out(&price, Some(email), Some(CAMPAIGN)).await,
            other.check_out(&price, Some(email), Some(CAMPAIGN)).await,
        );
        futures_util::future::join(app.pay(&pages.0, email, Card::GOOD), app.pay(&pages.1, email, Card::GOOD)).await;
        settled(&app, (1, 1)).await;
        app.counted(24_601).await;
        // Whoever paid second is written to with a code as well.
        app.caught_up().await;
        app.mail_is_out().await;
        let owner = app.browser();
        owner.sign_in(&app, email).await;
        let me = owner.me().await.unwrap();
        let now = app.clock.business().millis();
        let holds = |right: &&Value| right["until"].is_null() || millis(&right["until"]) > now;
        assert_eq!(me["entitlements"].as_array().unwrap().iter().filter(holds).count(), 1, "{me}");
        assert_eq!(me["subscription"]["state"], "active");
        app.stop().await;
    }

    async fn a_new_checkout_of_the_same_browser_closes_the_older_one(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let price = app.price_id("supporter", "month").await;
        let older = browser.check_out(&price, Some("ada@example.com"), None).await;
        let newer = browser.check_out(&price, Some("ada@example.com"), None).await;
        assert_ne!(older, newer);
        until("the older one to expire", || async {
            let sessions = app.stripe("checkout/sessions").await;
            let expired = sessions.iter().filter(|session| session["status"] == "expired").count();
            (expired == 1).then_some(())
        })
        .await;
        assert_ne!(app.submit_card(&older, "ada@example.com", Card::GOOD).await.status(), StatusCode::SEE_OTHER);
        app.pay(&newer, "ada@example.com", Card::GOOD).await;
        settled(&app, (1, 0)).await;
        app.stop().await;
    }

    async fn whose_customer_was_deleted_at_the_gateway_may_come_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        app.counted(24_601).await;
        for _ in 0..2 {
            let customer = app.stripe("customers").await[0]["id"].as_str().unwrap().to_owned();
            let address = format!("{}/v1/customers/{customer}", app.sandbox.url());
            good(app.http.delete(address).bearer_auth(API_KEY).send().await.unwrap()).await;
            until("the subscription to have ended here", || async {
                member.me().await.unwrap()["subscription"].is_null().then_some(())
            })
            .await;
            let price = app.price_id("supporter", "month").await;
            let page = member.check_out(&price, None, Some(CAMPAIGN)).await;
            app.pay(&page, "ada@example.com", Card::GOOD).await;
            until("a subscription that runs", || async {
                (member.me().await.unwrap()["subscription"]["state"] == "active").then_some(())
            })
            .await;
            assert_eq!(app.campaign().await["count"], 24_601, "one person counts once");
        }
        app.stop().await;
    }

    async fn who_left_may_come_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        app.counted(24_601).await;
        // Cancelled, and all the money back: the right ends at once.
        let subscription = app.stripe("subscriptions").await[0]["id"].as_str().unwrap().to_owned();
        let address = format!("{}/v1/subscriptions/{subscription}", app.sandbox.url());
        good(app.http.delete(address).bearer_auth(API_KEY).send().await.unwrap()).await;
        let charge = app.stripe("charges").await[0]["id"].as_str().unwrap().to_owned();
        app.make("refunds", &[("charge", &charge)]).await;
        app.counted(24_600).await;
        settled(&app, (0, 1)).await;
        let price = app.price_id("supporter", "month").await;
        let page = member.check_out(&price, None, Some(CAMPAIGN)).await;
        app.pay(&page, "ada@example.com", Card::GOOD).await;
        app.counted(24_601).await;
        assert_eq!(app.stripe("customers").await.len(), 1, "the same customer pays again");
        app.stop().await;
    }
}
