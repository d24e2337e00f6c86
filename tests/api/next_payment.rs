//! What the next payment takes, as the account, the mail and the API say it: to the cent what is taken then.

use crate::{
    free_at_first::join_with,
    notices::{ADA, account, join, newsroom, pass, update},
    statement::{pay_from, taxing_dollars_on_top},
    support::{Browser, Card, TestApp, TestDatabase, on_both_databases, until},
};

/// What `/v1/me` says that the next payment takes, once it is what Stripe would say.
async fn said(app: &TestApp, browser: &Browser) -> i64 {
    let id = subscription(app).await;
    let shown = app.make("invoices/create_preview", &[("subscription", &id)]).await["amount_due"].as_i64().unwrap();
    takes(browser, shown).await;
    shown
}

async fn subscription(app: &TestApp) -> String {
    app.stripe("subscriptions").await[0]["id"].as_str().unwrap().to_owned()
}

/// Waits until the next payment is said to take so much.
async fn takes(browser: &Browser, amount_minor: i64) {
    until(&format!("a next payment of {amount_minor}"), || async {
        let me = browser.me().await?;
        (me["subscription"]["next_payment"]["amount_minor"] == amount_minor).then_some(())
    })
    .await;
}

/// What the newest bill came to.
async fn billed(app: &TestApp) -> i64 {
    app.stripe("invoices").await[0]["amount_paid"].as_i64().unwrap()
}

async fn newest_mail(app: &TestApp, subject: &str) -> String {
    app.mail_is_out().await;
    app.mails(ADA).await.into_iter().find(|mail| mail.subject.contains(subject)).expect(subject).text
}

on_both_databases! {
    async fn each_payment_is_what_was_said_before_while_a_code_lessens_it_and_after(db: TestDatabase) {
        let app = newsroom(db).await;
        let code = [("percent_off", "50"), ("duration", "repeating"), ("duration_in_months", "3")];
        let browser = join_with(&app, &code).await;
        takes(&browser, 350).await;
        assert!(account(&browser).await.contains("€3.50 on "), "the account");
        let welcome = newest_mail(&app, "You’re in").await;
        assert!(welcome.contains("Next payment: €3.50 on ") && welcome.contains("€7 a month"), "{welcome}");
        let mut taken = Vec::new();
        for month in 1..=4 {
            let said = said(&app, &browser).await;
            pass(&app, 31).await;
            assert_eq!(said, billed(&app).await, "month {month}");
            taken.push(billed(&app).await);
        }
        assert_eq!(taken, [350, 350, 700, 700]);
        until("a receipt that names no lessened payment", || async {
            let receipts = app.mails(ADA).await.into_iter().filter(|mail| mail.subject.contains("Your receipt"));
            receipts.map(|mail| mail.text).find(|text| text.contains("Next payment: ") && !text.contains("€3.50"))
        })
        .await;
        app.stop().await;
    }

    async fn a_payment_that_a_code_takes_off_whole_is_called_nothing(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        let coupon = app.make("coupons", &[("percent_off", "100"), ("duration", "once")]).await;
        let id = subscription(&app).await;
        update(&app, &id, &[("discounts[0][coupon]", coupon["id"].as_str().unwrap())]).await;
        takes(&browser, 0).await;
        assert!(account(&browser).await.contains("nothing is taken"), "the account");
        pass(&app, 31).await;
        assert_eq!((billed(&app).await, app.stripe("charges").await.len()), (0, 1));
        takes(&browser, 700).await;
        app.stop().await;
    }

    async fn what_a_cheaper_plan_leaves_over_lessens_the_payments_after_it(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        let subscription = app.stripe("subscriptions").await[0].clone();
        let (id, item) = (subscription["id"].as_str().unwrap(), subscription["items"]["data"][0]["id"].as_str().unwrap());
        let to = async |amount_minor: i64| {
            let prices = app.stripe("prices?limit=100").await;
            let price = prices.iter().find(|price| {
                price["unit_amount"] == amount_minor && price["recurring"]["interval"] == "month"
            });
            let price = price.unwrap()["id"].as_str().unwrap().to_owned();
            let form = [("items[0][id]", item), ("items[0][price]", &price), ("proration_behavior", "always_invoice")];
            update(&app, id, &form).await;
        };
        to(1_500).await;
        pass(&app, 1).await;
        to(700).await;
        for payment in 1..=3 {
            let said = said(&app, &browser).await;
            assert!(payment > 1 || said == 0, "the rest of a dear month pays for a cheap one: {said}");
            pass(&app, 31).await;
            assert_eq!(said, billed(&app).await, "payment {payment}");
        }
        assert_eq!(billed(&app).await, 700, "the credit is used up");
        app.stop().await;
    }

    async fn who_is_not_billed_again_is_told_of_no_payment(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        takes(&browser, 700).await;
        let running = browser.me().await.unwrap()["subscription"].clone();
        assert_eq!((&running["next_payment"]["at"], running["next_payment"]["currency"].as_str()), (&running["current_period_end"], Some("EUR")));
        let id = subscription(&app).await;
        update(&app, &id, &[("cancel_at_period_end", "true")]).await;
        until("no next payment", || async {
            browser.me().await?["subscription"]["next_payment"].is_null().then_some(())
        })
        .await;
        app.stop().await;
    }

    async fn tax_on_top_is_in_what_is_said_to_be_taken(db: TestDatabase) {
        let app = taxing_dollars_on_top(db).await;
        pay_from(&app, ADA, 800, ("FR", "960")).await;
        let welcome = app.mail(ADA, 1).await.text;
        assert!(welcome.contains("$8 a month") && welcome.contains("Next payment: $9.60 on "), "{welcome}");
        app.stop().await;
    }

    async fn a_key_that_may_not_ask_books_the_money_all_the_same(db: TestDatabase) {
        let app = newsroom(db).await;
        let refusals = serde_json::json!([
            { "path": "/v1/invoices/create_preview", "status": 403, "permission": "rak_invoice_write" }
        ]);
        let address = format!("{}/_sandbox/refusals", app.sandbox.url());
        assert_eq!(app.http.post(address).json(&refusals).send().await.unwrap().status(), 200);
        let browser = join_with(&app, &[("percent_off", "50"), ("duration", "forever")]).await;
        takes(&browser, 700).await;
        app.counted(24_601).await;
        app.stop().await;
    }
}
