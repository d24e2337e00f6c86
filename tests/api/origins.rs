//! Where readers may be sent, whose pages may ask, and what a Host says: nothing.

use reqwest::header;
use serde_json::json;

use crate::{
    expect::{CAMPAIGN, STORY, fault, good, problem},
    support::{PAPER_URL, TestApp, TestDatabase, on_both_databases},
};

/// Fault 23: addresses that look like ours or the paper's and lead elsewhere.
const ELSEWHERE: [&str; 16] = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http://127.0.0.1:9@evil.example/",
    "http://127.0.0.1:9\\@evil.example/",
    "http://reader@127.0.0.1:9/",
    "http://127.0.0.1:99/",
    "http://127.0.0.1/",
    "https://127.0.0.1:9/",
    "http://127.0.0.1:9.evil.example/",
    "http://127.0.0.1:9/\r\nset-cookie: a=b",
    "javascript:alert(1)",
    "data:text/html,x",
    "account",
    "",
];

on_both_databases! {
    async fn readers_are_sent_to_registered_addresses_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let price_id = app.price_id("supporter", "month").await;
        for address in ELSEWHERE {
            let asked = json!({ "email": "ada@example.com", "return_to": address });
            fault(browser.post("/v1/sign-in", &asked).await, "return_to", "return_to_not_allowed").await;
            let asked = json!({ "price": price_id, "email": "ada@example.com", "return_to": address });
            fault(browser.post("/v1/checkout", &asked).await, "return_to", "return_to_not_allowed").await;
        }
        assert!(app.mails("ada@example.com").await.is_empty(), "nobody was written to");
        for address in [STORY.to_owned(), app.address("/account")] {
            let asked = json!({ "email": "ada@example.com", "return_to": address });
            good(browser.post("/v1/sign-in", &asked).await).await;
        }
        app.stop().await;
    }

    // Fault 24.
    async fn a_spoofed_host_is_in_no_link(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let evil = "evil.example";
        let with_host = |request: reqwest::RequestBuilder| {
            request.header(header::HOST, evil).header("x-forwarded-host", evil).header("forwarded", "host=evil.example")
        };
        let asked = app.http.post(app.address("/v1/sign-in")).json(&json!({ "email": "ada@example.com" }));
        good(with_host(asked).send().await.unwrap()).await;
        let mail = app.mail("ada@example.com", 1).await;
        assert!(mail.links.iter().any(|link| link.starts_with(&app.base_url)), "{:?}", mail.links);
        assert!(![mail.text, mail.html].iter().any(|part| part.contains(evil)));
        for path in
            ["/", "/join", "/sign-in", "/v1/campaigns", "/v1/campaigns/nothing", "/v1/continue", "/problems/not-found"]
        {
            let answer = with_host(app.http.get(app.address(path))).send().await.unwrap();
            let head = format!("{:?}", answer.headers());
            let body = answer.text().await.unwrap();
            assert!(!head.contains(evil) && !body.contains(evil), "{path} repeats the Host: {head} {body}");
        }
        app.stop().await;
    }

    // Faults 25 and 43.
    async fn other_origins_change_nothing_and_read_nothing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let price_id = app.price_id("patron", "month").await;
        for origin in ["https://evil.example", "null", PAPER_URL, "http://127.0.0.1:9.evil.example"] {
            for (path, body) in [
                ("/v1/sign-in", json!({ "email": "eve@example.com" })),
                ("/v1/sign-in/verify", json!({ "code": "123456" })),
                ("/v1/sign-out", json!({})),
                ("/v1/checkout", json!({ "price": price_id, "email": "eve@example.com" })),
                ("/v1/billing-portal", json!({})),
            ] {
                let request = member.http.post(app.address(path)).header(header::ORIGIN, origin).json(&body);
                problem(request.send().await.unwrap(), 403, "origin_not_allowed").await;
            }
            for path in ["/sign-in", "/sign-in/link", "/sign-out", "/join", "/account/billing", "/account/amount", "/account/email", "/give", "/gift", "/gift/redeem"] {
                let form = [("email", "eve@example.com"), ("token", "x"), ("code", "123456")];
                let request = member.http.post(app.address(path)).header(header::ORIGIN, origin).form(&form);
                assert_eq!(request.send().await.unwrap().status(), 403, "{path} from {origin}");
            }
        }
        // A browser that says nothing of its origin but that it is another site's page.
        let request =
            member.http.post(app.address("/v1/sign-out")).header("sec-fetch-site", "cross-site").json(&json!({}));
        problem(request.send().await.unwrap(), 403, "origin_not_allowed").await;
        assert!(member.me().await.is_some(), "still signed in");
        assert!(app.mails("eve@example.com").await.is_empty());
        app.stop().await;
    }

    // Fault 43.
    async fn scripts_of_registered_origins_alone_read_with_cookies(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let allowed = |answer: &reqwest::Response| {
            let text = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            (text("access-control-allow-origin"), text("access-control-allow-credentials"))
        };
        for path in ["/v1/me", "/v1/plans"] {
            let request = member.http.get(app.address(path)).header(header::ORIGIN, PAPER_URL);
            let answer = request.send().await.unwrap();
            assert_eq!(allowed(&answer), (Some(PAPER_URL.to_owned()), Some("true".to_owned())), "{path}");
            assert!(
                answer.headers().get_all(header::VARY).iter().any(|vary| vary.to_str().unwrap().contains("Origin"))
            );
            for origin in ["https://evil.example", "null", "http://127.0.0.1:9.evil.example", "http://127.0.0.1:99"] {
                let answer = member.http.get(app.address(path)).header(header::ORIGIN, origin).send().await.unwrap();
                assert_eq!(allowed(&answer), (None, None), "{path} for {origin}");
                let asked =
                    member.http.request(reqwest::Method::OPTIONS, app.address(path)).header(header::ORIGIN, origin);
                assert_eq!(allowed(&asked.send().await.unwrap()), (None, None), "{path} preflight for {origin}");
            }
        }
        let token =
            member.http.post(app.address("/v1/token")).header(header::ORIGIN, "https://evil.example").json(&json!({}));
        problem(token.send().await.unwrap(), 403, "origin_not_allowed").await;
        let own = member
            .http
            .get(app.address(&format!("/v1/campaigns/{CAMPAIGN}")))
            .header(header::ORIGIN, "https://any.example");
        assert_eq!(allowed(&own.send().await.unwrap()), (Some("*".to_owned()), None));
        app.stop().await;
    }
}
