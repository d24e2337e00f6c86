//! `GET /healthz` and `/readyz`.

use std::time::{Duration, Instant};

use masthead::{
    flow::check_ready::{self, Unready},
    token::Keyring,
};
use serde_json::Value;

use crate::support::{TestApp, TestDatabase, on_both_databases};

on_both_databases! {
    async fn a_process_that_can_do_its_work_is_ready(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for (path, status) in [("/healthz", "ok"), ("/readyz", "ready")] {
            let answer = app.http.get(app.address(path)).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), answer.headers()["cache-control"].to_str().unwrap()), (200, "no-store"));
            assert_eq!(answer.json::<Value>().await.unwrap()["status"], status);
        }
        assert_eq!(check_ready::check(&app.context, Instant::now()).await, []);
        app.stop().await;
    }

    async fn each_check_that_fails_is_named(db: TestDatabase) {
        let app = TestApp::start(db).await;
        // A loop that began and never told again.
        app.context.pulse.beat("stuck", Instant::now(), Duration::ZERO);
        let answer = app.http.get(app.address("/readyz")).send().await.unwrap();
        assert_eq!(answer.status(), 503);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!((&problem["code"], &problem["errors"][0]["field"]), (&"not_ready".into(), &"worker.stuck".into()));
        assert_eq!(app.http.get(app.address("/healthz")).send().await.unwrap().status(), 200);
        // Every loop is looked at: in a day none of them has told again.
        let mut context = app.context.clone();
        let silent = check_ready::check(&context, Instant::now() + Duration::from_secs(86_400)).await;
        for name in ["counter", "inbox", "keys", "outbox", "schedule", "tidy"] {
            assert!(silent.contains(&Unready::Worker(name)), "{name}: {silent:?}");
        }
        context.keyring = std::sync::Arc::new(Keyring::default());
        context.pulse = masthead::flow::Pulse::default();
        assert_eq!(check_ready::check(&context, Instant::now()).await, [Unready::SigningKeys]);
        app.stop().await;
    }
}
