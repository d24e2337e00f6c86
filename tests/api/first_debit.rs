//! A membership whose first payment is a bank debit that does not come.

use serde_json::json;

use crate::{
    expect::CAMPAIGN,
    notices::{ADA, DAY_SECONDS, account, newsroom},
    support::{Card, TestDatabase, on_both_databases, until},
};

/// A bank account whose bank does not pay, after days.
const FAILS_LATER: &str = "AT861904300235473202";

on_both_databases! {
    // Fault 14.
    async fn a_first_debit_that_fails_is_told_given_up_and_in_nobodys_way(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = app.browser();
        let price = app.price_id("supporter", "month").await;
        let page = browser.check_out(&price, Some(ADA), Some(CAMPAIGN)).await;
        let form = [("email", ADA), ("pay_by", "sepa_debit"), ("iban", FAILS_LATER), ("name", "A Reader")];
        assert_eq!(app.http.post(page).form(&form).send().await.unwrap().status(), 303);
        until("to be let in", || async { browser.me().await.filter(|me| !me["subscription"].is_null()) }).await;

        app.clock.advance_business_seconds(4 * DAY_SECONDS).await;
        let mail = until("the mail", || async {
            app.mails(ADA).await.into_iter().find(|mail| mail.subject.contains("first payment"))
        })
        .await;
        assert!(mail.text.contains("€7") && mail.text.contains("You owe us nothing"), "{}", mail.text);
        until("the end of it at the gateway", || async {
            let subscriptions = app.stripe("subscriptions?status=all").await;
            let invoices = app.stripe("invoices").await;
            (subscriptions[0]["status"] == "canceled" && invoices[0]["status"] == "void").then_some(())
        })
        .await;
        assert!(account(&browser).await.contains("The first payment of €7 did not arrive."));

        until("nothing to be left of it", || async { browser.me().await.filter(|me| me["subscription"].is_null()) }).await;
        // The same browser pays by card: nothing of the first try is in the way.
        let answer = browser.post("/v1/checkout", &json!({ "price": price, "campaign": CAMPAIGN })).await;
        let body: serde_json::Value = answer.json().await.unwrap();
        app.pay(body["checkout_url"].as_str().expect("a checkout"), ADA, Card::GOOD).await;
        app.counted(24_601).await;
        app.clock.advance_business_seconds(20 * DAY_SECONDS).await;
        let mails = app.mails(ADA).await;
        let about = |words: &str| mails.iter().filter(|mail| mail.subject.contains(words)).count();
        assert_eq!((about("first payment"), about("ended")), (1, 0), "{:?}", mails.iter().map(|mail| &mail.subject).collect::<Vec<_>>());
        app.stop().await;
    }
}
