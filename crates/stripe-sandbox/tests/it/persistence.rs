//! The state file: nothing acknowledged is lost, whatever ends the process.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use crate::support::{KEY, Mailbox, SECRET, bench_with, text};

#[tokio::test]
async fn a_restart_keeps_objects_clock_and_keys() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.json");
    let bench = bench_with(None, Some(file.clone())).await;
    let session = bench.member("4242424242424242").await;
    let before = bench.control("/_sandbox/clock/advance", json!({"seconds": 5000})).await;
    let keyed = bench.request(reqwest::Method::POST, "/v1/customers").header("Idempotency-Key", "kept");
    let first: Value = keyed.form(&[("email", "a@b.io")]).send().await.unwrap().json().await.unwrap();
    let subscription = bench.subscription(&session).await;
    bench.sandbox.stop().await;

    let bench = bench_with(None, Some(file)).await;
    assert_eq!(bench.subscription(&session).await, subscription);
    assert!(bench.found("/_sandbox/clock").await["now"].as_i64() >= before["now"].as_i64());
    let keyed = bench.request(reqwest::Method::POST, "/v1/customers").header("Idempotency-Key", "kept");
    let again: Value = keyed.form(&[("email", "a@b.io")]).send().await.unwrap().json().await.unwrap();
    assert_eq!(first, again);
    // What falls due is found again: the renewal comes.
    let end = crate::clock::period_end(&subscription);
    bench.control("/_sandbox/clock/advance", json!({"to": end + 3600})).await;
    assert_eq!(bench.found("/v1/invoices?status=paid").await["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn hosted_pages_move_with_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.json");
    let bench = bench_with(None, Some(file.clone())).await;
    let session = bench.session().await;
    bench.sandbox.stop().await;
    // Another free port: another address.
    let bench = bench_with(None, Some(file)).await;
    let moved = bench.found(&format!("/v1/checkout/sessions/{}", text(&session["id"]))).await;
    assert_ne!(moved["url"], session["url"]);
    assert_eq!(bench.pay(&moved, "4242424242424242").await.0, 303);
}

#[tokio::test]
async fn undelivered_events_go_out_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.json");
    let mailbox = Mailbox::open().await;
    mailbox.answer_next_with(&[503]);
    let bench = bench_with(Some(&mailbox), Some(file.clone())).await;
    bench.made("/v1/customers", &[]).await;
    mailbox.wait_for("customer.created", 1).await;
    bench.sandbox.stop().await;
    let _bench = bench_with(Some(&mailbox), Some(file)).await;
    let letters = mailbox.wait_for("customer.created", 2).await;
    assert_eq!(letters[0].event["id"], letters[1].event["id"]);
}

#[test]
fn a_broken_state_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.json");
    for (content, says) in [("{", "EOF"), (r#"{"format": 1}"#, "its format is 1")] {
        std::fs::write(&file, content).unwrap();
        let words = refusal(&file);
        assert!(
            words.contains("stripe.json") && words.contains("Move the file away") && words.contains(says),
            "{words}"
        );
    }
}

/// What the process says when it does not start.
fn refusal(file: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_stripe-sandbox"))
        .args(["--listen", "127.0.0.1:0", "--state-file"])
        .arg(file)
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// A process that does not outlive its test.
struct Process(Child);

impl Process {
    /// SIGKILL: nothing is written on the way out.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn spawn(file: &Path) -> (Process, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stripe-sandbox"))
        .args(["--listen", "127.0.0.1:0", "--api-key", KEY, "--webhook-secret", SECRET, "--state-file"])
        .arg(file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Process(child), line.trim().to_owned())
}

#[tokio::test]
async fn kill_9_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.json");
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut acknowledged: Vec<String> = Vec::new();
    for _ in 0..3 {
        let (mut child, url) = spawn(&file);
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let writers: Vec<_> =
            (0..4).map(|_| tokio::spawn(write_until_it_dies(http.clone(), url.clone(), sender.clone()))).collect();
        drop(sender);
        for _ in 0..25 {
            acknowledged.push(receiver.recv().await.unwrap());
        }
        // In the middle of the writing.
        child.kill();
        for writer in writers {
            writer.await.unwrap();
        }
        while let Some(id) = receiver.recv().await {
            acknowledged.push(id);
        }
    }
    let (_child, url) = spawn(&file);
    for id in &acknowledged {
        let answer = http.get(format!("{url}/v1/customers/{id}")).bearer_auth(KEY).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{id} of {} is lost", acknowledged.len());
    }
}

async fn write_until_it_dies(
    http: reqwest::Client,
    url: String,
    acknowledged: tokio::sync::mpsc::UnboundedSender<String>,
) {
    while let Ok(answer) = http.post(format!("{url}/v1/customers")).bearer_auth(KEY).send().await {
        let Ok(body) = answer.json::<Value>().await else { return };
        acknowledged.send(text(&body["id"])).ok();
    }
}
