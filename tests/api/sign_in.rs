//! `POST /v1/sign-in`, `/v1/sign-in/verify`, `/v1/sign-out`, `GET /v1/me`.

use futures_util::future::join_all;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    expect::{STORY, fault, good, problem},
    support::{Browser, TestApp, TestDatabase, on_both_databases},
};

/// The token in the link of the newest mail to an address.
async fn link_token(app: &TestApp, email: &str, mails: usize) -> String {
    let mail = app.mail(email, mails).await;
    let link = mail.links.iter().find(|link| link.contains("/sign-in/link?")).expect("a link to sign in");
    let url = url::Url::parse(link).unwrap();
    url.query_pairs().find(|(key, _)| key == "token").expect("a token").1.into_owned()
}

async fn ask(browser: &Browser, email: &str) {
    let answer = browser.post("/v1/sign-in", &json!({ "email": email })).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
}

async fn verify(browser: &Browser, body: Value) -> reqwest::Response {
    browser.post("/v1/sign-in/verify", &body).await
}

on_both_databases! {
    async fn a_code_signs_in_where_it_was_asked_for_and_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (browser, other) = (app.browser(), app.browser());
        let asked = json!({ "email": "ada@example.com", "name": "Ada", "return_to": STORY });
        assert_eq!(browser.post("/v1/sign-in", &asked).await.status(), StatusCode::ACCEPTED);
        let code = app.mail("ada@example.com", 1).await.code.unwrap();
        assert!(browser.me().await.is_none(), "asking signs nobody in");

        // Fault 20: typed into another browser, one that asked for itself among them.
        problem(verify(&other, json!({ "code": code })).await, 403, "other_browser").await;
        ask(&other, "eve@example.com").await;
        problem(verify(&other, json!({ "code": code })).await, 422, "code_wrong").await;

        let body = good(verify(&browser, json!({ "code": format!(" {}-{} ", &code[..3], &code[3..]) })).await).await;
        assert_eq!((&body["member"]["email"], &body["return_to"]), (&json!("ada@example.com"), &json!(STORY)));
        let me = browser.me().await.expect("signed in");
        assert_eq!((&me["name"], &me["verified"], &me["entitlements"]), (&json!("Ada"), &json!(true), &json!([])));

        problem(verify(&browser, json!({ "code": code })).await, 403, "other_browser").await;
        assert_eq!(browser.post("/v1/sign-out", &json!({})).await.status(), StatusCode::NO_CONTENT);
        problem(browser.get("/v1/me").await, 401, "sign_in_required").await;
        app.stop().await;
    }

    async fn a_link_signs_in_anywhere_and_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        ask(&app.browser(), "ada@example.com").await;
        let token = link_token(&app, "ada@example.com", 1).await;
        let elsewhere = app.browser();
        // Fault 17: looking does not use it up, however often, and signs nobody in.
        for _ in 0..3 {
            assert_eq!(elsewhere.get(&format!("/sign-in/link?token={token}")).await.status(), StatusCode::OK);
            let head = elsewhere.http.head(app.address(&format!("/sign-in/link?token={token}"))).send().await.unwrap();
            assert_eq!(head.status(), StatusCode::OK);
        }
        assert!(elsewhere.me().await.is_none());
        good(verify(&elsewhere, json!({ "token": token })).await).await;
        assert!(elsewhere.me().await.is_some());
        problem(verify(&app.browser(), json!({ "token": token })).await, 409, "link_used").await;
        app.stop().await;
    }

    // Fault 18.
    async fn a_link_redeemed_in_parallel_makes_one_session(db: TestDatabase) {
        let app = TestApp::start(db).await;
        ask(&app.browser(), "ada@example.com").await;
        let token = link_token(&app, "ada@example.com", 1).await;
        let address = app.address("/v1/sign-in/verify");
        let mut won = 0;
        for _ in 0..10 {
            let posts = (0..100).map(|_| app.http.post(&address).json(&json!({ "token": token })).send());
            for answer in join_all(posts).await {
                match answer.unwrap().status() {
                    StatusCode::OK => won += 1,
                    status => assert_eq!(status, StatusCode::CONFLICT),
                }
            }
        }
        assert_eq!(won, 1, "of 1,000 posts");
        app.stop().await;
    }

    async fn code_and_link_end_after_fifteen_minutes(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        ask(&browser, "ada@example.com").await;
        let (code, token) =
            (app.mail("ada@example.com", 1).await.code.unwrap(), link_token(&app, "ada@example.com", 1).await);
        app.clock.advance_wall_seconds(15 * 60);
        problem(verify(&browser, json!({ "code": code })).await, 410, "code_expired").await;
        problem(verify(&browser, json!({ "token": token })).await, 410, "code_expired").await;
        app.stop().await;
    }

    async fn broken_links_are_no_links(db: TestDatabase) {
        let app = TestApp::start(db).await;
        ask(&app.browser(), "ada@example.com").await;
        let token = link_token(&app, "ada@example.com", 1).await;
        let mut other = token.clone().into_bytes();
        let last = other.len() - 5;
        other[last] = if other[last] == b'A' { b'B' } else { b'A' };
        for wrong in
            [String::from_utf8(other).unwrap(), token[..token.len() - 4].to_owned(), String::new(), "é".repeat(500)]
        {
            problem(verify(&app.browser(), json!({ "token": wrong })).await, 422, "link_unknown").await;
        }
        fault(verify(&app.browser(), json!({})).await, "code", "missing").await;
        fault(verify(&app.browser(), json!({ "code": "1", "token": "2" })).await, "code", "missing").await;
        app.stop().await;
    }

    // Fault 25: a session that somebody planted is worth nothing after signing in.
    async fn signing_in_gives_a_new_session_cookie(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        ask(&browser, "ada@example.com").await;
        let code = app.mail("ada@example.com", 1).await.code.unwrap();
        let planted = "masthead_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let answer = verify(&browser, json!({ "code": code })).await;
        let cookies: Vec<String> = answer
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
            .collect();
        let session = cookies.iter().find(|cookie| cookie.starts_with("masthead_session=")).expect("a session cookie");
        assert!(!session.starts_with(planted));
        for word in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(session.contains(word), "{word} in {session}");
        }
        let me = app.http.get(app.address("/v1/me")).header(header::COOKIE, planted).send().await.unwrap();
        problem(me, 401, "sign_in_required").await;
        app.stop().await;
    }

    async fn the_first_answer_of_an_address_ends_sessions_from_before_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        // Paid with somebody's address: signed in as the new member, whose address has not answered yet.
        let payer = app.member("ada@example.com").await;
        assert!(payer.me().await.is_some_and(|me| me["verified"] == false));
        let owner = app.browser();
        ask(&owner, "ada@example.com").await;
        let token = link_token(&app, "ada@example.com", 2).await;
        good(verify(&owner, json!({ "token": token })).await).await;
        assert!(payer.me().await.is_none(), "the owner of the address has answered");
        assert!(owner.me().await.is_some_and(|me| me["entitlements"].as_array().unwrap().len() == 1));
        app.stop().await;
    }
}
