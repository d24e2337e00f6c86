//! Fault 58: a database that is gone, or takes everything and answers nothing. Whoever needs it is told within a bound; tokens
//! that are out go on being believed, and counters go on being shown.

use std::{
    net::SocketAddr,
    sync::mpsc,
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, sqlite::SqliteConnection};

use crate::{
    hanging_proxy::{HangingProxy, Wire},
    support::{AppOptions, Browser, DatabaseKind, TestApp, TestDatabase, production::CAMPAIGN, until},
};

/// How long a request waits for a connection here.
const ACQUIRE: Duration = Duration::from_secs(1);
/// How long a request may take here, whatever it waits for.
const REQUEST: Duration = Duration::from_secs(4);
/// By how much a busy machine may be late.
const SLACK: Duration = Duration::from_secs(3);

fn bounded(config: &mut masthead::config::Config) {
    config.database.acquire_timeout_milliseconds = u64::try_from(ACQUIRE.as_millis()).unwrap();
    config.http.request_timeout_seconds = REQUEST.as_secs();
    config.limits.sign_in_requests_per_client_hour = 100_000;
}

/// A service whose wire to PostgreSQL can hang or break.
async fn behind_a_wire(db: TestDatabase) -> (TestApp, HangingProxy) {
    let (send, receive) = mpsc::channel();
    let settings = move |config: &mut masthead::config::Config| {
        bounded(config);
        let mut url = url::Url::parse(&config.database.url).unwrap();
        let upstream: SocketAddr = format!("127.0.0.1:{}", url.port().unwrap()).parse().unwrap();
        let proxy = HangingProxy::start(upstream);
        url.set_port(Some(proxy.address.port())).unwrap();
        config.database.url = url.to_string();
        send.send(proxy).unwrap();
    };
    let app = TestApp::start_with(db, AppOptions { settings: Box::new(settings), ..AppOptions::default() }).await;
    (app, receive.recv().unwrap())
}

async fn token(app: &TestApp, browser: &Browser) -> String {
    let answer = browser.post("/v1/token", &json!({ "site": "demo-paper" })).await;
    assert_eq!(answer.status(), StatusCode::OK, "{}", app.base_url);
    answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
}

/// What needs no database is there at once; a token that is out is believed by whoever has our keys.
async fn assert_goes_on(app: &TestApp, token: &str) {
    let began = Instant::now();
    let counter = app.http.get(app.address(&format!("/v1/campaigns/{CAMPAIGN}"))).send().await.unwrap();
    assert_eq!(
        (counter.status(), counter.json::<Value>().await.unwrap()["goal"].as_i64()),
        (StatusCode::OK, Some(25_000))
    );
    let keys: Value = app.http.get(app.address("/.well-known/jwks.json")).send().await.unwrap().json().await.unwrap();
    assert_eq!(app.http.get(app.address("/healthz")).send().await.unwrap().status(), StatusCode::OK);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys).unwrap();
    let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(set.find(&kid).unwrap()).unwrap();
    let mut wanted = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    wanted.set_audience(&["demo-paper"]);
    jsonwebtoken::decode::<Value>(token, &key, &wanted).unwrap();
}

/// What needs the database is told as 503 within the bound, many at once.
async fn assert_told(app: &TestApp, browser: &Browser, bound: Duration) {
    let began = Instant::now();
    let (sign_in, token) = (json!({ "email": "eve@example.com" }), json!({ "site": "demo-paper" }));
    let event = json!({ "id": "evt_1", "object": "event", "type": "customer.updated", "livemode": false,
        "data": { "object": { "id": "cus_1", "object": "customer" } } });
    let answers = tokio::join!(
        browser.get("/v1/me"),
        browser.post("/v1/sign-in", &sign_in),
        browser.post("/v1/token", &token),
        browser.get("/account"),
        app.deliver(&event),
    );
    let statuses = [answers.0.status(), answers.1.status(), answers.2.status(), answers.3.status(), answers.4];
    assert_eq!(statuses, [StatusCode::SERVICE_UNAVAILABLE; 5]);
    assert!(answers.0.headers().contains_key("retry-after"));
    let ready = browser.get("/readyz").await;
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    let ready: Value = ready.json().await.unwrap();
    let failed: Vec<&str> =
        ready["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(failed, ["database"], "{ready}");
    assert!(began.elapsed() < bound, "{:?}", began.elapsed());
}

async fn assert_well_again(app: &TestApp, browser: &Browser) {
    until("being ready again", || async { browser.get("/readyz").await.status().is_success().then_some(()) }).await;
    let email = "grace@example.com";
    until("being able to sign in again", || async {
        let answer = browser.post("/v1/sign-in", &json!({ "email": email })).await;
        (answer.status() == StatusCode::ACCEPTED).then_some(())
    })
    .await;
    app.mail(email, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_postgres_that_hangs_or_is_gone_holds_nobody_for_long() {
    let (app, wire) = behind_a_wire(TestDatabase::new(DatabaseKind::Postgres).await).await;
    let browser = app.browser();
    browser.sign_in(&app, "ada@example.com").await;
    let token = token(&app, &browser).await;
    for state in [Wire::Hangs, Wire::Broken] {
        // Some are under way when it happens.
        let under_way = (0..12).map(|number| {
            let (http, address) = (app.http.clone(), app.address("/v1/sign-in"));
            tokio::spawn(async move {
                let body = json!({ "email": format!("reader{number}@example.com") });
                http.post(address).json(&body).send().await.unwrap().status()
            })
        });
        let under_way: Vec<_> = under_way.collect();
        let began = Instant::now();
        wire.set(state);
        for one in under_way {
            let status = one.await.unwrap();
            assert!([StatusCode::ACCEPTED, StatusCode::SERVICE_UNAVAILABLE].contains(&status), "{state:?}: {status}");
        }
        assert!(began.elapsed() < REQUEST + SLACK, "{state:?}: {:?}", began.elapsed());
        assert_goes_on(&app, &token).await;
        // Waiting for a connection, and for the readiness's own look.
        assert_told(&app, &browser, ACQUIRE * 2 + SLACK + Duration::from_secs(2)).await;
        assert_goes_on(&app, &token).await;
        wire.set(Wire::Whole);
        assert_well_again(&app, &browser).await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_sqlite_file_that_another_program_holds_holds_nobody_for_long() {
    let db = TestDatabase::new(DatabaseKind::Sqlite).await;
    let app = TestApp::start_with(db, AppOptions { settings: Box::new(bounded), ..AppOptions::default() }).await;
    let browser = app.browser();
    browser.sign_in(&app, "ada@example.com").await;
    let token = token(&app, &browser).await;
    let mut other = SqliteConnection::connect(&app.database.url).await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    let began = Instant::now();
    let answer = browser.post("/v1/sign-in", &json!({ "email": "grace@example.com" })).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text().await.unwrap());
    assert!(began.elapsed() < REQUEST + SLACK, "{:?}", began.elapsed());
    assert_goes_on(&app, &token).await;
    other.execute("ROLLBACK").await.unwrap();
    assert_well_again(&app, &browser).await;
    app.stop().await;
}
