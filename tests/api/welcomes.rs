//! What the page after payment says while money is on its way, or when it is not where it was to be.

use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, good},
    notices::{ADA, DAY_SECONDS, newsroom},
    support::{Browser, Card, TestApp, TestDatabase, on_both_databases, until},
};

/// A bank account whose bank pays after days.
const PAYS_LATER: &str = "AT611904300234573201";
/// Pays, and the payment is disputed at once.
const DISPUTED: Card = Card("4000 0000 0000 0259");
const NO_MAIL_YET: &str = "once your bank has paid. There is no mail before that.";

/// What a browser begins to pay: a membership, a contribution, or a membership for somebody else.
async fn begin(app: &TestApp, browser: &Browser, what: &str) -> String {
    let (plan, interval) = if what == "give" { ("contribution", "once") } else { ("supporter", "year") };
    let mut body = json!({ "price": app.price_id(plan, interval).await, "email": ADA, "campaign": CAMPAIGN });
    if what == "gift" {
        body["gift"] = json!({ "recipient_email": "ben@example.com" });
    }
    let begun: Value = good(browser.post("/v1/checkout", &body).await).await;
    begun["checkout_url"].as_str().unwrap().to_owned()
}

async fn debit(app: &TestApp, checkout_url: &str) -> String {
    let form = [("email", ADA), ("pay_by", "sepa_debit"), ("iban", PAYS_LATER), ("name", "A Reader")];
    let answer = app.http.post(checkout_url).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

async fn says(browser: &Browser, welcome: &str, words: &str) -> String {
    until(words, || async {
        let page = browser.get(welcome).await.text().await.unwrap();
        page.contains(words).then_some(page)
    })
    .await
}

on_both_databases! {
    async fn a_debit_is_written_about_when_it_has_arrived(db: TestDatabase) {
        for (what, words) in [
            ("join", "You can read everything now"),
            ("give", "Nothing more is taken."),
            ("gift", "The code goes out by mail once it has arrived"),
        ] {
            let app = newsroom(TestDatabase::new(db.kind).await).await;
            let browser = app.browser();
            let welcome = debit(&app, &begin(&app, &browser, what).await).await;
            let page = says(&browser, &welcome, NO_MAIL_YET).await;
            assert!(page.contains(words) && page.contains(ADA) && page.contains("#address"), "{what}: {page}");
            assert!(!page.contains("We wrote to"), "{what}: {page}");
            assert!(app.mails(ADA).await.is_empty(), "{what}");
            app.clock.advance_business_seconds(4 * DAY_SECONDS).await;
            until("the mail", || async { (!app.mails(ADA).await.is_empty()).then_some(()) }).await;
            let page = says(&browser, &welcome, "We wrote to").await;
            assert!(!page.contains(NO_MAIL_YET), "{what}: {page}");
            app.stop().await;
        }
    }

    async fn a_debit_for_a_known_address_opens_after_signing_in(db: TestDatabase) {
        let app = newsroom(db).await;
        app.browser().sign_in(&app, ADA).await;
        let browser = app.browser();
        let welcome = debit(&app, &begin(&app, &browser, "join").await).await;
        let page = says(&browser, &welcome, "Sign in with your address to read.").await;
        assert!(page.contains(NO_MAIL_YET) && !page.contains("You can read everything now"), "{page}");
        assert!(browser.me().await.is_none());
        app.stop().await;
    }

    async fn a_payment_that_is_disputed_at_once_was_taken(db: TestDatabase) {
        for what in ["join", "give", "gift"] {
            let app = newsroom(TestDatabase::new(db.kind).await).await;
            let browser = app.browser();
            let welcome = app.pay(&begin(&app, &browser, what).await, ADA, DISPUTED).await;
            let page = says(&browser, &welcome, "Your payment is with your bank.").await;
            assert!(!page.contains("Nothing was taken") && !page.contains("Try again"), "{what}: {page}");
            assert!(page.contains("It was taken") && page.contains("We wrote to"), "{what}: {page}");
            until("the mail", || async {
                app.mails(ADA).await.into_iter().find(|mail| mail.subject.contains("give back a payment"))
            })
            .await;
            app.stop().await;
        }
    }
}
