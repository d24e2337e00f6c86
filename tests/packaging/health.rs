//! `masthead health`, by which containers ask.

use std::time::Duration;

use crate::support::{DatabaseKind, Production, TestDatabase, production::words};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn health_says_whether_the_service_answers() {
    let production = Production::new(TestDatabase::new(DatabaseKind::Sqlite).await).await;
    let before = production.run(&["health"]);
    assert_eq!(before.status.code(), Some(1), "{}", words(&before));
    assert!(words(&before).contains("does not answer"), "{}", words(&before));
    let mut running = production.serve(&[]).await;
    for arguments in [["health"].as_slice(), &["health", "--ready"]] {
        let asked = production.run(arguments);
        assert!(asked.status.success() && words(&asked).contains("200"), "{}", words(&asked));
    }
    running.signal("TERM");
    running.wait(Duration::from_secs(30));
    assert_eq!(production.run(&["health"]).status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn health_asks_below_the_base_path() {
    let mut production = Production::new(TestDatabase::new(DatabaseKind::Sqlite).await).await;
    let below = format!("{}/members", production.base_url);
    production.base_url.clone_from(&below);
    production.set("MASTHEAD__HTTP__BASE_URL", &format!("{below}/"));
    let _running = production.serve(&[]).await;
    let asked = production.run(&["health", "--ready"]);
    assert!(asked.status.success() && words(&asked).contains("/members/readyz"), "{}", words(&asked));
}
