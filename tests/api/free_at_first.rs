//! What a promotion code takes off the first payment: the receipt says what was paid, and what is free is told of before it ends.

use serde_json::json;

use crate::{
    expect::{CAMPAIGN, good},
    notices::{ADA, DAY_SECONDS, account, newsroom},
    support::{Browser, Card, Mail, TestApp, TestDatabase, on_both_databases, until},
};

/// Joins with a code for a coupon that is described so.
pub async fn join_with(app: &TestApp, coupon: &[(&str, &str)]) -> Browser {
    let coupon = app.make("coupons", coupon).await;
    let coupon = coupon["id"].as_str().unwrap();
    app.make("promotion_codes", &[("promotion[type]", "coupon"), ("promotion[coupon]", coupon), ("code", "COMEIN")])
        .await;
    let browser = app.browser();
    let price = app.price_id("supporter", "month").await;
    let body = json!({ "price": price, "email": ADA, "campaign": CAMPAIGN, "promotion_code": "COMEIN" });
    let page = good(browser.post("/v1/checkout", &body).await).await["checkout_url"].as_str().unwrap().to_owned();
    app.pay(&page, ADA, Card::GOOD).await;
    browser
}

async fn mail(app: &TestApp, subject: &str) -> Mail {
    until(subject, || async { app.mails(ADA).await.into_iter().find(|mail| mail.subject.contains(subject)) }).await
}

async fn count(app: &TestApp, subject: &str) -> usize {
    app.mails(ADA).await.iter().filter(|mail| mail.subject.contains(subject)).count()
}

on_both_databases! {
    async fn a_receipt_says_what_was_paid_and_not_what_is_billed_later(db: TestDatabase) {
        let app = newsroom(db).await;
        join_with(&app, &[("percent_off", "50"), ("duration", "once")]).await;
        let welcome = mail(&app, "You’re in").await;
        assert!(welcome.text.contains("Paid now: €3.50") && welcome.text.contains("€7 a month"), "{}", welcome.text);
        app.stop().await;
    }

    async fn a_month_that_is_free_is_told_of_before_it_ends_and_its_first_payment_has_a_receipt(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join_with(&app, &[("percent_off", "100"), ("duration", "once")]).await;
        assert!(mail(&app, "You’re in").await.text.contains("we write to you before the first payment"));
        until("the account to say so", || async { account(&browser).await.contains("you pay nothing").then_some(()) }).await;
        app.clock.advance_business_seconds(20 * DAY_SECONDS).await;
        assert_eq!(count(&app, "free time").await, 0);
        app.clock.advance_business_seconds(8 * DAY_SECONDS).await;
        assert!(mail(&app, "free time").await.text.contains("€7 a month"));
        app.clock.advance_business_seconds(5 * DAY_SECONDS).await;
        assert!(mail(&app, "Your receipt").await.text.contains("the first payment has arrived"));
        app.counted(24_601).await;
        assert_eq!((count(&app, "free time").await, count(&app, "Your receipt").await), (1, 1));
        app.stop().await;
    }
}
