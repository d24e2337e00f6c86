//! `masthead dev --stripe-test`: Stripe's test mode in the sandbox's place. A sandbox of its own stands in for Stripe; nothing
//! reaches the demonstration from there, just as nothing would from Stripe.

use std::{
    fs,
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use stripe_sandbox::SandboxConfig;

use crate::support::{
    free_port,
    production::{client, words},
    until,
};

const KEY: &str = "sk_test_51SomebodysOwnAccount";
const CAMPAIGN: &str = "25000-members";

/// Killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn refused(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.args(["dev", "--no-open", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path()).args(arguments);
    command.env_remove("MASTHEAD_STRIPE_TEST_KEY").envs(environment.iter().copied());
    let output = command.env("RUST_BACKTRACE", "0").output().unwrap();
    assert!(!output.status.success(), "{}", words(&output));
    output
}

#[test]
fn no_other_key_is_taken_and_none_is_repeated() {
    for key in
        ["sk_live_51SomebodysOwnAccount", "rk_test_51SomebodysOwnAccount", "pk_test_51SomebodysOwnAccount", "secret"]
    {
        for output in
            [refused(&["--stripe-test", key], &[]), refused(&["--stripe-test"], &[("MASTHEAD_STRIPE_TEST_KEY", key)])]
        {
            let said = words(&output);
            assert!(said.contains("sk_test_") && !said.contains("Somebodys"), "{said}");
            assert_eq!(said.trim().lines().count(), 1, "{said}");
        }
    }
    let said = words(&refused(&["--stripe-test"], &[]));
    assert!(said.contains("MASTHEAD_STRIPE_TEST_KEY"), "{said}");
    let elsewhere = words(&refused(&["--stripe-test", KEY, "--stripe-test-url", "https://stripe.example/"], &[]));
    assert!(elsewhere.contains("127.0.0.1"), "{elsewhere}");
    assert!(!refused(&["--stripe-test-url", "http://127.0.0.1:1/"], &[]).status.success(), "it means nothing alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_payment_at_stripe_is_fetched_from_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let public_url = format!("http://{}", listener.local_addr().unwrap());
    let config =
        SandboxConfig { listener, public_url, api_key: KEY.to_owned(), webhook: None, state_file: None, seed: 1 };
    let stripe = stripe_sandbox::start(config).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (port, paper_port) = (free_port(), free_port());
    let base_url = format!("http://localhost:{port}");
    let data = folder.path().join("data");
    let log = folder.path().join("output.log");
    let output = fs::File::create(&log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.args(["dev", "--no-open", "--stripe-test", "--stripe-test-url", stripe.url()]);
    command.args(["--listen", &format!("127.0.0.1:{port}"), "--paper-listen", &format!("127.0.0.1:{paper_port}")]);
    command.arg("--data-dir").arg(&data).env("MASTHEAD_STRIPE_TEST_KEY", KEY).env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
    let running = Running(command.spawn().unwrap());
    let browser = client(port);
    until("masthead dev to be ready", || async {
        browser.get(format!("{base_url}/readyz")).send().await.ok()?.status().is_success().then_some(())
    })
    .await;

    let said =
        until("its words", || async { fs::read_to_string(&log).ok().filter(|said| said.contains("Ctrl-C")) }).await;
    assert!(said.contains("test mode") && said.contains("no real money") && said.contains("4242"), "{said}");
    assert!(!said.contains(KEY) && !said.contains("Payment sandbox"), "{said}");
    let command_line = fs::read_to_string(format!("/proc/{}/cmdline", running.0.id())).unwrap();
    assert!(!command_line.contains(KEY), "{command_line}");
    assert!(data.join("stripe-test/masthead.db").is_file());
    assert!(!data.join("masthead.db").exists() && !data.join("stripe-test/stripe-sandbox.json").exists());
    let page = browser.get(format!("{base_url}/")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("test mode: no real money"), "{page}");

    let plans: Value = browser.get(format!("{base_url}/v1/plans")).send().await.unwrap().json().await.unwrap();
    let body =
        json!({ "price": plans["items"][0]["prices"][0]["id"], "email": "ada@example.com", "campaign": CAMPAIGN });
    let made = browser.post(format!("{base_url}/v1/checkout")).json(&body).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let made: Value = made.json().await.unwrap();
    let checkout = made["checkout_url"].as_str().unwrap();
    assert!(checkout.starts_with(stripe.url()), "{checkout}");
    let card = [
        ("email", "ada@example.com"),
        ("card_number", "4242424242424242"),
        ("card_expiry", "12/34"),
        ("card_cvc", "123"),
        ("name", "Ada Reader"),
    ];
    // Nobody comes back to the welcome page: what happens now comes from the list of events.
    assert_eq!(browser.post(checkout).form(&card).send().await.unwrap().status(), 303);
    until("the counter to move", || async {
        let campaign = browser.get(format!("{base_url}/v1/campaigns/{CAMPAIGN}")).send().await.ok()?;
        (campaign.json::<Value>().await.ok()?["count"] == 24_601).then_some(())
    })
    .await;
    drop(running);
    stripe.stop().await;
}
