//! `POST /v1/token`, `/v1/access`, the key set: what is signed, and what is refused as a bearer's token.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    expect::{STORY, fault, good, problem},
    support::{API_KEY, Browser, TestApp, TestDatabase, on_both_databases, until},
};

/// One of the parts of a token.
fn part(token: &str, at: usize) -> Value {
    let text = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

fn with_part(token: &str, at: usize, changed: &Value) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts[at] = URL_SAFE_NO_PAD.encode(changed.to_string());
    parts.join(".")
}

async fn token(browser: &Browser) -> Value {
    good(browser.post("/v1/token", &json!({ "site": "demo-paper" })).await).await
}

async fn access(app: &TestApp, token: &str, gate: &str) -> reqwest::Response {
    let request = app.http.post(app.address("/v1/access")).header(header::AUTHORIZATION, format!("Bearer {token}"));
    request.json(&json!({ "gate": gate, "article": STORY })).send().await.unwrap()
}

on_both_databases! {
    async fn a_token_says_what_the_contract_names_and_nobodys_address(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let issued = token(&member).await;
        let signed = issued["access_token"].as_str().unwrap();
        let (head, claims) = (part(signed, 0), part(signed, 1));
        assert_eq!((&head["alg"], &head["typ"]), (&json!("ES256"), &json!("at+jwt")));
        let keys = good(app.browser().get("/.well-known/jwks.json").await).await;
        assert!(keys["keys"].as_array().unwrap().iter().any(|key| key["kid"] == head["kid"]), "{keys}");
        assert!(keys["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()), "a private key is told");
        let me = member.me().await.unwrap();
        assert_eq!(
            (&claims["sub"], &claims["aud"], &claims["client_id"]),
            (&me["id"], &json!("demo-paper"), &json!("demo-paper"))
        );
        assert_eq!((&claims["plans"], &claims["gates"]), (&json!(["supporter"]), &json!(["members", "registered"])));
        assert_eq!((&claims["iss"], &claims["scope"]), (&json!(app.base_url), &json!("gates")));
        assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 600);
        assert!(!claims.to_string().contains(['@', '%']) && !claims.to_string().contains("example.com"), "{claims}");
        assert_ne!(part(token(&member).await["access_token"].as_str().unwrap(), 1)["jti"], claims["jti"]);
        problem(app.browser().post("/v1/token", &json!({})).await, 401, "sign_in_required").await;
        fault(member.post("/v1/token", &json!({ "site": "nothing" })).await, "site", "unknown_site").await;
        app.stop().await;
    }

    async fn gates_decide(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (member, reader, stranger) = (app.member("ada@example.com").await, app.browser(), app.browser());
        reader.sign_in(&app, "reader@example.com").await;
        for (browser, gate, decision, reason) in [
            (&stranger, "registered", "sign_in", "not_signed_in"),
            (&stranger, "members", "join", "not_signed_in"),
            (&reader, "registered", "open", "registered"),
            (&reader, "members", "join", "no_entitlement"),
            (&member, "registered", "open", ""),
            (&member, "members", "open", "entitled"),
        ] {
            let body = good(browser.post("/v1/access", &json!({ "gate": gate, "article": STORY })).await).await;
            assert_eq!(body["decision"], decision, "{gate}: {body}");
            if !reason.is_empty() {
                assert_eq!(body["reason"], reason, "{gate}: {body}");
            }
            assert_eq!(body.get("pass").is_some(), decision == "open", "{body}");
            if let Some(pass) = body.get("pass") {
                let (head, claims) = (part(pass.as_str().unwrap(), 0), part(pass.as_str().unwrap(), 1));
                assert_eq!(head["typ"], "masthead-pass+jwt");
                assert_eq!((&claims["gate"], &claims["article"]), (&json!(gate), &json!(STORY)));
                assert!(claims.get("gates").is_none());
            }
        }
        problem(member.post("/v1/access", &json!({ "gate": "nothing", "article": STORY })).await, 404, "unknown_gate")
            .await;
        for article in [String::new(), "a\nb".to_owned(), "x".repeat(2_001)] {
            fault(
                member.post("/v1/access", &json!({ "gate": "members", "article": article })).await,
                "article",
                "malformed",
            )
            .await;
        }
        app.stop().await;
    }

    // Fault 28.
    async fn tokens_that_were_tampered_with_are_refused(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let issued = token(&member).await;
        let signed = issued["access_token"].as_str().unwrap();
        assert_eq!(good(access(&app, signed, "members").await).await["decision"], "open");
        let (head, claims) = (part(signed, 0), part(signed, 1));
        let head_with = |key: &str, value: Value| {
            let mut changed = head.clone();
            changed[key] = value;
            with_part(signed, 0, &changed)
        };
        let claim_with = |key: &str, value: Value| {
            let mut changed = claims.clone();
            changed[key] = value;
            with_part(signed, 1, &changed)
        };
        let unsigned = |token: String| format!("{}.", token.rsplit_once('.').unwrap().0);
        let pass = good(member.post("/v1/access", &json!({ "gate": "members", "article": STORY })).await).await;
        let mut wrong = vec![
            unsigned(head_with("alg", json!("none"))),
            unsigned(head_with("alg", json!("NoNe"))),
            head_with("alg", json!("HS256")),
            head_with("alg", json!("ES384")),
            head_with("typ", json!("JWT")),
            head_with("typ", json!("masthead-pass+jwt")),
            head_with("kid", json!("another")),
            head_with("kid", json!("../../etc/passwd")),
            head_with("jwk", json!({ "kty": "oct", "k": "AA" })),
            claim_with("gates", json!(["registered", "members", "all"])),
            claim_with("sub", json!("mem_00000000000000000000000000000000")),
            claim_with("exp", json!("9999999999")),
            claim_with("exp", json!(9_999_999_999_i64)),
            claim_with("aud", json!("islands")),
            signed[..signed.len() - 2].to_owned(),
            unsigned(signed.to_owned()),
            pass["pass"].as_str().unwrap().to_owned(),
            "x".repeat(5_000),
            "..".to_owned(),
            String::new(),
        ];
        wrong.push(format!("{signed}.{signed}"));
        for token in wrong {
            let answer = access(&app, &token, "members").await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{token}: {}", answer.text().await.unwrap());
        }
        app.stop().await;
    }

    // Fault 32.
    async fn a_token_ends_with_the_right_that_it_tells_of(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let id = app.stripe("subscriptions").await[0]["id"].as_str().unwrap().to_owned();
        let address = format!("{}/v1/subscriptions/{id}", app.sandbox.url());
        let request = app.http.post(address).bearer_auth(API_KEY);
        let ending = good(request.form(&[("cancel_at_period_end", "true")]).send().await.unwrap()).await;
        until("the end to be known", || async {
            let me = member.me().await.unwrap();
            me["subscription"]["cancel_at"].is_string().then_some(())
        })
        .await;
        let end = ending["cancel_at"].as_i64().or(ending["items"]["data"][0]["current_period_end"].as_i64()).unwrap();
        let left = |seconds: i64| end - seconds - app.clock.business().seconds();
        app.clock.advance_business_seconds(left(200)).await;
        let issued = token(&member).await;
        let lives = issued["expires_in"].as_i64().unwrap();
        assert!((100..=200).contains(&lives), "{lives} s, with 200 s of the paid time left");
        assert_eq!(issued["gates"], json!(["members", "registered"]));
        app.clock.advance_business_seconds(left(0).max(1)).await;
        let issued = token(&member).await;
        let claims = part(issued["access_token"].as_str().unwrap(), 1);
        // The address has never answered, so not even the gate for registered readers is open.
        assert_eq!((&issued["gates"], &claims["gates"], &claims["plans"]), (&json!([]), &json!([]), &json!([])));
        let body = good(member.post("/v1/access", &json!({ "gate": "members", "article": STORY })).await).await;
        assert_eq!((&body["decision"], &body["reason"]), (&json!("join"), &json!("entitlement_ended")));
        app.stop().await;
    }
}
