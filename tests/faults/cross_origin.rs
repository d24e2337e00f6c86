//! Fault 43: every route of the router, by who may read its answers from another origin: everybody (without cookies), registered
//! sites (with them), or our own pages alone. A route that is not in a class named here is our own.

use std::collections::BTreeSet;

use reqwest::{Method, Response, header};

use crate::{
    expect::good,
    support::{PAPER_URL, TestApp, TestDatabase, on_both_databases},
};

/// Public numbers, keys and scripts.
const OPEN: [&str; 7] = [
    "/v1/campaigns",
    "/v1/campaigns/{slug}",
    "/v1/campaigns/{slug}/fragment.html",
    "/masthead.js",
    "/masthead.css",
    "/openapi.json",
    "/.well-known/jwks.json",
];
/// What a registered site's script may ask for on behalf of its reader.
const SITES: [&str; 4] = ["/v1/plans", "/v1/me", "/v1/token", "/v1/access"];
/// Origins that are nobody's, by every trick there is; the registered one is `http://127.0.0.1:9`.
const FOREIGN: [&str; 24] = [
    "null",
    "",
    "*",
    "https://evil.example",
    "https://127.0.0.1:9",
    "http://127.0.0.1",
    "http://127.0.0.1:99",
    "http://127.0.0.1:9/",
    "http://127.0.0.1:9.evil.example",
    "http://evil.example#http://127.0.0.1:9",
    "http://127.0.0.1:9@evil.example",
    "http://evil.example,http://127.0.0.1:9",
    "http://127.0.0.1:9 http://evil.example",
    "http://sub.127.0.0.1:9",
    "http://evil127.0.0.1:9",
    "HTTP://127.0.0.1:9",
    "http://127.0.0.1:09",
    "http://127.0.0.2:9",
    "http://2130706433:9",
    "http://[::ffff:127.0.0.1]:9",
    "http://127.0.0.1:9%00.evil.example",
    "http://127.0.0.%",
    "http://127_0.0.1:9",
    "file://",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Open,
    Sites,
    Own,
}

fn class_of(path: &str) -> Class {
    match () {
        () if OPEN.contains(&path) => Class::Open,
        () if SITES.contains(&path) => Class::Sites,
        () => Class::Own,
    }
}

/// Every path that the router has.
fn paths() -> BTreeSet<String> {
    masthead::http::endpoints().into_iter().map(|endpoint| endpoint.path).collect()
}

/// What an answer lets other origins do.
fn allows(answer: &Response) -> (Option<String>, bool) {
    let text = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let credentials = text("access-control-allow-credentials");
    assert!(matches!(credentials.as_deref(), None | Some("true")), "{credentials:?}");
    assert_eq!(answer.headers().get_all("access-control-allow-origin").iter().count().min(2), {
        usize::from(text("access-control-allow-origin").is_some())
    });
    (text("access-control-allow-origin"), credentials.is_some())
}

/// Asks as a browser does for a script of that origin: first whether it may, then at once.
async fn ask(http: &reqwest::Client, app: &TestApp, path: &str, origin: &str) -> Vec<(Method, Response)> {
    let address = app.address(&path.replace("{slug}", "25000-members").replace("{code}", "internal"));
    let mut answers = Vec::new();
    for method in [Method::OPTIONS, Method::GET, Method::POST] {
        let mut request = http.request(method.clone(), &address).header(header::ORIGIN, origin);
        if method == Method::OPTIONS {
            request = request.header("access-control-request-method", "POST");
            request = request.header("access-control-request-headers", "content-type,authorization");
        } else if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/json").body("{}");
        }
        answers.push((method, request.send().await.unwrap()));
    }
    answers
}

on_both_databases! {
    async fn no_foreign_origin_reads_what_cookies_open(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        for path in paths() {
            for origin in FOREIGN {
                for (method, answer) in ask(&member.http, &app, &path, origin).await {
                    let said = format!("{method} {path} for {origin:?}: {}", answer.status());
                    let (allowed, credentials) = allows(&answer);
                    assert!(!credentials, "{said}");
                    match class_of(&path) {
                        Class::Open => assert_eq!(allowed.as_deref(), Some("*"), "{said}"),
                        Class::Sites | Class::Own => assert_eq!(allowed, None, "{said}"),
                    }
                    let reads = method == Method::POST && class_of(&path) == Class::Sites;
                    assert!(!reads || matches!(answer.status().as_u16(), 403 | 405), "{said}");
                    assert!(answer.headers().get(header::SET_COOKIE).is_none(), "{said}");
                }
            }
        }
        assert!(member.me().await.is_some(), "nobody was signed out on the way");
        app.stop().await;
    }

    async fn a_registered_origin_reaches_what_is_its_own_and_nothing_else(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        for path in paths() {
            for (method, answer) in ask(&member.http, &app, &path, PAPER_URL).await {
                let said = format!("{method} {path}: {}", answer.status());
                let (allowed, credentials) = allows(&answer);
                match class_of(&path) {
                    Class::Open => assert_eq!((allowed.as_deref(), credentials), (Some("*"), false), "{said}"),
                    Class::Own => assert_eq!((allowed, credentials), (None, false), "{said}"),
                    Class::Sites => {
                        assert_eq!((allowed.as_deref(), credentials), (Some(PAPER_URL), true), "{said}");
                        let varies = answer.headers().get_all(header::VARY).iter();
                        assert!(varies.map(|one| one.to_str().unwrap()).any(|one| one.contains("Origin")), "{said}");
                    }
                }
                // Only a page that the reader opens sets a cookie, never a script's call.
                assert!(answer.headers().get(header::SET_COOKIE).is_none(), "{said}");
            }
        }
        assert!(member.me().await.is_some(), "nobody was signed out on the way");
        app.stop().await;
    }

    async fn a_sites_script_gets_tokens_for_its_own_site_alone(db: TestDatabase) {
        let islands = "https://islands.example";
        let app = TestApp::start_with(db, crate::foreign_ids::two_sites()).await;
        let member = app.member("ada@example.com").await;
        let ask = async |origin: &str, body: serde_json::Value| {
            let request = member.http.post(app.address("/v1/token")).header(header::ORIGIN, origin).json(&body);
            request.send().await.unwrap()
        };
        for (origin, own, other) in [(PAPER_URL, "demo-paper", "islands"), (islands, "islands", "demo-paper")] {
            for body in [serde_json::json!({}), serde_json::json!({ "site": own })] {
                let issued = good(ask(origin, body).await).await;
                assert_eq!(crate::foreign_ids::claims(issued["access_token"].as_str().unwrap())["client_id"], own);
            }
            let refused = ask(origin, serde_json::json!({ "site": other })).await;
            assert_eq!(refused.status(), 422, "{origin} asks for {other}");
            assert_eq!(refused.json::<serde_json::Value>().await.unwrap()["errors"][0]["code"], "unknown_site");
            // Nor a pass for another's article.
            let asked = serde_json::json!({ "gate": "members", "article": "https://islands.example/1" });
            let request = member.http.post(app.address("/v1/access")).header(header::ORIGIN, origin).json(&asked);
            let pass = good(request.send().await.unwrap()).await;
            assert_eq!(crate::foreign_ids::claims(pass["pass"].as_str().unwrap())["client_id"], own);
        }
        // Our own pages speak for every site.
        for site in ["demo-paper", "islands"] {
            good(ask(&app.base_url, serde_json::json!({ "site": site })).await).await;
        }
        app.stop().await;
    }
}
