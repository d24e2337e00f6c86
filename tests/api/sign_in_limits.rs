//! Guessing, listing and bombing: what sign-in bears.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::json;

use crate::{
    expect::{good, problem},
    support::{AppOptions, Browser, TestApp, TestDatabase, on_both_databases},
};

async fn ask(browser: &Browser, email: &str) -> reqwest::Response {
    browser.post("/v1/sign-in", &json!({ "email": email })).await
}

/// A code that is not this one.
fn other_than(code: &str, step: u32) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + step) % 1_000_000)
}

fn with_limits(change: impl FnOnce(&mut masthead::config::LimitsConfig) + Send + 'static) -> AppOptions {
    AppOptions { settings: Box::new(|config| change(&mut config.limits)), ..AppOptions::default() }
}

/// Budgets are of the clock's hours: goes into the next one if this one is about to end.
pub fn away_from_the_hours_end(app: &TestApp) {
    let left_seconds = 3_600 - app.clock.wall().seconds().rem_euclid(3_600);
    if left_seconds < 60 {
        app.clock.advance_wall_seconds(left_seconds);
    }
}

on_both_databases! {
    // Fault 19.
    async fn five_wrong_codes_close_an_attempt_and_nobody_is_locked_out(db: TestDatabase) {
        let app = TestApp::start(db).await;
        away_from_the_hours_end(&app);
        let (attacker, owner) = (app.browser(), app.browser());
        assert_eq!(ask(&attacker, "ada@example.com").await.status(), StatusCode::ACCEPTED);
        let code = app.mail("ada@example.com", 1).await.code.unwrap();
        for step in 1..=5 {
            let answer = attacker.post("/v1/sign-in/verify", &json!({ "code": other_than(&code, step) })).await;
            let told = if step < 5 { (422, "code_wrong") } else { (429, "too_many_attempts") };
            problem(answer, told.0, told.1).await;
        }
        let right = attacker.post("/v1/sign-in/verify", &json!({ "code": code })).await;
        problem(right, 429, "too_many_attempts").await;
        assert!(attacker.me().await.is_none());
        owner.sign_in(&app, "ada@example.com").await;
        assert!(owner.me().await.is_some());
        app.stop().await;
    }

    // Fault 19: parallel guesses share the five.
    async fn parallel_guesses_are_no_more_than_five(db: TestDatabase) {
        let app = TestApp::start(db).await;
        away_from_the_hours_end(&app);
        let attacker = app.browser();
        ask(&attacker, "ada@example.com").await;
        let code = app.mail("ada@example.com", 1).await.code.unwrap();
        let guesses: Vec<_> = (1..=40).map(|step| json!({ "code": other_than(&code, step) })).collect();
        let answers =
            futures_util::future::join_all(guesses.iter().map(|guess| attacker.post("/v1/sign-in/verify", guess)))
                .await;
        let heard = answers.iter().filter(|answer| answer.status() == StatusCode::UNPROCESSABLE_ENTITY).count();
        assert!(heard <= 5, "{heard} guesses were looked at");
        let right = attacker.post("/v1/sign-in/verify", &json!({ "code": code })).await;
        problem(right, 429, "too_many_attempts").await;
        app.stop().await;
    }

    // Fault 19: a cap over all addresses. Links go on working, so nobody is locked out.
    async fn beyond_the_cap_on_wrong_codes_no_code_is_looked_at_and_links_work(db: TestDatabase) {
        let app = TestApp::start_with(db, with_limits(|limits| limits.wrong_codes_total_hour = 6)).await;
        away_from_the_hours_end(&app);
        for number in 0..3 {
            let attacker = app.browser();
            let email = format!("victim{number}@example.com");
            ask(&attacker, &email).await;
            let code = app.mail(&email, 1).await.code.unwrap();
            for step in 1..=2 {
                attacker.post("/v1/sign-in/verify", &json!({ "code": other_than(&code, step) })).await;
            }
        }
        let lucky = app.browser();
        ask(&lucky, "ada@example.com").await;
        let mail = app.mail("ada@example.com", 1).await;
        let answer = lucky.post("/v1/sign-in/verify", &json!({ "code": mail.code.unwrap() })).await;
        problem(answer, 429, "too_many_attempts").await;
        assert!(lucky.me().await.is_none());
        let link = mail.links.iter().find(|link| link.contains("token=")).unwrap();
        let token = link.split_once("token=").unwrap().1;
        good(lucky.post("/v1/sign-in/verify", &json!({ "token": token })).await).await;
        app.stop().await;
    }

    // Fault 21.
    async fn known_and_unknown_addresses_get_the_same_answer(db: TestDatabase) {
        let app = TestApp::start(db).await;
        away_from_the_hours_end(&app);
        app.member("known@example.com").await;
        let mut told = Vec::new();
        for email in ["known@example.com", "unknown@example.com"] {
            let answer = ask(&app.browser(), email).await;
            let names: BTreeSet<String> = answer.headers().keys().map(ToString::to_string).collect();
            let length = answer.headers().get("set-cookie").map(|value| value.as_bytes().len());
            let status = answer.status();
            let mails = if email.starts_with("known") { 2 } else { 1 };
            let subject = app.mail(email, mails).await.subject;
            told.push((status, names, length, answer.text().await.unwrap(), subject));
        }
        assert_eq!(told[0], told[1]);
        app.stop().await;
    }

    // Fault 22.
    async fn an_address_gets_six_mails_an_hour_and_the_answer_stays_the_same(db: TestDatabase) {
        let app = TestApp::start(db).await;
        away_from_the_hours_end(&app);
        for _ in 0..10 {
            assert_eq!(ask(&app.browser(), "ada@example.com").await.status(), StatusCode::ACCEPTED);
        }
        // The outbox goes in order: what is mailed afterwards comes after all that is mailed before.
        ask(&app.browser(), "last@example.com").await;
        app.mail("last@example.com", 1).await;
        assert_eq!(app.mails("ada@example.com").await.len(), 6);
        for spelling in ["ADA@example.com", "ada@EXAMPLE.com"] {
            ask(&app.browser(), spelling).await;
        }
        ask(&app.browser(), "later@example.com").await;
        app.mail("later@example.com", 1).await;
        assert_eq!(app.mails("ada@example.com").await.len(), 6, "spellings share a budget");
        app.clock.advance_wall_seconds(3_600);
        ask(&app.browser(), "ada@example.com").await;
        app.mail("ada@example.com", 7).await;
        app.stop().await;
    }

    // Fault 22.
    async fn a_client_and_everybody_together_have_budgets(db: TestDatabase) {
        let limits = with_limits(|limits| {
            limits.sign_in_requests_per_client_hour = 8;
            limits.sign_in_mails_total_hour = 5;
        });
        let app = TestApp::start_with(db, limits).await;
        away_from_the_hours_end(&app);
        for number in 0..8 {
            let answer = ask(&app.browser(), &format!("reader{number}@example.com")).await;
            assert_eq!(answer.status(), StatusCode::ACCEPTED);
        }
        app.mail("reader4@example.com", 1).await;
        assert_eq!(app.mails("reader5@example.com").await.len(), 0, "five mails are everybody's share");
        let answer = ask(&app.browser(), "reader9@example.com").await;
        assert!(answer.headers().contains_key("retry-after"));
        problem(answer, 429, "rate_limited").await;
        app.stop().await;
    }

    async fn a_client_is_who_the_trusted_proxies_say_and_nobody_else(db: TestDatabase) {
        let asks = |app: &TestApp, from: &'static str| {
            let request = app.http.post(app.address("/v1/sign-in")).header("x-forwarded-for", from);
            request.json(&json!({ "email": "ada@example.com" })).send()
        };
        let app = TestApp::start_with(db, with_limits(|limits| limits.sign_in_requests_per_client_hour = 2)).await;
        away_from_the_hours_end(&app);
        for (from, status) in [("203.0.113.1", 202), ("203.0.113.2", 202), ("203.0.113.3", 429), ("127.0.0.1", 429)] {
            assert_eq!(asks(&app, from).await.unwrap().status(), status, "nobody is trusted, {from} least");
        }
        let database = app.stop().await;

        let mut options = with_limits(|limits| limits.sign_in_requests_per_client_hour = 2);
        let limit = options.settings;
        options.settings = Box::new(|config| {
            limit(config);
            config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        });
        let app = TestApp::start_with(database, options).await;
        away_from_the_hours_end(&app);
        for (from, status) in [
            ("203.0.113.4", 202),
            ("203.0.113.4", 202),
            ("203.0.113.4", 429),
            ("203.0.113.5, 203.0.113.4", 429),
            ("203.0.113.4, 203.0.113.5", 202),
        ] {
            assert_eq!(asks(&app, from).await.unwrap().status(), status, "{from}");
        }
        app.stop().await;
    }
}
