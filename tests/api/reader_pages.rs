//! What the pages say to a reader: nothing that does not hold.

use reqwest::header;
use serde_json::json;

use crate::{
    expect::{CAMPAIGN, problem},
    support::{Browser, Card, TestApp, TestDatabase, location, on_both_databases, until},
};

async fn page(browser: &Browser, path: &str) -> String {
    browser.get(path).await.text().await.unwrap()
}

on_both_databases! {
    async fn whoever_pays_twice_gets_the_code_that_the_page_speaks_of(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let email = "ada@example.com";
        drop(app.member(email).await);
        app.counted(24_601).await;
        // The gateway tells seconds: of two in the same second either may be the first.
        app.clock.advance_business_seconds(2).await;

        let payer = app.browser();
        let before: Vec<String> = app.mails(email).await.into_iter().map(|mail| mail.id).collect();
        let price = app.price_id("patron", "year").await;
        let hosted = payer.check_out(&price, Some(email), Some(CAMPAIGN)).await;
        let welcome = app.pay(&hosted, email, Card::GOOD).await;
        let is_wanted = |one: &crate::support::Mail| one.code.is_some() && !before.contains(&one.id);
        let mail = until("a mail with a code", || async { app.mails(email).await.into_iter().find(is_wanted) }).await;
        let told = page(&payer, &welcome).await;
        assert!(told.contains("Thank you. Now check your mail."), "{told}");
        assert!(told.contains("send the money back"), "{told}");
        assert!(payer.me().await.is_none(), "paying alone signs nobody in");

        let form = page(&payer, "/sign-in/code").await;
        assert!(form.contains("name=\"code\""), "{form}");
        let answer = payer.submit("/sign-in/code", &[("code", mail.code.as_deref().unwrap())]).await;
        assert_eq!(answer.status(), 303);
        assert!(payer.me().await.is_some());

        let account = page(&payer, "/account").await;
        assert_eq!(account.matches("You became a member").count(), 1, "{account}");
        assert_eq!(account.matches("Refunded duplicate").count(), 1, "{account}");
        assert!(!account.contains("your plan"), "the portal changes no plan");
        app.stop().await;
    }

    async fn the_address_typed_is_kept_for_the_browser_that_comes_back_unpaid(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (payer, other) = (app.browser(), app.browser());
        let price = app.price_id("patron", "year").await;
        payer.check_out(&price, Some("Ada@Example.com"), Some(CAMPAIGN)).await;
        let session = app.stripe("checkout/sessions").await[0].clone();
        let back = session["cancel_url"].as_str().unwrap();
        assert!(!back.contains('@') && !back.contains("%40"), "{back}");
        let told = page(&payer, back).await;
        assert!(told.contains("value=\"ada@example.com\""), "{told}");
        let chosen = told.split("<input").find(|input| input.contains(&price)).unwrap();
        assert!(chosen.contains("checked"), "{chosen}");
        assert!(!page(&other, back).await.contains("ada@example.com"), "another browser is told nothing");
        app.stop().await;
    }

    async fn a_wrong_address_is_told_what_would_be_right(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for path in ["/sign-in", "/join"] {
            let answer = app.browser().submit(path, &[("email", "ada@")]).await;
            assert_eq!(answer.status(), 422, "{path}");
            let told = answer.text().await.unwrap();
            assert!(told.contains("Write the whole address, as in name@example.org."), "{path}: {told}");
        }
        app.stop().await;
    }

    async fn signing_out_says_for_how_long_a_website_may_go_on(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let asked = page(&member, "/sign-out").await;
        assert!(asked.contains("for up to 10 minutes more"), "{asked}");
        let done = member.submit("/sign-out", &[]).await;
        assert_eq!((done.status().as_u16(), location(&done).as_str()), (200, ""));
        assert!(done.text().await.unwrap().contains("for up to 10 minutes more"));
        app.stop().await;
    }

    async fn a_bearers_rubbish_is_told_as_such(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let asked = json!({ "gate": "members", "article": "any-id" });
        let request = app.http.post(app.address("/v1/access")).header(header::AUTHORIZATION, "Bearer rubbish");
        let answer = request.json(&asked).send().await.unwrap();
        assert_eq!(answer.headers()[header::WWW_AUTHENTICATE], "Bearer error=\"invalid_token\"");
        problem(answer, 401, "invalid_token").await;
        app.stop().await;
    }

    async fn the_list_of_problems_leads_to_each(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let answer = app.browser().get("/problems").await;
        assert_eq!(answer.status(), 200);
        let told = answer.text().await.unwrap();
        let mut count = 0;
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/problems")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let code = name.trim_end_matches(".md");
            assert!(told.contains(&format!("href=\"/problems/{code}\"")), "{code}");
            assert!(told.contains(&format!("<code>{}</code>", code.replace('-', "_"))), "{code}");
            count += 1;
        }
        assert!(count > 30, "only {count}");
        app.stop().await;
    }
}
