//! Bodies that are no good: each is answered with what is wrong with it, and changes nothing.

use reqwest::header;
use serde_json::{Value, json};

use crate::{
    expect::{fault, good, problem},
    support::{TestApp, TestDatabase, on_both_databases},
};

/// Every call that takes JSON, with a field that it has and a body that it takes as JSON.
const CALLS: [(&str, &str); 7] = [
    ("/v1/sign-in", "email"),
    ("/v1/sign-in/verify", "code"),
    ("/v1/checkout", "price"),
    ("/v1/continue/exchange", "site"),
    ("/v1/token", "site"),
    ("/v1/access", "gate"),
    ("/v1/checkout", "email"),
];

async fn send(app: &TestApp, path: &str, kind: Option<&str>, body: impl Into<reqwest::Body>) -> reqwest::Response {
    let mut request = app.http.post(app.address(path)).body(body);
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    request.send().await.unwrap()
}

on_both_databases! {
    async fn what_is_not_json_is_refused(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let json = Some("application/json");
        for (path, _) in CALLS {
            for body in
                ["", "{", "{\"email\":", "[]", "null", "\"text\"", "7", "email=ada@example.com", "{} {}", "\u{feff}{}"]
            {
                problem(send(&app, path, json, body).await, 400, "invalid_json").await;
            }
            problem(send(&app, path, json, vec![b'{', b'"', 0xff, 0xfe, b'"', b'}']).await, 400, "invalid_json").await;
            problem(send(&app, path, json, "[".repeat(60_000)).await, 400, "invalid_json").await;
            for kind in [
                None,
                Some("text/plain"),
                Some("application/x-www-form-urlencoded"),
                Some("application/jsonp"),
                Some(""),
            ] {
                problem(send(&app, path, kind, "{}").await, 415, "unsupported_media_type").await;
            }
        }
        app.stop().await;
    }

    async fn a_body_over_64_kib_is_refused_whether_it_says_so_or_not(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let padded = |bytes: usize| format!("{{\"email\":\"ada@example.com\"{}}}", " ".repeat(bytes - 27));
        assert_eq!(padded(65_536).len(), 65_536);
        good(send(&app, "/v1/sign-in", Some("application/json"), padded(65_536)).await).await;
        for (path, _) in CALLS {
            problem(send(&app, path, Some("application/json"), padded(65_537)).await, 413, "payload_too_large").await;
            let chunks = (0..40).map(|_| Ok::<_, std::io::Error>(" ".repeat(4_096)));
            let stream = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
            problem(send(&app, path, Some("application/json"), stream).await, 413, "payload_too_large").await;
        }
        app.stop().await;
    }

    async fn unknown_fields_and_wrong_types_are_named(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let reader = app.browser();
        reader.sign_in(&app, "reader@example.com").await;
        for (path, field) in CALLS {
            fault(reader.post(path, &json!({ "surprise": 1 })).await, "surprise", "unknown").await;
            for wrong in [json!(7), json!(true), json!([]), json!({})] {
                fault(reader.post(path, &json!({ field: wrong })).await, field, "wrong_type").await;
            }
        }
        fault(reader.post("/v1/sign-in", &json!({})).await, "email", "missing").await;
        fault(reader.post("/v1/access", &json!({ "gate": "members" })).await, "article", "missing").await;
        app.stop().await;
    }

    async fn addresses_that_are_none_are_refused_and_nobody_is_written_to(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let price = app.price_id("supporter", "month").await;
        let long = format!("{}@example.com", "a".repeat(250));
        // Fault 56: a second header, a second address, signs that mail servers read otherwise.
        for email in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "ada example.com",
            "a b@example.com",
            "ada@exam ple.com",
            "ada@@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com\n",
            "ada\u{0}@example.com",
            "ada@example.com\u{7f}",
            "ada@example.com,eve@example.com",
            "ada@example.com;eve@example.com",
            "<ada@example.com>",
            "Ada <ada@example.com>",
            "ada@exam\u{202e}ple.com",
            "ada@.example.com",
            "ada@example..com",
            "ada@-example.com",
            long.as_str(),
        ] {
            fault(browser.post("/v1/sign-in", &json!({ "email": email })).await, "email", "email_invalid").await;
            let order: Value = json!({ "price": price, "email": email });
            fault(browser.post("/v1/checkout", &order).await, "email", "email_invalid").await;
        }
        for name in ["Ada\r\nBcc: eve@example.com", "\u{0}", &"n".repeat(5_000)] {
            let asked = json!({ "email": "ada@example.com", "name": name });
            fault(browser.post("/v1/sign-in", &asked).await, "name", "malformed").await;
        }
        let all: Value = good(browser.get("/dev/mail.json").await).await;
        assert_eq!(all["items"], json!([]), "somebody was written to");
        assert!(app.stripe("checkout/sessions").await.is_empty());
        app.stop().await;
    }

    async fn an_answer_that_is_a_fault_tells_no_inner_words(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for path in
            ["/v1/campaigns/%FF", "/v1/campaigns?limit=-1", "/v1/campaigns?cursor=%27", "/v1/continue?site=%27%22"]
        {
            let answer = app.browser().get(path).await;
            let (status, text) = (answer.status(), answer.text().await.unwrap());
            assert!(!status.is_server_error(), "{path}: {status} {text}");
            for word in ["sqlx", "panick", "SELECT", "src/", "Error {"] {
                assert!(!text.contains(word), "{path} tells {word}: {text}");
            }
        }
        app.stop().await;
    }
}
