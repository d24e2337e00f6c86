//! Payments made once, amounts of the payer's own, promotion codes named at the checkout.

use reqwest::Response;
use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, STORY, fault, good, problem},
    notices::{ADA, DAY_SECONDS, account, count, newsroom, told},
    support::{API_KEY, AppOptions, Browser, Card, TestApp, TestDatabase, lasting_newsroom, on_both_databases, until},
};

/// A bank account whose bank pays after days.
const PAYS_LATER: &str = "AT611904300234573201";
/// One whose bank does not.
const FAILS_LATER: &str = "AT861904300235473202";

/// A newsroom that sells a year of Supporter for one payment, and a chaotic delivery of webhooks.
pub async fn selling_a_year(db: TestDatabase) -> TestApp {
    let listed = "    { amount_minor = 7000, currency = \"EUR\", interval = \"year\", tax = \"inside\" },\n";
    let once =
        "    { amount_minor = 6000, currency = \"EUR\", interval = \"once\", tax = \"inside\", opens_months = 12 },\n";
    let declared = lasting_newsroom().replace(listed, &format!("{listed}{once}"));
    assert_ne!(declared, lasting_newsroom());
    let app = TestApp::start_with(db, AppOptions { newsroom: declared, ..AppOptions::default() }).await;
    let chaos = json!({ "seed": 5, "duplicate": 1.0, "reorder": 0.5, "delay_ms": 40 });
    good(app.http.post(format!("{}/_sandbox/chaos", app.sandbox.url())).json(&chaos).send().await.unwrap()).await;
    app
}

/// A newsroom whose Patrons choose what they pay each month.
async fn with_patrons_choice(db: TestDatabase) -> TestApp {
    let listed = "amount_minor = 1500, currency = \"EUR\", interval = \"month\", tax = \"inside\"";
    let own = format!("{listed}, minimum_minor = 1200, suggestions_minor = [1500, 2500, 4000]");
    let declared = lasting_newsroom().replace(listed, &own);
    assert_ne!(declared, lasting_newsroom());
    TestApp::start_with(db, AppOptions { newsroom: declared, ..AppOptions::default() }).await
}

async fn begin(browser: &Browser, body: Value) -> Response {
    browser.post("/v1/checkout", &body).await
}

/// Pays a price once with a card. Returns where the payment page leads.
pub async fn give(app: &TestApp, browser: &Browser, plan: &str, amount_minor: Option<i64>) -> String {
    let price = app.price_id(plan, "once").await;
    let mut body = json!({ "price": price, "email": ADA, "campaign": CAMPAIGN });
    if let Some(amount_minor) = amount_minor {
        body["amount_minor"] = json!(amount_minor);
    }
    let page = good(begin(browser, body).await).await["checkout_url"].as_str().unwrap().to_owned();
    app.pay(&page, ADA, Card::GOOD).await
}

async fn debit(app: &TestApp, browser: &Browser, plan: &str, iban: &str) {
    let body = json!({ "price": app.price_id(plan, "once").await, "email": ADA, "campaign": CAMPAIGN });
    let page = good(begin(browser, body).await).await["checkout_url"].as_str().unwrap().to_owned();
    let form = [("email", ADA), ("pay_by", "sepa_debit"), ("iban", iban), ("name", "A Reader")];
    let answer = app.http.post(page).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
}

async fn decision(browser: &Browser) -> String {
    let answer = browser.post("/v1/access", &json!({ "gate": "members", "article": STORY })).await;
    good(answer).await["decision"].as_str().unwrap().to_owned()
}

async fn refund(app: &TestApp, charge: &Value) {
    let form = [("charge", charge["id"].as_str().unwrap())];
    app.make("refunds", &form).await;
}

async fn rights(browser: &Browser) -> Vec<Value> {
    browser.me().await.expect("somebody is signed in")["entitlements"].as_array().unwrap().clone()
}

on_both_databases! {
    async fn what_is_given_once_is_thanked_for_once_and_counts_nowhere(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = app.browser();
        let welcome = give(&app, &browser, "contribution", Some(4_321)).await;
        let page = until("the thanks", || async {
            let page = browser.get(&welcome).await.text().await.unwrap();
            page.contains("nothing more is taken").then_some(page)
        })
        .await;
        assert!(page.contains(ADA) && !page.contains("/join"), "{page}");
        assert_eq!(told(&app, "Your receipt").await, 1);
        let mail = app.mails(ADA).await.remove(0).text;
        assert!(mail.contains("€43.21") && mail.contains("A contribution"), "{mail}");
        assert_eq!(app.mails(ADA).await.len(), 1, "a receipt and nothing else");
        assert_eq!(app.campaign().await["count"], 24_600);
        assert!(rights(&browser).await.is_empty());
        assert_eq!(decision(&browser).await, "join");
        let page = account(&browser).await;
        assert_eq!(page.matches("€43.21").count(), 1, "{page}");
        let charge = app.stripe("charges").await.remove(0);
        assert_eq!(charge["amount"], 4_321);

        refund(&app, &charge).await;
        assert_eq!(told(&app, "sent you money back").await, 1);
        let mails = app.mails(ADA).await;
        let mail = mails.iter().find(|mail| mail.subject.contains("money back")).unwrap();
        assert!(!mail.text.contains("membership ends") && !mail.text.contains("goes on"), "{}", mail.text);
        app.stop().await;
    }

    async fn a_year_paid_once_opens_and_counts_for_a_year(db: TestDatabase) {
        let app = selling_a_year(db).await;
        let browser = app.browser();
        let page = browser.get("/join").await.text().await.unwrap();
        assert!(page.contains("€60 for 12 months") && page.contains("It does not renew."), "{page}");
        give(&app, &browser, "supporter", None).await;
        app.counted(24_601).await;
        assert_eq!(decision(&browser).await, "open");
        assert_eq!(told(&app, "Your receipt").await, 1);
        let page = account(&browser).await;
        assert_eq!(page.matches("which is open to you until").count(), 1, "{page}");
        assert_eq!(app.stripe("subscriptions?status=all").await.len(), 0);
        app.clock.advance_business_seconds(364 * DAY_SECONDS).await;
        assert_eq!(decision(&browser).await, "open");
        app.clock.advance_business_seconds(3 * DAY_SECONDS).await;
        app.counted(24_600).await;
        assert_eq!(decision(&browser).await, "join");
        assert_eq!(app.stripe("charges").await.len(), 1, "it is not taken again");
        app.stop().await;
    }

    async fn a_second_year_follows_the_first_and_moves_up_when_that_goes_back(db: TestDatabase) {
        let app = selling_a_year(db).await;
        let browser = app.browser();
        give(&app, &browser, "supporter", None).await;
        app.counted(24_601).await;
        app.clock.advance_business_seconds(DAY_SECONDS).await;
        give(&app, &browser, "supporter", None).await;
        let both = until("both rights", || async { Some(rights(&browser).await).filter(|rights| rights.len() == 2) }).await;
        assert_eq!(both[0]["until"], both[1]["from"], "{both:?}");
        assert_eq!(app.campaign().await["count"], 24_601, "one member");
        app.caught_up().await;

        let charges = app.stripe("charges").await;
        let first = charges.iter().min_by_key(|charge| charge["created"].as_i64()).unwrap();
        refund(&app, first).await;
        app.caught_up().await;
        until("the second right to move up", || async {
            let later = rights(&browser).await.into_iter().any(|right| {
                let earlier = |key: &str| right[key].as_str() < both[1][key].as_str();
                right["from"] != both[0]["from"] && earlier("from") && earlier("until")
            });
            later.then_some(())
        })
        .await;
        assert_eq!(decision(&browser).await, "open");
        assert_eq!(told(&app, "sent you money back").await, 1);
        let second = charges.iter().find(|charge| charge["id"] != first["id"]).unwrap();
        refund(&app, second).await;
        app.counted(24_600).await;
        assert_eq!(decision(&browser).await, "join");
        app.stop().await;
    }

    async fn a_debit_opens_at_once_counts_when_it_arrives_and_ends_when_it_does_not(db: TestDatabase) {
        let app = selling_a_year(db).await;
        let browser = app.browser();
        debit(&app, &browser, "supporter", PAYS_LATER).await;
        until("the right", || async { browser.me().await.filter(|me| !me["entitlements"].as_array().unwrap().is_empty()) }).await;
        assert_eq!((decision(&browser).await.as_str(), app.campaign().await["count"].as_i64()), ("open", Some(24_600)));
        assert_eq!(count(&app, "Your receipt").await, 0);
        app.clock.advance_business_seconds(8 * DAY_SECONDS).await;
        app.counted(24_601).await;
        assert_eq!(told(&app, "Your receipt").await, 1);
        app.stop().await;
    }

    // Fault 14.
    async fn a_debit_that_fails_is_told_and_owed_to_nobody(db: TestDatabase) {
        let app = selling_a_year(db).await;
        let browser = app.browser();
        debit(&app, &browser, "supporter", FAILS_LATER).await;
        until("the right", || async { browser.me().await.filter(|me| !me["entitlements"].as_array().unwrap().is_empty()) }).await;
        app.clock.advance_business_seconds(8 * DAY_SECONDS).await;
        assert_eq!(told(&app, "did not arrive").await, 1);
        assert_eq!((decision(&browser).await.as_str(), app.campaign().await["count"].as_i64()), ("join", Some(24_600)));
        assert_eq!(count(&app, "Your receipt").await, 0);
        app.stop().await;
    }

    async fn a_monthly_amount_of_ones_own_is_what_is_billed(db: TestDatabase) {
        let app = with_patrons_choice(db).await;
        let browser = app.browser();
        let price = app.price_id("patron", "month").await;
        let body = json!({ "price": price, "email": ADA, "amount_minor": 1_850, "campaign": CAMPAIGN });
        let page = good(begin(&browser, body).await).await["checkout_url"].as_str().unwrap().to_owned();
        app.pay(&page, ADA, Card::GOOD).await;
        app.counted(24_601).await;
        app.clock.advance_business_seconds(32 * DAY_SECONDS).await;
        assert_eq!(told(&app, "Your receipt").await, 1);
        let charges = app.stripe("charges").await;
        assert_eq!(charges.iter().map(|charge| charge["amount"].as_i64().unwrap()).collect::<Vec<_>>(), [1_850, 1_850]);
        assert!(account(&browser).await.contains("€18.50"));
        let product = app.stripe("subscriptions").await[0]["items"]["data"][0]["price"]["product"].clone();
        assert_eq!(app.stripe("products?limit=100").await.iter().filter(|one| one["id"] == product).count(), 1);
        app.stop().await;
    }

    async fn a_second_membership_is_said_to_send_back_what_was_paid(db: TestDatabase) {
        let app = with_patrons_choice(db).await;
        let price = app.price_id("patron", "month").await;
        for amount_minor in [1_300, 1_850] {
            let body = json!({ "price": price, "email": ADA, "amount_minor": amount_minor, "campaign": CAMPAIGN });
            let page = good(begin(&app.browser(), body).await).await["checkout_url"].as_str().unwrap().to_owned();
            app.pay(&page, ADA, Card::GOOD).await;
            app.counted(24_601).await;
        }
        assert_eq!(told(&app, "second payment").await, 1);
        let mails = app.mails(ADA).await;
        let mail = mails.iter().find(|mail| mail.subject.contains("second payment")).unwrap();
        assert!(mail.text.contains("€18.50") && !mail.text.contains("€15"), "{}", mail.text);
        app.stop().await;
    }

    async fn a_member_changes_the_amount_from_the_next_payment_on(db: TestDatabase) {
        let app = with_patrons_choice(db).await;
        let browser = app.browser();
        let body = json!({ "price": app.price_id("patron", "month").await, "email": ADA, "amount_minor": 1_850, "campaign": CAMPAIGN });
        let page = good(begin(&browser, body).await).await["checkout_url"].as_str().unwrap().to_owned();
        app.pay(&page, ADA, Card::GOOD).await;
        app.counted(24_601).await;
        app.caught_up().await;
        let page = account(&browser).await;
        assert!(page.contains("€18.50 a month") && page.contains("Change the amount"), "{page}");
        assert_eq!(browser.me().await.unwrap()["subscription"]["price"]["amount_minor"], 1_850);
        for (typed, words) in [("", "Type an amount"), ("11.99", "€12 or more"), ("abc", "Type an amount")] {
            let answer = browser.submit("/account/amount", &[("amount", typed)]).await;
            assert_eq!(answer.status(), 422, "{typed}");
            let page = answer.text().await.unwrap();
            assert!(page.contains(words) && page.contains(&format!("value=\"{typed}\"")), "{typed}: {page}");
        }
        let answer = browser.submit("/account/amount", &[("amount", "24.50")]).await;
        assert_eq!(answer.status(), 303);
        app.caught_up().await;
        let page = account(&browser).await;
        assert!(page.contains("€24.50 a month"), "{page}");
        assert_eq!(page.matches("from Patron, €18.50 a month").count() + page.matches("from Patron (€18.50 a month)").count(), 1, "{page}");
        assert_eq!(app.stripe("charges").await.len(), 1, "nothing is taken now");
        app.clock.advance_business_seconds(32 * DAY_SECONDS).await;
        until("the next payment", || async { (app.stripe("charges").await.len() == 2).then_some(()) }).await;
        let mut amounts: Vec<i64> = app.stripe("charges").await.iter().map(|charge| charge["amount"].as_i64().unwrap()).collect();
        amounts.sort_unstable();
        assert_eq!(amounts, [1_850, 2_450]);
        app.stop().await;
    }

    async fn a_fixed_amount_is_nobodys_to_change(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member(ADA).await;
        assert!(!account(&member).await.contains("Change the amount"));
        let answer = member.submit("/account/amount", &[("amount", "1")]).await;
        assert_eq!(answer.status(), 409);
        assert_eq!(app.browser().submit("/account/amount", &[("amount", "20")]).await.status(), 401);
        app.stop().await;
    }

    async fn an_amount_that_is_not_taken_is_named(db: TestDatabase) {
        let app = with_patrons_choice(db).await;
        let browser = app.browser();
        let (own, fixed) = (app.price_id("patron", "month").await, app.price_id("supporter", "month").await);
        for (price, amount_minor, code) in [
            (&own, 1_199, "amount_too_small"),
            (&own, -5, "amount_too_small"),
            (&own, 100_000_000, "amount_too_large"),
            (&fixed, 699, "amount_fixed"),
        ] {
            let body = json!({ "price": price, "email": ADA, "amount_minor": amount_minor });
            fault(begin(&browser, body).await, "amount_minor", code).await;
        }
        let body = json!({ "price": own, "email": ADA, "amount_minor": "12" });
        problem(begin(&browser, body).await, 422, "invalid_input").await;
        assert_eq!(app.stripe("checkout/sessions").await.len(), 0);
        app.stop().await;
    }

    async fn a_promotion_code_that_holds_is_taken_off_and_another_is_named(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let coupon = app.make("coupons", &[("percent_off", "50"), ("duration", "once")]).await;
        let coupon = coupon["id"].as_str().unwrap();
        let form = [("promotion[type]", "coupon"), ("promotion[coupon]", coupon), ("code", "HARBOUR")];
        app.make("promotion_codes", &form).await;
        let price = app.price_id("supporter", "month").await;
        let browser = app.browser();
        let body = |code: &str| json!({ "price": price, "email": ADA, "campaign": CAMPAIGN, "promotion_code": code });
        for code in ["HARBOR", "", "two words"] {
            fault(begin(&browser, body(code)).await, "promotion_code", "unknown_promotion_code").await;
        }
        assert_eq!(app.stripe("checkout/sessions").await.len(), 0);
        let page = good(begin(&browser, body("HARBOUR")).await).await["checkout_url"].as_str().unwrap().to_owned();
        app.pay(&page, ADA, Card::GOOD).await;
        app.counted(24_601).await;
        assert_eq!(app.stripe("charges").await[0]["amount"], 350);
        app.stop().await;
    }

    async fn what_is_paid_once_is_not_given_away(db: TestDatabase) {
        let app = selling_a_year(db).await;
        for (percent_off, code) in [("50", "HALF"), ("100", "ALL")] {
            let form = [("percent_off", percent_off), ("duration", "once"), ("id", code)];
            let post = |path: &str| app.http.post(format!("{}/v1/{path}", app.sandbox.url())).bearer_auth(API_KEY);
            good(post("coupons").form(&form).send().await.unwrap()).await;
            let form = [("promotion[type]", "coupon"), ("promotion[coupon]", code), ("code", code)];
            good(post("promotion_codes").form(&form).send().await.unwrap()).await;
        }
        let (year, gift) = (app.price_id("supporter", "once").await, app.price_id("contribution", "once").await);
        let browser = app.browser();
        let body = |price: &str, code: &str| json!({ "price": price, "email": ADA, "promotion_code": code });
        fault(begin(&browser, body(&gift, "HALF")).await, "promotion_code", "not_taken").await;
        fault(begin(&browser, body(&year, "ALL")).await, "promotion_code", "not_taken").await;
        assert_eq!(app.stripe("checkout/sessions?status=open").await.len(), 0);
        let page = good(begin(&browser, body(&year, "HALF")).await).await["checkout_url"].as_str().unwrap().to_owned();
        app.pay(&page, ADA, Card::GOOD).await;
        until("the right", || async { browser.me().await.filter(|me| me["entitlements"][0]["plan"] == "supporter") }).await;
        assert_eq!(app.stripe("charges").await[0]["amount"], 3_000);
        app.stop().await;
    }

    async fn the_page_takes_a_suggestion_or_an_amount_as_typed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let price = app.price_id("contribution", "once").await;
        let (own, field) = (format!("{price}:own"), format!("own-{price}"));
        let page = app.browser().get("/give").await.text().await.unwrap();
        assert!(page.contains("Give once") && page.contains("€100") && page.contains("From €3."), "{page}");
        assert!(app.browser().get("/join").await.text().await.unwrap().contains("/give"));
        for (choice, typed, amount_minor) in [
            (format!("{price}:5000"), "", 5_000),
            (format!("{price}:5000"), "12", 5_000),
            (own.clone(), "12,50", 1_250),
            (price.clone(), "", 2_000),
        ] {
            let form = [("price", choice.as_str()), (field.as_str(), typed), ("email", ADA)];
            let answer = app.browser().submit("/give", &form).await;
            assert_eq!(answer.status(), 303, "{choice} {typed}");
            let sessions = app.stripe("checkout/sessions").await;
            assert!(sessions.iter().any(|session| session["amount_total"] == amount_minor), "{choice} {typed}");
        }
        let fixed = format!("{}:5", app.price_id("supporter", "month").await);
        let answer = app.browser().submit("/join", &[("price", fixed.as_str()), ("email", ADA)]).await;
        assert_eq!(answer.status(), 422);
        assert!(answer.text().await.unwrap().contains("price-fault"), "a fixed amount is not chosen");
        for (typed, words) in [("", "Type an amount"), ("2.99", "€3 or more"), ("1,000", "Type an amount"), ("1000000.00", "or less")] {
            let form = [("price", own.as_str()), (field.as_str(), typed), ("email", ADA)];
            let answer = app.browser().submit("/give", &form).await;
            assert_eq!(answer.status(), 422, "{typed}");
            let page = answer.text().await.unwrap();
            assert!(page.contains(words) && page.contains(&format!("value=\"{typed}\"")), "{typed}: {page}");
            assert!(page.contains(ADA), "what was typed stays");
        }
        app.stop().await;
    }

    async fn who_comes_back_without_paying_finds_the_amount_again(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let price = app.price_id("contribution", "once").await;
        let body = json!({ "price": price, "email": ADA, "amount_minor": 1_250 });
        let id = good(begin(&browser, body).await).await["checkout_id"].as_str().unwrap().to_owned();
        let page = browser.get(&format!("/give?checkout={id}")).await.text().await.unwrap();
        assert!(page.contains("value=\"12.50\"") && page.contains("We kept your choice"), "{page}");
        app.stop().await;
    }

    async fn a_newsroom_without_contributions_has_no_page_for_them(db: TestDatabase) {
        let declared = lasting_newsroom();
        let plan = declared.find("# Paid once, and it opens nothing").unwrap();
        let rest = declared[plan..].find("[[sites]]").unwrap();
        let declared = format!("{}{}", &declared[..plan], &declared[plan + rest..]);
        let app = TestApp::start_with(db, AppOptions { newsroom: declared, ..AppOptions::default() }).await;
        assert_eq!(app.browser().get("/give").await.status(), 404);
        assert!(!app.browser().get("/join").await.text().await.unwrap().contains("/give"));
        app.stop().await;
    }
}
