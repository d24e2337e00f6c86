//! `GET /v1/continue`, `POST /v1/continue/exchange`: a sign-in carried to a website on another domain.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    expect::{STORY, good, problem},
    support::{AppOptions, Browser, TestApp, TestDatabase, location, on_both_databases},
};

pub const VERIFIER: &str = "a-verifier-that-only-the-paper-knows-0123456789";

pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

pub fn path(site: &str, return_to: &str, code_challenge: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("site", site),
            ("return_to", return_to),
            ("state", "s&t=1"),
            ("code_challenge", code_challenge),
        ])
        .finish();
    format!("/v1/continue?{query}")
}

pub fn query(address: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(address).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A code for a signed-in reader.
pub async fn code(reader: &Browser) -> String {
    let answer = reader.get(&path("demo-paper", STORY, &challenge(VERIFIER))).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let back = location(&answer);
    assert!(back.starts_with(STORY), "{back}");
    assert_eq!(query(&back, "state").as_deref(), Some("s&t=1"));
    query(&back, "code").expect("a code")
}

pub fn shown(code: &str) -> Value {
    json!({ "site": "demo-paper", "code": code, "code_verifier": VERIFIER, "return_to": STORY })
}

/// As a website's server does: no cookies, no origin.
pub async fn exchange(app: &TestApp, body: &Value) -> reqwest::Response {
    app.http.post(app.address("/v1/continue/exchange")).json(body).send().await.unwrap()
}

/// A newsroom with a second website.
fn two_sites() -> AppOptions {
    let mut options = AppOptions::default();
    let second = "\n[[sites]]\nslug = \"islands\"\nname = \"The Islands\"\naudience = \"islands\"\n\
        origins = [\"https://islands.example\"]\nreturn_to = [\"https://islands.example/\"]\n\n[[campaigns]]";
    options.newsroom = options.newsroom.replacen("[[campaigns]]", second.trim_start(), 1);
    options
}

on_both_databases! {
    async fn a_code_gives_one_token(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let code = code(&member).await;
        let issued = good(exchange(&app, &shown(&code)).await).await;
        assert_eq!((&issued["token_type"], &issued["gates"]), (&json!("Bearer"), &json!(["members", "registered"])));
        assert_eq!(issued["member"]["id"], member.me().await.unwrap()["id"]);
        assert!((1..=600).contains(&issued["expires_in"].as_i64().unwrap()), "{issued}");
        problem(exchange(&app, &shown(&code)).await, 400, "continue_code_invalid").await;
        app.stop().await;
    }

    async fn a_code_used_in_parallel_gives_one_token(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let reader = app.browser();
        reader.sign_in(&app, "reader@example.com").await;
        let body = shown(&code(&reader).await);
        let answers = futures_util::future::join_all((0..50).map(|_| exchange(&app, &body))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status() == StatusCode::OK).count(), 1);
        app.stop().await;
    }

    async fn codes_that_are_late_stolen_or_anothers_give_nothing(db: TestDatabase) {
        let app = TestApp::start_with(db, two_sites()).await;
        let reader = app.browser();
        reader.sign_in(&app, "reader@example.com").await;
        for (field, wrong) in [
            ("site", "islands"),
            ("site", "nothing"),
            ("return_to", "http://127.0.0.1:9/stories/other"),
            ("return_to", "not an address"),
            ("code_verifier", "another"),
            ("code_verifier", ""),
            ("code", "guessed"),
        ] {
            let mut body = shown(&code(&reader).await);
            body[field] = json!(wrong);
            problem(exchange(&app, &body).await, 400, "continue_code_invalid").await;
        }
        let late = code(&reader).await;
        app.clock.advance_wall_seconds(60);
        problem(exchange(&app, &shown(&late)).await, 400, "continue_code_invalid").await;
        // Whoever shows a code with a wrong verifier has stolen it: it is spent.
        let stolen = code(&reader).await;
        let mut body = shown(&stolen);
        body["code_verifier"] = json!("another");
        problem(exchange(&app, &body).await, 400, "continue_code_invalid").await;
        problem(exchange(&app, &shown(&stolen)).await, 400, "continue_code_invalid").await;
        // A reader who has signed out meanwhile is signed in nowhere.
        let left = code(&reader).await;
        reader.post("/v1/sign-out", &json!({})).await;
        problem(exchange(&app, &shown(&left)).await, 400, "continue_code_invalid").await;
        app.stop().await;
    }

    async fn nobody_is_sent_to_an_address_that_is_not_the_sites(db: TestDatabase) {
        let app = TestApp::start_with(db, two_sites()).await;
        let reader = app.browser();
        reader.sign_in(&app, "reader@example.com").await;
        let good_challenge = challenge(VERIFIER);
        for (site, return_to, code_challenge) in [
            ("nothing", STORY, good_challenge.as_str()),
            ("", STORY, &good_challenge),
            ("islands", STORY, &good_challenge),
            ("demo-paper", "https://islands.example/", &good_challenge),
            ("demo-paper", "https://evil.example/", &good_challenge),
            ("demo-paper", "//evil.example/", &good_challenge),
            ("demo-paper", "http://127.0.0.1:9@evil.example/", &good_challenge),
            ("demo-paper", "", &good_challenge),
            ("demo-paper", STORY, ""),
            ("demo-paper", STORY, "too-short"),
            ("demo-paper", STORY, VERIFIER),
        ] {
            for browser in [&reader, &app.browser()] {
                for prompt in ["", "&prompt=none"] {
                    let answer = browser.get(&format!("{}{prompt}", path(site, return_to, code_challenge))).await;
                    let said = format!("{site} {return_to} {code_challenge}{prompt}: {}", answer.status());
                    assert!(answer.status().is_client_error(), "{said}");
                    assert_eq!(location(&answer), "", "{said}");
                }
            }
        }
        app.stop().await;
    }

    async fn whoever_is_not_signed_in_is_asked_or_sent_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let here = path("demo-paper", STORY, &challenge(VERIFIER));
        let quiet = app.browser().get(&format!("{here}&prompt=none")).await;
        let back = location(&quiet);
        assert_eq!(
            (quiet.status(), query(&back, "error").as_deref()),
            (StatusCode::SEE_OTHER, Some("sign_in_required"))
        );
        assert_eq!((query(&back, "code"), query(&back, "state").as_deref()), (None, Some("s&t=1")));
        let asked = app.browser().get(&here).await;
        let sign_in = location(&asked);
        assert!(sign_in.starts_with(&app.address("/sign-in?return_to=")), "{sign_in}");
        let after = query(&sign_in, "return_to").unwrap();
        assert!(after.starts_with(&app.address("/v1/continue?")), "{after}");
        assert_eq!(query(&after, "state").as_deref(), Some("s&t=1"), "nothing is lost on the way");
        app.stop().await;
    }
}
