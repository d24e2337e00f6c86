//! The other side acted and its reply was lost: asked again, it is the same thing, not a second one.

use std::{net::SocketAddr, sync::mpsc};

use masthead::flow::prove_tally;
use reqwest::header;
use serde_json::{Value, json};

use crate::{
    cutting_proxy::{CuttingProxy, Lost},
    support::{API_KEY, AppOptions, Browser, Card, DatabaseKind, TestApp, TestDatabase, on_both_databases, until},
};

const CAMPAIGN: &str = "25000-members";
const EMAIL: &str = "ada@example.com";

pub fn address_of(url: &str) -> SocketAddr {
    let url = url::Url::parse(url).unwrap();
    format!("127.0.0.1:{}", url.port().unwrap()).parse().unwrap()
}

/// A service whose wire to the payment service can be cut at requests that begin like `watched`.
async fn behind_a_wire(db: TestDatabase, watched: &'static [u8]) -> (TestApp, CuttingProxy) {
    let (send, receive) = mpsc::channel();
    let settings = move |config: &mut masthead::config::Config| {
        let proxy = CuttingProxy::start(address_of(&config.payments.api_url), watched);
        config.payments.api_url = format!("http://{}/", proxy.address);
        send.send(proxy).unwrap();
    };
    let app = TestApp::start_with(db, AppOptions { settings: Box::new(settings), ..AppOptions::default() }).await;
    (app, receive.recv().unwrap())
}

/// Starts a checkout as a caller does who asks again by the same key until there is an answer. How often it asked.
async fn insist(app: &TestApp, browser: &Browser, email: &str, key: &str) -> (String, usize) {
    let price = app.price_id("supporter", "month").await;
    let body = json!({ "price": price, "email": email, "campaign": CAMPAIGN });
    for asked in 1..=5 {
        let request = browser.http.post(app.address("/v1/checkout")).header(header::ORIGIN, &app.base_url);
        let answer = request.header("idempotency-key", key).json(&body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        if status == 201 {
            let body: Value = serde_json::from_str(&text).unwrap();
            return (body["checkout_url"].as_str().unwrap().to_owned(), asked);
        }
        assert!(status.is_server_error(), "{status}: {text}");
    }
    panic!("no checkout in five tries");
}

pub async fn stripe(app: &TestApp, path: &str) -> Vec<Value> {
    let address = format!("{}/v1/{path}", app.sandbox.url());
    let body: Value = app.http.get(address).bearer_auth(API_KEY).send().await.unwrap().json().await.unwrap();
    body["data"].as_array().unwrap().clone()
}

pub async fn counted(app: &TestApp, count: i64) {
    until(&format!("the counter at {count}"), || async {
        let answer = app.http.get(app.address(&format!("/v1/campaigns/{CAMPAIGN}"))).send().await.unwrap();
        (answer.json::<Value>().await.unwrap()["count"] == count).then_some(())
    })
    .await;
}

async fn assert_proven(app: &TestApp) {
    for proof in prove_tally::prove(&app.context).await.unwrap() {
        assert!(proof.holds(), "{proof:?}");
    }
}

on_both_databases! {
    // Fault 11.
    async fn a_checkout_whose_reply_was_lost_is_made_once(db: TestDatabase) {
        let (app, wire) = behind_a_wire(db, b"POST /v1/checkout/sessions").await;
        for (number, lost) in [Lost::Reply, Lost::Request].into_iter().enumerate() {
            wire.cut(lost, 1);
            let browser = app.browser();
            let email = format!("reader{number}@example.com");
            let (page, _) = insist(&app, &browser, &email, &format!("key-of-click-{number}")).await;
            assert_eq!(wire.cuts(), u32::try_from(number).unwrap() + 1, "the wire was cut");
            assert_eq!(stripe(&app, "checkout/sessions").await.len(), number + 1, "{lost:?} was lost");
            app.pay(&page, &email, Card::GOOD).await;
            counted(&app, 24_601 + i64::try_from(number).unwrap()).await;
        }
        assert_proven(&app).await;
        app.stop().await;
    }

    // Fault 11: money goes back once.
    async fn a_refund_whose_reply_was_lost_is_made_once(db: TestDatabase) {
        let (app, wire) = behind_a_wire(db, b"POST /v1/refunds").await;
        let (one, other) = (app.browser(), app.browser());
        let first = insist(&app, &one, EMAIL, "key-of-the-first").await.0;
        app.pay(&first, EMAIL, Card::GOOD).await;
        counted(&app, 24_601).await;
        app.clock.advance_business_seconds(2).await;
        wire.cut(Lost::Reply, 1);
        let second = insist(&app, &other, EMAIL, "key-of-the-second").await.0;
        app.pay(&second, EMAIL, Card::GOOD).await;
        until("one subscription, one refund, one explanation", || async {
            let running = stripe(&app, "subscriptions?status=active").await.len();
            let refunds = stripe(&app, "refunds").await.len();
            let told = app.mails(EMAIL).await.len();
            (wire.cuts() == 1 && (running, refunds) == (1, 1) && told >= 2).then_some(())
        })
        .await;
        let charges = stripe(&app, "charges").await;
        let refunded: i64 = charges.iter().map(|charge| charge["amount_refunded"].as_i64().unwrap()).sum();
        assert_eq!((charges.len(), refunded), (2, 700));
        counted(&app, 24_601).await;
        assert_proven(&app).await;
        app.stop().await;
    }
}

// Faults 4 and 59: whichever commit it was, of a request or of a worker, done or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_whose_reply_was_lost_is_settled_by_asking_again() {
    let (send, receive) = mpsc::channel();
    let settings = move |config: &mut masthead::config::Config| {
        let mut url = url::Url::parse(&config.database.url).unwrap();
        let proxy = CuttingProxy::start(address_of(url.as_str()), b"COMMIT\0");
        url.set_ip_host(proxy.address.ip()).unwrap();
        url.set_port(Some(proxy.address.port())).unwrap();
        config.database.url = url.to_string();
        send.send(proxy).unwrap();
    };
    let db = TestDatabase::new(DatabaseKind::Postgres).await;
    let app = TestApp::start_with(db, AppOptions { settings: Box::new(settings), ..AppOptions::default() }).await;
    let wire: CuttingProxy = receive.recv().unwrap();
    let mut joined: i64 = 0;
    for lost in [Lost::Reply, Lost::Request] {
        for nth in 1..=8 {
            joined += 1;
            let email = format!("reader{joined}@example.com");
            let browser = app.browser();
            let before = wire.cuts();
            wire.cut(lost, nth);
            let (page, _) = insist(&app, &browser, &email, &format!("key-of-click-{joined}")).await;
            app.pay(&page, &email, Card::GOOD).await;
            counted(&app, 24_600 + joined).await;
            // A late one hits whoever commits next.
            wire.cut(lost, 0);
            assert!(wire.cuts() > before || nth > 4, "commit {nth} was never made");
        }
    }
    assert!(wire.cuts() >= 10, "only {} cuts", wire.cuts());
    let (sessions, running) =
        (stripe(&app, "checkout/sessions?limit=100").await, stripe(&app, "subscriptions?limit=100").await);
    assert_eq!((sessions.len(), running.len()), (16, 16), "each was made once at the payment service");
    assert!(stripe(&app, "refunds").await.is_empty());
    assert_proven(&app).await;
    app.stop().await;
}
