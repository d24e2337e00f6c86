//! The API's document against the running service, on both databases: made-up requests of every kind, right and wrong, and each answer
//! compared with what the document says.
//!
//! Run by `scripts/test contract`, which installs schemathesis and names its folder in CONTRACT_TOOLS.

#[path = "../support/mod.rs"]
mod support;

use std::{path::PathBuf, process::Command};

use reqwest::header;
use serde_json::json;
use support::{AppOptions, Browser, Card, Mail, TestApp, TestDatabase, on_both_databases, until};

/// How long one run may take, in seconds, unless CONTRACT_SECONDS says otherwise.
const RUN_SECONDS: u64 = 20;

fn tools() -> PathBuf {
    let folder = std::env::var("CONTRACT_TOOLS").expect("CONTRACT_TOOLS names no folder: run `scripts/test contract`");
    PathBuf::from(folder)
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/contract")
}

/// A newsroom whose budgets nobody uses up: otherwise most of what is tried would be answered with 429.
async fn roomy(db: TestDatabase) -> TestApp {
    let settings = |config: &mut masthead::config::Config| {
        config.metrics.token = "contract-metrics-token-that-nobody-guesses".to_owned();
        let limits = &mut config.limits;
        for budget in [
            &mut limits.sign_in_mails_per_address_hour,
            &mut limits.sign_in_requests_per_client_hour,
            &mut limits.sign_in_mails_total_hour,
            &mut limits.wrong_codes_total_hour,
            &mut limits.checkouts_per_client_hour,
            &mut limits.checkouts_per_address_hour,
            &mut limits.checkouts_total_hour,
        ] {
            *budget = 1_000_000;
        }
    };
    TestApp::start_with(db, AppOptions { settings: Box::new(settings), ..AppOptions::default() }).await
}

/// Tries the service, and fails if an answer is not as documented.
async fn try_out(app: &TestApp, name: &str, arguments: &[String]) {
    let seconds = std::env::var("CONTRACT_SECONDS").unwrap_or_else(|_| RUN_SECONDS.to_string());
    let mut command = Command::new(tools().join("bin/schemathesis"));
    command.arg("--config-file").arg(here().join("schemathesis.toml")).arg("run").arg(app.address("/openapi.json"));
    command.args(["--max-time", &seconds, "--no-color"]).args(arguments).current_dir(std::env::temp_dir());
    if let Ok(seed) = std::env::var("CONTRACT_SEED") {
        command.args(["--seed", &seed]);
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("schemathesis starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    println!("--- {name}\n{text}");
    assert!(output.status.success(), "{name}: answers are not as the document says");
    // A run that selects nothing is a run that finds nothing.
    let tested = text.lines().find_map(|line| line.trim().strip_prefix("Tested: ")?.trim().parse::<usize>().ok());
    assert!(tested.unwrap_or(0) > 40, "{name}: only {tested:?} calls were tried");
}

/// The cookie of a paying member's browser.
async fn member(app: &TestApp) -> String {
    let browser: Browser = app.browser();
    let price = app.price_id("supporter", "month").await;
    let hosted = browser.check_out(&price, Some("reader@example.com"), None).await;
    app.pay(&hosted, "reader@example.com", Card::GOOD).await;
    app.caught_up().await;
    let browser = app.browser();
    assert_eq!(browser.post("/v1/sign-in", &json!({ "email": "reader@example.com" })).await.status(), 202);
    let asked_for = |mail: &Mail| mail.subject.starts_with("Sign in");
    let mail = until("the mail to sign in with", || async {
        app.mails("reader@example.com").await.into_iter().find(asked_for)
    });
    let code = mail.await.code.expect("a sign-in mail has a code");
    let answer = browser.post("/v1/sign-in/verify", &json!({ "code": code })).await;
    let cookies = answer.headers().get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let session =
        cookies.filter_map(|cookie| cookie.split(';').next()).find(|one| one.starts_with("masthead_session="));
    session.expect("a signed-in browser has a cookie").to_owned()
}

on_both_databases! {
    #[ignore = "run by scripts/test contract, which installs what it needs"]
    async fn strangers_are_answered_as_documented(db: TestDatabase) {
        let app = roomy(db).await;
        try_out(&app, "strangers", &[]).await;
        app.stop().await;
    }

    #[ignore = "run by scripts/test contract, which installs what it needs"]
    async fn members_are_answered_as_documented(db: TestDatabase) {
        let app = roomy(db).await;
        let cookie = format!("Cookie: {}", member(&app).await);
        // Signing out would end the session, and a request "without its cookie" would bear this one all the same.
        let kept_in = ["--exclude-path-regex", "sign-out", "--generation-with-security-parameters", "false"];
        let arguments: Vec<String> = ["-H", cookie.as_str()].into_iter().chain(kept_in).map(str::to_owned).collect();
        try_out(&app, "members", &arguments).await;
        app.stop().await;
    }

    #[ignore = "run by scripts/test contract, which installs what it needs"]
    async fn the_document_and_its_examples_are_valid(db: TestDatabase) {
        let app = roomy(db).await;
        let mut command = Command::new(tools().join("bin/python"));
        command.arg(here().join("examples.py")).arg(app.address("/openapi.json"));
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("python starts");
        println!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "the document is not valid");
        app.stop().await;
    }
}
