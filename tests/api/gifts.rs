//! Gifts: bought by one, mailed on a day, redeemed by another, once.

use reqwest::Response;
use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, STORY, fault, good, problem},
    notices::{ADA, DAY_SECONDS, account, newsroom},
    support::{Browser, Card, TestApp, TestDatabase, on_both_databases, until},
};

pub const BEN: &str = "ben@example.com";
const CARA: &str = "cara@example.com";

/// Pays a year of Supporter for somebody else.
pub async fn give(app: &TestApp, browser: &Browser, gift: Value) -> String {
    let price = app.price_id("supporter", "year").await;
    let body = json!({ "price": price, "email": ADA, "campaign": CAMPAIGN, "gift": gift });
    let page = good(browser.post("/v1/checkout", &body).await).await["checkout_url"].as_str().unwrap().to_owned();
    app.pay(&page, ADA, Card::GOOD).await
}

/// The code in the newest mail to an address that brings one.
pub async fn code(app: &TestApp, email: &str) -> String {
    until("the code", || async {
        code_in(&app.mails(email).await.into_iter().map(|mail| mail.text).collect::<Vec<_>>())
    })
    .await
}

fn code_in(texts: &[String]) -> Option<String> {
    let is_code = |line: &&str| line.len() == 19 && line.split('-').filter(|group| group.len() == 4).count() == 4;
    texts.iter().flat_map(|text| text.lines()).find(is_code).map(str::to_owned)
}

pub async fn redeem(browser: &Browser, code: &str) -> Response {
    browser.post("/v1/gifts/redeem", &json!({ "code": code })).await
}

/// Somebody who signs in, and pays nothing.
pub async fn reader(app: &TestApp, email: &str) -> Browser {
    let browser = app.browser();
    browser.sign_in(app, email).await;
    browser
}

pub async fn decision(browser: &Browser) -> String {
    let answer = browser.post("/v1/access", &json!({ "gate": "members", "article": STORY })).await;
    good(answer).await["decision"].as_str().unwrap().to_owned()
}

pub async fn refund_last(app: &TestApp) {
    let charge = app.stripe("charges").await.remove(0);
    let form = [("charge", charge["id"].as_str().unwrap())];
    app.make("refunds", &form).await;
}

pub async fn rights(browser: &Browser) -> Vec<Value> {
    browser.me().await.expect("somebody is signed in")["entitlements"].as_array().unwrap().clone()
}

on_both_databases! {
    async fn a_gift_is_mailed_redeemed_once_and_counts_from_then(db: TestDatabase) {
        let app = newsroom(db).await;
        let giver = app.browser();
        let gift = json!({ "recipient_email": BEN, "from": "Ada L.", "message": "Read this.\nAlways." });
        let welcome = give(&app, &giver, gift).await;
        let page = until("the thanks", || async {
            let page = giver.get(&welcome).await.text().await.unwrap();
            page.contains("It is paid").then_some(page)
        })
        .await;
        assert!(!page.contains(BEN), "{page}");
        let code = code(&app, BEN).await;
        let mail = app.mails(BEN).await.remove(0);
        assert!(mail.subject.contains("Ada L.") && mail.text.contains("Always.") && mail.text.contains("12 months"), "{}", mail.text);
        assert!(!mail.text.contains(ADA) && !mail.links.iter().any(|link| link.contains(&code)), "{}", mail.text);
        assert!(app.mails(ADA).await.iter().any(|mail| mail.text.contains("€70")), "the giver has a receipt");
        assert_eq!(app.campaign().await["count"], 24_600, "nobody reads by it yet");
        assert!(rights(&giver).await.is_empty() && decision(&giver).await == "join");

        problem(redeem(&app.browser(), &code).await, 401, "sign_in_required").await;
        fault(redeem(&giver, &code).await, "code", "gift_own").await;
        let (ben, cara) = (reader(&app, BEN).await, reader(&app, CARA).await);
        let first = good(redeem(&ben, &code.to_lowercase().replace('-', " ")).await).await;
        assert_eq!(good(redeem(&ben, &code).await).await, first, "asked again it is the same");
        fault(redeem(&cara, &code).await, "code", "gift_used").await;
        app.counted(24_601).await;
        assert_eq!(decision(&ben).await, "open");
        assert_eq!(rights(&ben).await[0]["source"], "gift");
        let page = account(&ben).await;
        assert!(page.contains("You redeemed a gift"), "{page}");
        let page = ben.get("/join").await.text().await.unwrap();
        assert!(page.contains("“Supporter” is open to you until"), "{page}");
        until("the giver hears of it", || async {
            app.mails(ADA).await.iter().any(|mail| mail.subject.contains("was redeemed")).then_some(())
        })
        .await;
        let page = account(&giver).await;
        assert_eq!(page.matches("You paid €70").count(), 1, "one payment is one line: {page}");
        assert!(page.contains("You paid €70 for a gift of Supporter") && page.contains("What you gave"), "{page}");
        assert!(page.contains("for 12 months, for ben@example.com.") && page.contains("Redeemed on"), "{page}");
        assert!(!account(&ben).await.contains("What you gave"));
        app.clock.advance_business_seconds(352 * DAY_SECONDS).await;
        let subjects = async || app.mails(BEN).await.into_iter().map(|mail| mail.subject).collect::<Vec<_>>();
        until("word of the end to come", || async {
            subjects().await.iter().any(|subject| subject.contains("is open to you until")).then_some(())
        })
        .await;
        app.clock.advance_business_seconds(14 * DAY_SECONDS).await;
        app.counted(24_600).await;
        assert_eq!(decision(&ben).await, "join");
        until("word of the end", || async {
            subjects().await.iter().any(|subject| subject.contains("has ended")).then_some(())
        })
        .await;
        assert!(account(&ben).await.contains("Supporter ended."));
        app.stop().await;
    }

    async fn a_gift_goes_out_on_its_day_and_runs_out_unless_it_is_redeemed(db: TestDatabase) {
        let app = newsroom(db).await;
        let send_at = app.clock.business().plus_seconds(3 * DAY_SECONDS).to_string();
        let giver = app.browser();
        let welcome = give(&app, &giver, json!({ "recipient_email": BEN, "send_at": send_at })).await;
        until("the thanks", || async { giver.get(&welcome).await.text().await.unwrap().contains("It is paid").then_some(()) }).await;
        app.clock.advance_business_seconds(2 * DAY_SECONDS).await;
        assert!(app.mails(BEN).await.is_empty(), "its day has not come");
        app.clock.advance_business_seconds(DAY_SECONDS + 60).await;
        let code = code(&app, BEN).await;
        let ben = reader(&app, BEN).await;
        app.clock.advance_business_seconds(1_070 * DAY_SECONDS).await;
        until("the reminder", || async {
            app.mails(BEN).await.iter().any(|mail| mail.subject.contains("is waiting") && mail.text.contains(&code)).then_some(())
        })
        .await;
        app.clock.advance_business_seconds(40 * DAY_SECONDS).await;
        fault(redeem(&ben, &code).await, "code", "gift_expired").await;
        assert!(rights(&ben).await.is_empty());
        app.stop().await;
    }

    async fn a_gift_whose_money_goes_back_is_over(db: TestDatabase) {
        let app = newsroom(db).await;
        let giver = app.browser();
        give(&app, &giver, json!({})).await;
        let handed_over = code(&app, ADA).await;
        refund_last(&app).await;
        let ben = reader(&app, BEN).await;
        until("the gift is taken back", || async {
            let answer = redeem(&ben, &handed_over).await;
            assert_ne!(answer.status(), 429);
            (answer.json::<Value>().await.unwrap()["errors"][0]["code"] == "gift_taken_back").then_some(())
        })
        .await;

        give(&app, &giver, json!({ "recipient_email": BEN })).await;
        good(redeem(&ben, &code(&app, BEN).await).await).await;
        app.counted(24_601).await;
        refund_last(&app).await;
        app.counted(24_600).await;
        assert_eq!(decision(&ben).await, "join");
        until("its reader is told", || async {
            app.mails(BEN).await.iter().any(|mail| mail.subject.contains("has ended")).then_some(())
        })
        .await;
        app.stop().await;
    }

    async fn months_follow_those_that_are_paid_and_what_renews_takes_none(db: TestDatabase) {
        let app = newsroom(db).await;
        let giver = app.browser();
        let ben = reader(&app, BEN).await;
        give(&app, &giver, json!({})).await;
        let first = good(redeem(&ben, &code(&app, ADA).await).await).await;
        let seen = app.mails(ADA).await.len();
        give(&app, &giver, json!({})).await;
        let code = until("another code", || async {
            let texts: Vec<String> = app.mails(ADA).await.into_iter().map(|mail| mail.text).collect();
            code_in(&texts[..texts.len().saturating_sub(seen)])
        })
        .await;
        let price = app.price_id("supporter", "month").await;
        let body = json!({ "price": price, "email": CARA, "campaign": CAMPAIGN });
        let cara = app.browser();
        let page = good(cara.post("/v1/checkout", &body).await).await["checkout_url"].as_str().unwrap().to_owned();
        app.pay(&page, CARA, Card::GOOD).await;
        app.counted(24_602).await;
        fault(redeem(&cara, &code).await, "code", "gift_covered").await;
        let second = good(redeem(&ben, &code).await).await;
        assert_eq!(second["starts_at"], first["ends_at"]);
        app.stop().await;
    }

    async fn a_code_is_redeemed_by_one_of_many_who_try_at_once(db: TestDatabase) {
        let app = newsroom(db).await;
        give(&app, &app.browser(), json!({})).await;
        let code = code(&app, ADA).await;
        let mut readers = Vec::new();
        for number in 0..6 {
            readers.push(reader(&app, &format!("reader-{number}@example.com")).await);
        }
        let answers = futures_util::future::join_all(readers.iter().map(|reader| redeem(reader, &code))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status() == 200).count(), 1);
        app.counted(24_601).await;
        app.stop().await;
    }

    async fn codes_cannot_be_guessed(db: TestDatabase) {
        let app = newsroom(db).await;
        let ben = reader(&app, BEN).await;
        for guess in ["", "0000-0000-0000-0000", "UUUU-UUUU-UUUU-UUUU", "'; DROP TABLE gift; --"] {
            fault(redeem(&ben, guess).await, "code", "gift_unknown").await;
        }
        for _ in 4..30 {
            fault(redeem(&ben, "0000-0000-0000-0001").await, "code", "gift_unknown").await;
        }
        problem(redeem(&ben, "0000-0000-0000-0001").await, 429, "rate_limited").await;
        app.stop().await;
    }

    async fn what_is_no_gift_is_refused_by_field(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = app.browser();
        let past = app.clock.business().plus_seconds(-2 * DAY_SECONDS).to_string();
        let far = app.clock.business().plus_seconds(400 * DAY_SECONDS).to_string();
        for (gift, field, code) in [
            (json!({ "recipient_email": "nobody" }), "gift.recipient_email", "email_invalid"),
            (json!({ "recipient_email": BEN, "send_at": "tomorrow" }), "gift.send_at", "malformed"),
            (json!({ "recipient_email": BEN, "send_at": far.clone() }), "gift.send_at", "too_far"),
            (json!({ "recipient_email": BEN, "send_at": past }), "gift.send_at", "in_past"),
            (json!({ "send_at": far }), "gift.send_at", "no_recipient"),
            (json!({ "message": "x".repeat(1_001) }), "gift.message", "too_long"),
            (json!({ "from": "A\nB" }), "gift.from", "control_characters"),
        ] {
            let price = app.price_id("supporter", "year").await;
            let body = json!({ "price": price, "email": ADA, "gift": gift });
            fault(browser.post("/v1/checkout", &body).await, field, code).await;
        }
        let body = json!({ "price": app.price_id("contribution", "once").await, "email": ADA, "gift": {} });
        fault(browser.post("/v1/checkout", &body).await, "price", "no_gift").await;
        assert!(app.stripe("checkout/sessions").await.is_empty(), "nothing was begun");
        app.stop().await;
    }

    async fn a_gift_is_bought_and_redeemed_on_pages_alone(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = app.browser();
        let page = browser.get("/gift").await.text().await.unwrap();
        assert!(page.contains("€70 for 12 months") && page.contains("for one month"), "{page}");
        let price = app.price_id("supporter", "year").await;
        let wrong = [("price", price.as_str()), ("email", ADA), ("recipient", "ben"), ("on", "soon"), ("message", "Kept.")];
        let answer = browser.submit("/gift", &wrong).await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        assert!(page.contains("recipient-fault") && page.contains("on-fault") && page.contains("Kept."), "{page}");
        let good_form = [("price", price.as_str()), ("email", ADA), ("recipient", BEN), ("from", "Ada")];
        let answer = browser.submit("/gift", &good_form).await;
        assert_eq!(answer.status(), 303);
        let checkout = answer.headers()["location"].to_str().unwrap().to_owned();
        app.pay(&checkout, ADA, Card::GOOD).await;
        let code = code(&app, BEN).await;

        let page = app.browser().get("/gift/redeem").await.text().await.unwrap();
        assert!(page.contains("/sign-in?return_to=") && !page.contains("name=\"code\""), "{page}");
        let ben = reader(&app, BEN).await;
        let answer = ben.submit("/gift/redeem", &[("code", "nothing")]).await;
        assert_eq!(answer.status(), 422);
        assert!(answer.text().await.unwrap().contains("code-fault"));
        let page = ben.submit("/gift/redeem", &[("code", &code)]).await.text().await.unwrap();
        assert!(page.contains("It is yours."), "{page}");
        assert_eq!(decision(&ben).await, "open");
        app.stop().await;
    }
}
