//! `GET /v1/authorize-request`: what a proxy is told.

use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::json;

use crate::{
    expect::{good, problem},
    proxy_ground::with_site,
    support::{AppOptions, Browser, TestApp, TestDatabase, location, on_both_databases},
};

const PATH: &str = "/v1/authorize-request";

fn ask(app: &TestApp, browser: &Browser, gate: &str) -> RequestBuilder {
    browser.http.get(app.address(PATH)).header("x-gate", gate)
}

fn text(answer: &Response, name: &str) -> Option<String> {
    answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
}

/// Held to what every answer has: no cache may keep it, no script of another website may read it.
async fn answer(request: RequestBuilder) -> Response {
    let answer = request.send().await.unwrap();
    let kept = text(&answer, "cache-control").unwrap();
    assert!(kept.contains("no-store"), "{kept}");
    for name in ["access-control-allow-origin", "set-cookie", "etag"] {
        assert_eq!(text(&answer, name), None, "{name}");
    }
    answer
}

on_both_databases! {
    async fn each_reader_at_each_gate(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (stranger, reader) = (app.browser(), app.browser());
        let member = app.member("ada@example.com").await;
        reader.sign_in(&app, "reader@example.com").await;
        let id = member.me().await.unwrap()["id"].as_str().unwrap().to_owned();
        let reader_id = reader.me().await.unwrap()["id"].as_str().unwrap().to_owned();
        for (browser, gate, status, says) in [
            (&stranger, "members", 401, [None, None, None]),
            (&stranger, "registered", 401, [None, None, None]),
            (&reader, "members", 403, [None, None, None]),
            (&reader, "registered", 204, [Some(reader_id.as_str()), Some(""), Some("registered")]),
            (&member, "members", 204, [Some(id.as_str()), Some("supporter"), Some("members,registered")]),
            (&member, "registered", 204, [Some(id.as_str()), Some("supporter"), Some("members,registered")]),
        ] {
            let answer = answer(ask(&app, browser, gate)).await;
            assert_eq!(answer.status(), status, "{gate}");
            let said = ["x-member", "x-plan", "x-gates"].map(|name| text(&answer, name));
            assert_eq!(said, says.map(|word| word.map(str::to_owned)), "{gate}");
            let vary = text(&answer, "vary").unwrap();
            assert!(vary.contains("Cookie") && vary.contains("Authorization"), "{vary}");
            assert_eq!(text(&answer, "x-offer-url").is_some(), status != 204, "{gate}");
        }
        // A proxy may ask with HEAD.
        let head = member.http.head(app.address(PATH)).header("x-gate", "members");
        assert_eq!(answer(head).await.status(), 204);
        problem(ask(&app, &stranger, "members").send().await.unwrap(), 401, "sign_in_required").await;
        problem(ask(&app, &reader, "members").send().await.unwrap(), 403, "entitlement_required").await;
        app.stop().await;
    }

    async fn a_wrong_question_has_no_answer_that_opens(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        for gate in ["nothing", "MEMBERS", "members,registered", "members ' OR 1=1", "../members"] {
            problem(ask(&app, &member, gate).send().await.unwrap(), 404, "unknown_gate").await;
        }
        problem(member.get(PATH).await, 422, "invalid_input").await;
        problem(ask(&app, &member, " ").send().await.unwrap(), 422, "invalid_input").await;
        problem(member.post(PATH, &json!({})).await, 405, "method_not_allowed").await;
        app.stop().await;
    }

    async fn a_right_that_ends_shuts_the_gate_on_the_next_request(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let issued = good(member.post("/v1/token", &json!({})).await).await;
        let bearer = || {
            let token = issued["access_token"].as_str().unwrap();
            app.http.get(app.address(PATH)).header("x-gate", "members").bearer_auth(token)
        };
        assert_eq!(answer(bearer()).await.status(), 204);
        assert_eq!(answer(ask(&app, &member, "members")).await.status(), 204);
        let mut tx = app.context.store.begin().await.unwrap();
        let ended = app.clock.business();
        sqlx::query("UPDATE entitlement SET valid_until = $1").bind(ended.millis()).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        // What a token says of gates is not believed here: what the member holds is looked up.
        assert_eq!(answer(bearer()).await.status(), 403);
        assert_eq!(answer(ask(&app, &member, "members")).await.status(), 403);
        assert_eq!(answer(ask(&app, &member, "registered")).await.status(), 204);
        app.clock.advance_wall_seconds(601);
        assert_eq!(answer(bearer()).await.status(), 401, "the token has ended");
        app.stop().await;
    }

    async fn the_offer_leads_back_to_registered_pages_alone(db: TestDatabase) {
        let options = with_site(AppOptions::default(), "https://paper.example");
        let app = TestApp::start_with(db, options).await;
        let stranger = app.browser();
        let offer = async |gate: &'static str, name: &'static str, uri: &str| {
            let answer = answer(ask(&app, &stranger, gate).header(name, uri)).await;
            text(&answer, "x-offer-url").unwrap()
        };
        let join = app.address("/join?site=paper&return_to=https%3A%2F%2Fpaper.example%2Fstories%2Ffog%3Fa%3D1%26b%3D2");
        let story = "https://paper.example/stories/fog?a=1&b=2";
        assert_eq!(offer("members", "x-original-uri", story).await, join);
        assert_eq!(offer("members", "x-forwarded-uri", story).await, join);
        assert_eq!(offer("registered", "x-original-uri", story).await, join.replace("/join?", "/sign-in?"));
        assert_eq!(stranger.get(&join).await.status(), StatusCode::OK);
        for elsewhere in [
            "",
            "/stories/fog",
            "https://evil.example/",
            "//evil.example/",
            "https://paper.example@evil.example/",
            "https://paper.example.evil.example/",
            "http://paper.example/stories/fog",
            "https://paper.example\\@evil.example/",
            "javascript:alert(1)",
        ] {
            assert_eq!(offer("members", "x-original-uri", elsewhere).await, app.address("/join"), "{elsewhere}");
        }
        assert_eq!(location(&stranger.get(&join).await), "");
        app.stop().await;
    }
}
