//! `masthead dev`: ready at once, keeps its data, listens to nobody else's settings.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{demonstration::Demonstration, support::until};

/// How soon it is ready, of several starts the soonest: the machine may be busy with other tests.
const READY_WITHIN: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_ready_within_a_second() {
    let mut soonest = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        let running = Demonstration::start().await;
        soonest = soonest.min(began.elapsed());
        drop(running);
    }
    assert!(soonest <= READY_WITHIN, "{soonest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_keeps_the_data() {
    let mut running = Demonstration::start().await;
    let browser = running.client();
    let email = "ada@example.com";
    browser.post(running.address("/v1/sign-in")).json(&json!({ "email": email })).send().await.unwrap();
    let mail = until("the mail", || async { running.mails(email).await.into_iter().next() }).await;
    let code = json!({ "code": mail["code"] });
    let verified = browser.post(running.address("/v1/sign-in/verify")).json(&code).send().await.unwrap();
    assert_eq!(verified.status(), 200);
    let plans = browser.get(running.address("/v1/plans")).send().await.unwrap().text().await.unwrap();
    let keys = browser.get(running.address("/.well-known/jwks.json")).send().await.unwrap().text().await.unwrap();

    running.kill();
    running.start_again().await;
    let me: Value = browser.get(running.address("/v1/me")).send().await.unwrap().json().await.unwrap();
    assert_eq!(me["email"], email, "still signed in");
    for (path, before) in [("/v1/plans", plans), ("/.well-known/jwks.json", keys)] {
        let after = browser.get(running.address(path)).send().await.unwrap().text().await.unwrap();
        assert_eq!(after, before, "{path} has changed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_well_when_it_is_told_to() {
    let mut running = Demonstration::start().await;
    let told = Command::new("kill").args(["-TERM", &running.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(running.wait().code(), Some(0), "{}", running.output());
    assert!(running.output().contains("Stopping."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_for_production_are_not_looked_at() {
    let elsewhere = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing"),
        ("STRIPE_SECRET_KEY", "sk_live_somebody"),
        ("MASTHEAD__PAYMENTS__SECRET_KEY", "sk_live_somebody"),
        ("MASTHEAD__DATABASE__URL", "postgres://nobody@127.0.0.1:1/nothing"),
    ];
    let running = Demonstration::start_with(&elsewhere).await;
    assert_eq!(running.count().await, Some(24_600));
    assert!(running.folder.path().join("data/masthead.db").is_file());
    assert!(!running.output().contains("sk_live"));
}
