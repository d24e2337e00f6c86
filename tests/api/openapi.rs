//! The document of the API: all of what the service answers, and nothing else.

use std::collections::BTreeSet;

use reqwest::{StatusCode, header};
use serde_json::Value;

use crate::support::{TestApp, TestDatabase, on_both_databases};

/// Every method and path that the document names.
fn documented(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, methods): (&String, &Value)| {
        let named = methods.as_object().unwrap().keys().map(|method| (path.clone(), method.to_uppercase()));
        named.collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

/// Every method and path that the server answers.
fn routed() -> BTreeSet<(String, String)> {
    let routes = masthead::http::endpoints();
    assert!(routes.len() > 30, "only {} routes", routes.len());
    let methods = |route: &masthead::http::Endpoint| {
        let path = route.path.clone();
        route.methods.iter().map(move |method| (path.clone(), (*method).to_owned())).collect::<Vec<_>>()
    };
    routes.iter().flat_map(methods).collect()
}

async fn document(app: &TestApp) -> Value {
    app.browser().get("/openapi.json").await.json().await.unwrap()
}

/// The example of what a call takes.
fn example(document: &Value, path: &str) -> Value {
    let body = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
    let example = body["examples"]["example"]["value"].clone();
    assert!(example.is_object(), "{path} has no example");
    example
}

/// Every problem code that the document names.
fn codes(document: &Value) -> BTreeSet<String> {
    let text = document.to_string();
    let named = text.split("\"code\":{\"enum\":[").skip(1).filter_map(|rest| rest.split_once(']'));
    named.flat_map(|(codes, _)| codes.split(',').map(|code| code.trim_matches('"').to_owned())).collect()
}

on_both_databases! {
    async fn every_route_is_in_the_document_and_no_other(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (documented, routed) = (documented(&document(&app).await), routed());
        let missing: Vec<_> = routed.difference(&documented).collect();
        let left_over: Vec<_> = documented.difference(&routed).collect();
        assert!(missing.is_empty(), "not in the document: {missing:?}");
        assert!(left_over.is_empty(), "in the document, but nowhere else: {left_over:?}");
        app.stop().await;
    }

    async fn the_document_is_open_to_all_and_names_this_service(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let answer = app.browser().get("/openapi.json").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=300, stale-while-revalidate=86400");
        let etag = answer.headers()[header::ETAG].clone();
        let document: Value = answer.json().await.unwrap();
        assert_eq!(document["servers"][0]["url"], app.base_url);
        assert!(!document.to_string().contains("{base_url}"));

        let again = app.http.get(app.address("/openapi.json")).header(header::IF_NONE_MATCH, &etag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], etag);
        app.stop().await;
    }

    async fn every_code_in_the_document_has_its_page(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let codes = codes(&document(&app).await);
        assert!(codes.len() > 25, "only {codes:?}");
        for code in codes {
            let page = app.browser().get(&format!("/problems/{}", code.replace('_', "-"))).await;
            assert_eq!(page.status(), StatusCode::OK, "{code}");
        }
        app.stop().await;
    }

    async fn examples_of_requests_work(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let document = document(&app).await;
        let browser = app.browser();
        assert_eq!(app.browser().post("/v1/sign-in", &example(&document, "/v1/sign-in")).await.status(), 202);
        browser.sign_in(&app, "member@example.org").await;
        for path in ["/v1/token", "/v1/access"] {
            let answer = browser.post(path, &example(&document, path)).await;
            assert_eq!(answer.status(), 200, "{path}: {}", answer.text().await.unwrap());
        }
        let mut order = example(&document, "/v1/checkout");
        order["price"] = app.price_id("supporter", "month").await.into();
        let answer = browser.post("/v1/checkout", &order).await;
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        assert_eq!(app.deliver(&example(&document, "/webhooks/stripe")).await, 200);
        // Well-formed, and of a code that nobody was given.
        let path = "/v1/continue/exchange";
        let answer = browser.post(path, &example(&document, path)).await;
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "continue_code_invalid");
        app.stop().await;
    }

    async fn the_document_can_be_read_as_a_page(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let document = document(&app).await;
        let answer = app.browser().get("/docs/api").await;
        assert_eq!(answer.status(), StatusCode::OK);
        let page = scraper::Html::parse_document(&answer.text().await.unwrap());
        let select = |selector: &str| scraper::Selector::parse(selector).unwrap();
        for methods in document["paths"].as_object().unwrap().values() {
            for id in methods.as_object().unwrap().values().filter_map(|one| one["operationId"].as_str()) {
                assert_eq!(page.select(&select(&format!("section#{id}"))).count(), 1, "{id}");
            }
        }
        let ids: BTreeSet<&str> = page.select(&select("[id]")).filter_map(|one| one.attr("id")).collect();
        for link in page.select(&select("a[href]")) {
            let target = link.attr("href").unwrap();
            if let Some(anchor) = target.strip_prefix('#') {
                assert!(ids.contains(anchor), "{target} leads nowhere");
            } else if !target.starts_with("mailto:") {
                let inside = target.starts_with('/') || target.starts_with("http://localhost") || target.starts_with("http://127.0.0.1");
                assert!(inside, "{target} is another host's");
            }
        }
        app.stop().await;
    }
}
