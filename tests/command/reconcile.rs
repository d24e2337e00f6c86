//! `masthead reconcile`: what the daily comparison does, by hand.

use crate::support::{DatabaseKind, Production, TestDatabase, production::words, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_stripe_is_compared_and_told() {
    let mut production = Production::new(TestDatabase::new(DatabaseKind::Sqlite).await).await;
    let before = production.run(&["reconcile", "--last"]);
    assert!(before.status.success() && words(&before).contains("Nothing was compared yet."), "{}", words(&before));
    // Nobody listens where the webhooks go: the process that sold has no worker.
    let mut seller = production.serve(&["--no-worker"]).await;
    production.pay("ada@example.com").await;
    seller.kill();
    let compared = production.run(&["reconcile"]);
    assert!(
        words(&compared).contains("subscriptions compared: 1. Stored otherwise, and put right: 1."),
        "{}",
        words(&compared)
    );
    assert!(compared.status.success());
    let again = production.run(&["reconcile"]);
    assert!(words(&again).contains("put right: 0."), "{}", words(&again));
    let last = production.run(&["reconcile", "--last"]);
    assert!(words(&last).contains("finished at 2"), "{}", words(&last));
    let _serving = production.serve(&[]).await;
    until("the member to be counted", || async { (production.count().await == Some(24_601)).then_some(()) }).await;

    production.unset("MASTHEAD__PAYMENTS__SECRET_KEY");
    let keyless = production.run(&["reconcile"]);
    assert!(!keyless.status.success() && words(&keyless).contains("payments.secret_key"), "{}", words(&keyless));
}
