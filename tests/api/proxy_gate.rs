//! The gate at the proxy: the guide's own configuration in a real nginx.

use std::{net::TcpListener, time::Instant};

use reqwest::{Response, header};
use serde_json::json;

use crate::{
    expect::good,
    proxy_ground::{Behind, TEASER, WHOLE},
    support::{TestDatabase, on_both_databases, raw},
};

/// The text of an article, which must come with headers that keep every cache from it.
async fn private_text(answer: Response) -> String {
    assert_eq!(answer.status(), 200, "{}", answer.url());
    let all = |name: header::HeaderName| -> Vec<String> {
        answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    };
    assert_eq!(all(header::CACHE_CONTROL), ["private, no-store"], "{}", answer.url());
    assert_eq!(all(header::VARY), ["Cookie, Authorization"]);
    assert!(all(header::EXPIRES).is_empty());
    answer.text().await.unwrap()
}

on_both_databases! {
    async fn an_article_opens_for_members_alone(db: TestDatabase) {
        let behind = Behind::start(db).await;
        let (app, story) = (&behind.app, format!("{}/stories/fog?from=front&x=1", behind.paper));
        let member = app.member("ada@example.com").await;
        let me = member.me().await.unwrap();
        let whole = private_text(member.get(&story).await).await;
        assert_eq!(whole, format!("{WHOLE} for {}, supporter", me["id"].as_str().unwrap()));

        let back: String = url::form_urlencoded::byte_serialize(story.as_bytes()).collect();
        let offer = format!("<{}/join?site=paper&return_to={back}>", app.base_url);
        let stranger = app.browser();
        let teaser = private_text(stranger.get(&story).await).await;
        assert_eq!(teaser, format!("{TEASER}. More at {offer}"));
        assert_eq!(stranger.get(&offer[1..offer.len() - 1]).await.status(), 200, "the offer is a page");
        // Signed in, and no member of anything.
        let reader = app.browser();
        reader.sign_in(app, "reader@example.com").await;
        assert_eq!(private_text(reader.get(&story).await).await, teaser);
        // Signed out again, the member is a stranger on the next request.
        member.post("/v1/sign-out", &json!({})).await;
        assert_eq!(private_text(member.get(&story).await).await, teaser);
        behind.app.stop().await;
    }

    async fn a_bearers_token_opens_as_the_cookie_does(db: TestDatabase) {
        let behind = Behind::start(db).await;
        let (app, story) = (&behind.app, format!("{}/stories/fog", behind.paper));
        let member = app.member("ada@example.com").await;
        let issued = good(member.post("/v1/token", &json!({ "site": "paper" })).await).await;
        let token = issued["access_token"].as_str().unwrap();
        let whole = private_text(app.http.get(&story).bearer_auth(token).send().await.unwrap()).await;
        assert!(whole.starts_with(WHOLE), "{whole}");
        for wrong in ["", "x", &token[..token.len() - 4]] {
            let answer = app.http.get(&story).bearer_auth(wrong).send().await.unwrap();
            assert!(private_text(answer).await.starts_with(TEASER), "{wrong}");
        }
        // A password before a preview of the site is none of ours.
        let answer = member.http.get(&story).basic_auth("staff", Some("preview")).send().await.unwrap();
        assert!(private_text(answer).await.starts_with(WHOLE));
        behind.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_the_browser_says_of_gates_is_ignored() {
    let behind = Behind::start(TestDatabase::new(crate::support::DatabaseKind::Sqlite).await).await;
    let app = &behind.app;
    let reader = app.browser();
    reader.sign_in(app, "reader@example.com").await;
    let story = format!("{}/stories/fog", behind.paper);
    for (name, value) in [
        ("x-gate", "registered"),
        ("x-gate", ""),
        ("x-original-uri", "/open"),
        ("x-original-uri", "https://evil.example/"),
        ("x-access", "whole"),
        ("x-member", "mem_somebody"),
        ("x-plan", "patron"),
        ("x-offer-url", "https://evil.example/"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-uri", "/open"),
        ("x-http-method-override", "OPTIONS"),
    ] {
        let answer = reader.http.get(&story).header(name, value).send().await.unwrap();
        let seen = answer.headers()["x-seen"].to_str().unwrap().to_owned();
        let text = private_text(answer).await;
        assert!(text.starts_with(TEASER) && text.contains(&app.base_url), "{name}: {value}: {text}");
        assert!(!text.contains("evil"), "{name}: {value}: {text}");
        assert_eq!(seen, "[teaser] [] []", "{name}: {value}");
        // An open page's server is told nothing that a browser made up.
        let open = reader.http.get(format!("{}/", behind.paper)).header(name, value).send().await.unwrap();
        assert_eq!(open.headers()["x-seen"], "[] [] []", "{name}: {value}");
    }
    // Other ways to write the address, and other methods.
    for (method, target) in [
        ("GET", "/stories//fog"),
        ("GET", "//stories/fog"),
        ("GET", "/open/../stories/fog"),
        ("GET", "/%73tories/fog"),
        ("GET", "/stories/%66og"),
        ("GET", "/./stories/fog"),
        ("GET", "http://evil.example/stories/fog"),
        ("POST", "/stories/fog"),
        ("OPTIONS", "/stories/fog"),
        ("PROPFIND", "/stories/fog"),
    ] {
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nX-Access: whole\r\nX-Gate: registered\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let answer = raw(behind.port, &request).await;
        assert!(answer.contains(TEASER) && !answer.contains(WHOLE), "{method} {target}: {answer}");
    }
    // Nobody asks the question from outside.
    assert_eq!(reader.get(&format!("{}/.masthead/may-read", behind.paper)).await.status(), 404);
    behind.app.stop().await;
}

// Fault 33.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cache_before_it_all_keeps_no_gated_text() {
    let behind = Behind::start(TestDatabase::new(crate::support::DatabaseKind::Sqlite).await).await;
    let app = &behind.app;
    let (member, stranger) = (app.member("ada@example.com").await, app.browser());
    let story = format!("{}/stories/fog", behind.cached);
    for _ in 0..3 {
        let whole = member.get(&story).await;
        assert_eq!(whole.headers()["x-cache"], "MISS");
        assert!(private_text(whole).await.starts_with(WHOLE));
        let teaser = stranger.get(&story).await;
        assert_eq!(teaser.headers()["x-cache"], "MISS");
        assert!(private_text(teaser).await.starts_with(TEASER));
    }
    // Nor what is a member's own below the base path.
    for path in ["/members/v1/me", "/members/account", "/members/v1/authorize-request"] {
        for browser in [&member, &stranger, &member] {
            let answer = browser.http.get(format!("{}{path}", behind.cached)).header("x-gate", "members").send().await;
            let answer = answer.unwrap();
            assert_eq!(answer.headers()["x-cache"], "MISS", "{path}: {}", answer.status());
        }
    }
    // It does keep what it may, or the above would be empty words.
    let open = format!("{}/", behind.cached);
    stranger.get(&open).await;
    assert_eq!(stranger.get(&open).await.headers()["x-cache"], "HIT");
    behind.app.stop().await;
}

// Fault 36, for gates at the proxy.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn when_the_service_is_down_the_gate_stands_as_it_was_set() {
    let behind = Behind::start(TestDatabase::new(crate::support::DatabaseKind::Sqlite).await).await;
    let member = behind.app.member("ada@example.com").await;
    let (_open_nginx, open) = behind.variant("X-Access teaser;", "X-Access whole;").await;
    // Somebody who takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (_silent_nginx, hung) = behind.with_masthead_at(silent.local_addr().unwrap().port()).await;
    let began = Instant::now();
    let answer = private_text(member.get(&format!("{hung}/stories/fog")).await).await;
    assert!(answer.starts_with(TEASER) && began.elapsed().as_secs() < 10, "{answer}");
    for (paper, before) in [(&behind.paper, WHOLE), (&open, WHOLE)] {
        assert!(private_text(member.get(&format!("{paper}/stories/fog")).await).await.starts_with(before));
    }
    let Behind { app, paper, nginx, .. } = behind;
    app.stop().await;
    let closed = private_text(member.get(&format!("{paper}/stories/fog")).await).await;
    assert!(closed.starts_with(TEASER) && closed.contains("https://localhost/members/join"), "{closed}");
    assert!(private_text(member.get(&format!("{open}/stories/fog")).await).await.starts_with(WHOLE));
    assert_eq!(member.get(&format!("{paper}/")).await.status(), 200, "open pages go on");
    drop(nginx);
}
