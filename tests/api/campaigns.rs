//! `GET /v1/campaigns…`, `/v1/plans`, `/healthz`, `/readyz`: what every website may read.

use std::io::Read as _;

use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, good, problem},
    support::{TestApp, TestDatabase, on_both_databases},
};

fn text(answer: &reqwest::Response, name: header::HeaderName) -> String {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
}

on_both_databases! {
    async fn a_compressed_campaign_is_the_same_under_a_tag_of_its_own(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let address = app.address(&format!("/v1/campaigns/{CAMPAIGN}"));
        let plain = app.http.get(&address).send().await.unwrap();
        assert_eq!(text(&plain, header::CONTENT_ENCODING), "");
        let (tag, vary) = (text(&plain, header::ETAG), text(&plain, header::VARY));
        assert!(vary.to_lowercase().contains("accept-encoding"), "{vary}");
        let plain = plain.bytes().await.unwrap();
        for (accepted, encoding) in [("gzip", "gzip"), ("br, gzip;q=0.5", "gzip"), ("gzip;q=0", ""), ("identity", "")] {
            let asked = || app.http.get(&address).header(header::ACCEPT_ENCODING, accepted);
            let answer = asked().send().await.unwrap();
            assert_eq!(text(&answer, header::CONTENT_ENCODING), encoding, "{accepted}");
            let own_tag = text(&answer, header::ETAG);
            assert_eq!(own_tag == tag, encoding.is_empty(), "{accepted}: other bytes, another strong tag");
            let bytes = answer.bytes().await.unwrap();
            let mut read = Vec::new();
            match encoding {
                "gzip" => flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut read).unwrap(),
                _ => (&bytes[..]).read_to_end(&mut read).unwrap(),
            };
            assert!(read == plain, "{accepted}: the same campaign");
            let again = asked().header(header::IF_NONE_MATCH, own_tag).send().await.unwrap();
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{accepted}");
        }
        app.stop().await;
    }

    async fn a_campaign_tells_all_that_the_contract_names(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let body = app.campaign().await;
        for field in [
            "slug",
            "title",
            "pitch",
            "state",
            "outcome",
            "count",
            "settling",
            "goal",
            "percent",
            "remaining",
            "nearly",
            "counting",
            "starts_at",
            "ends_at",
            "time_zone",
            "stretch_goals",
            "milestones",
            "join_url",
            "as_of",
            "version",
        ] {
            assert!(body.get(field).is_some(), "{field} is missing in {body}");
        }
        assert_eq!((&body["count"], &body["goal"], &body["remaining"]), (&json!(24_600), &json!(25_000), &json!(400)));
        assert_eq!((&body["percent"], &body["nearly"]), (&json!(98.4), &json!(true)));
        assert_eq!(body["counting"]["offset"]["count"], 24_600);
        assert_eq!(body["join_url"], app.address(&format!("/join?campaign={CAMPAIGN}")));
        app.stop().await;
    }

    async fn an_unchanged_campaign_is_304_and_a_changed_one_is_not(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let address = app.address(&format!("/v1/campaigns/{CAMPAIGN}"));
        let first = app.http.get(&address).send().await.unwrap();
        let tag = text(&first, header::ETAG);
        assert!(tag.starts_with('"') && tag.len() > 10, "a strong ETag, not {tag}");
        assert_eq!(text(&first, header::CACHE_CONTROL), "public, max-age=1, stale-while-revalidate=5");
        assert_eq!(text(&first, header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
        assert_eq!(text(&first, header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "");
        assert!(first.headers().get(header::SET_COOKIE).is_none(), "a cache would keep it");

        for known in [tag.clone(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let again = app.http.get(&address).header(header::IF_NONE_MATCH, &known).send().await.unwrap();
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "If-None-Match: {known}");
            assert_eq!(text(&again, header::ETAG), tag);
            assert_eq!(again.text().await.unwrap(), "");
        }
        app.member("ada@example.com").await;
        app.counted(24_601).await;
        let changed = app.http.get(&address).header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
        assert_eq!(changed.status(), StatusCode::OK);
        assert_ne!(text(&changed, header::ETAG), tag);
        app.stop().await;
    }

    async fn an_unknown_campaign_is_a_problem(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        for slug in ["nothing", "25000-members'--", "%00", "25000-members%20"] {
            problem(browser.get(&format!("/v1/campaigns/{slug}")).await, 404, "unknown_campaign").await;
        }
        problem(browser.get("/v1/nothing").await, 404, "not_found").await;
        app.stop().await;
    }

    async fn plans_tell_prices_and_gates(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let body = good(app.browser().get("/v1/plans").await).await;
        let plans: Vec<&Value> = body["items"].as_array().unwrap().iter().collect();
        assert_eq!(plans.iter().map(|plan| &plan["slug"]).collect::<Vec<_>>(), ["supporter", "patron", "contribution"]);
        assert_eq!(plans[0]["gates"], json!(["members"]));
        let price = &plans[0]["prices"][0];
        assert!(price["id"].as_str().unwrap().starts_with("prc_"), "{price}");
        let told = (&price["amount_minor"], &price["currency"], &price["interval"], &price["tax"]);
        assert_eq!(told, (&json!(700), &json!("EUR"), &json!("month"), &json!("inside")));
        assert_eq!(price.get("own_amount").or(price.get("opens_months")), None, "{price}");
        let bounds = json!({ "minimum_minor": 300, "maximum_minor": 99_999_999, "suggestions_minor": [1_000, 2_000, 5_000, 10_000] });
        assert_eq!(plans[2]["prices"][0]["own_amount"], bounds);
        app.stop().await;
    }

    async fn health_and_readiness_are_told(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for path in ["/healthz", "/readyz"] {
            assert_eq!(app.browser().get(path).await.status(), StatusCode::OK, "{path}");
        }
        app.stop().await;
    }

    async fn another_method_is_told_which_there_are(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for (path, method, allow) in [
            ("/v1/campaigns", reqwest::Method::DELETE, "GET, HEAD"),
            ("/v1/token", reqwest::Method::GET, "POST"),
            ("/v1/checkout", reqwest::Method::PUT, "POST"),
            ("/join", reqwest::Method::DELETE, "GET, HEAD, POST"),
        ] {
            let answer = app.http.request(method, app.address(path)).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), text(&answer, header::ALLOW).as_str()), (405, allow), "{path}");
        }
        app.stop().await;
    }
}
