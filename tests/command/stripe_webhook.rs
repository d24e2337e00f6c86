//! `masthead stripe-webhook`: the endpoint at Stripe is made once, mended, rolled; and the service says when it is not right.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Output};

use serde_json::{Value, json};

use crate::support::{
    DatabaseKind, Production, TestDatabase,
    production::{STRIPE_KEY, words},
    until,
};

async fn production() -> Production {
    Production::new(TestDatabase::new(DatabaseKind::Sqlite).await).await
}

/// The endpoints that lead to the service's public address; the sandbox's own one leads to another name of this machine.
async fn endpoints(production: &Production) -> Vec<Value> {
    let request = production.client().get(format!("{}/v1/webhook_endpoints?limit=100", production.sandbox.url()));
    let page: Value = request.bearer_auth(STRIPE_KEY).send().await.unwrap().json().await.unwrap();
    let url = format!("{}/webhooks/stripe", production.base_url);
    page["data"].as_array().unwrap().iter().filter(|one| one["url"] == url).cloned().collect()
}

async fn post(production: &Production, path: &str, form: &[(&str, &str)]) -> Value {
    let request = production.client().post(format!("{}{path}", production.sandbox.url()));
    request.bearer_auth(STRIPE_KEY).form(form).send().await.unwrap().json().await.unwrap()
}

#[track_caller]
fn said(output: &Output, is_good: bool, expected: &[&str]) -> String {
    let text = words(output);
    assert_eq!(output.status.success(), is_good, "{text}");
    for word in expected {
        assert!(text.contains(word), "no {word:?} in: {text}");
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_endpoint_is_made_once_and_its_events_are_believed() {
    let mut production = production().await;
    let address = format!("{}/webhooks/stripe", production.base_url);
    said(
        &production.run(&["stripe-webhook", "list"]),
        false,
        &["no webhook endpoint", &address, "stripe-webhook create"],
    );
    let mut unready = production.serve(&[]).await;
    until("a word about the endpoint", || async {
        unready.output().contains("masthead stripe-webhook create").then_some(())
    })
    .await;
    unready.kill();

    // Whoever makes it may be another user than the service's, before there is a database: none is made.
    let url = production.database.url.clone();
    let nowhere = production.folder.path().join("nowhere.db");
    production.set("DATABASE_URL", &format!("sqlite:{}", nowhere.display()));
    said(&production.run(&["stripe-webhook", "list"]), false, &["no webhook endpoint"]);
    assert!(!nowhere.exists(), "a database was made");
    production.set("DATABASE_URL", &url);

    let file = production.folder.path().join("signing-secret");
    let create = ["stripe-webhook", "create", "--secret-file", file.to_str().unwrap()];
    let text = said(&production.run(&create), true, &["is on", "2026-", "webhook_secrets_file"]);
    assert!(!text.contains("whsec_"), "{text}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    let made = endpoints(&production).await;
    assert_eq!((made.len(), &made[0]["status"]), (1, &json!("enabled")));
    assert!(made[0]["enabled_events"].as_array().unwrap().contains(&json!("invoice.paid")));
    said(&production.run(&["stripe-webhook", "create"]), true, &[made[0]["id"].as_str().unwrap(), "is on"]);
    assert_eq!(endpoints(&production).await, made, "once more changes nothing");

    // Only what this endpoint signs is believed now: the sandbox's own endpoint has another secret.
    production.set("MASTHEAD__PAYMENTS__WEBHOOK_SECRETS", "");
    production.unset("MASTHEAD__PAYMENTS__WEBHOOK_SECRETS");
    production.set("MASTHEAD__PAYMENTS__WEBHOOK_SECRETS_FILE", file.to_str().unwrap());
    let mut running = production.serve(&[]).await;
    let before = production.count().await.unwrap();
    production.pay("ada@example.com").await;
    until("the counter to move", || async { (production.count().await? == before + 1).then_some(()) }).await;
    assert!(!running.output()[..].rsplit("serving").next().unwrap().contains("stripe-webhook"), "{}", running.output());
    running.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wrong_endpoint_is_mended_or_rolled() {
    let production = production().await;
    let shown = said(&production.run(&["stripe-webhook", "create"]), true, &["shown this once"]);
    let first_secret = shown.lines().find(|line| line.starts_with("whsec_")).unwrap().to_owned();
    let id = endpoints(&production).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/webhook_endpoints/{id}");
    post(&production, &path, &[("disabled", "true"), ("enabled_events[0]", "invoice.paid")]).await;
    let list = ["stripe-webhook", "list"];
    said(&production.run(&list), false, &["turned off", "does not send", "charge.refunded"]);
    said(&production.run(&["stripe-webhook", "create"]), true, &["Mended", &id]);
    said(&production.run(&list), true, &["is on"]);

    let rolled = said(&production.run(&["stripe-webhook", "roll"]), true, &["roll --finish"]);
    let second_secret = rolled.lines().find(|line| line.starts_with("whsec_")).unwrap();
    assert_ne!(second_secret, first_secret);
    assert_eq!(endpoints(&production).await.len(), 2);
    said(&production.run(&["stripe-webhook", "roll", "--finish"]), true, &["Deleted"]);
    assert_eq!(endpoints(&production).await.len(), 1);

    // One that was made by hand, without a version, has the account's: no call can change that.
    let left = endpoints(&production).await[0]["id"].as_str().unwrap().to_owned();
    let request = production.client().delete(format!("{}/v1/webhook_endpoints/{left}", production.sandbox.url()));
    request.bearer_auth(STRIPE_KEY).send().await.unwrap();
    let url = format!("{}/webhooks/stripe", production.base_url);
    post(&production, "/v1/webhook_endpoints", &[("url", &url), ("enabled_events[0]", "*")]).await;
    said(&production.run(&["stripe-webhook", "create"]), false, &["account's default version", "stripe-webhook roll"]);
    said(&production.run(&["stripe-webhook", "roll"]), true, &["whsec_"]);
    said(&production.run(&list), true, &["is on"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_done_is_told() {
    let mut production = production().await;
    let file = production.folder.path().join("there-already");
    fs::write(&file, "").unwrap();
    let create = ["stripe-webhook", "create", "--secret-file", file.to_str().unwrap()];
    said(&production.run(&create), false, &["there already", "nothing was made"]);
    assert!(endpoints(&production).await.is_empty());
    let refusals = json!([{ "path": "/v1/webhook_endpoints", "status": 403, "permission": "rak_webhook_write" }]);
    let request = production.client().post(format!("{}/_sandbox/refusals", production.sandbox.url())).json(&refusals);
    assert!(request.send().await.unwrap().status().is_success());
    said(&production.run(&["stripe-webhook", "create"]), false, &["rak_webhook_write"]);
    production.set("MASTHEAD__PAYMENTS__SECRET_KEY", "sk_test_51SomeKeyThatWasRolledLongAgo");
    said(&production.run(&["stripe-webhook", "list"]), false, &["does not know the key"]);
    said(&production.run(&["serve"]), false, &["does not know the key"]);
}
