//! Beside `masthead dev`: commands with --dev, the sandbox's key, a promotion code, and who may read the files.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Output},
};

use serde_json::{Value, json};

use crate::{
    demonstration::Demonstration,
    support::{production::words, until},
};

const KEY: &str = "sk_test_masthead_demo";
const ADA: &str = "ada@example.com";

/// A command with --dev, in the folder that the data lies in, on a machine whose environment says something else.
fn beside(running: &Demonstration, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.args(arguments).arg("--dev").current_dir(running.folder.path()).env("RUST_BACKTRACE", "0");
    command.env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing").output().unwrap()
}

#[track_caller]
fn good(running: &Demonstration, arguments: &[&str]) -> String {
    let output = beside(running, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", words(&output));
    words(&output)
}

/// Buys a month of the first plan with a code. Returns what the payment page asks for, in minor units.
async fn pay(running: &Demonstration, code: Option<&str>) -> i64 {
    let browser = running.client();
    let plans: Value = browser.get(running.address("/v1/plans")).send().await.unwrap().json().await.unwrap();
    let mut body = json!({ "price": plans["items"][0]["prices"][0]["id"], "email": ADA });
    if let Some(code) = code {
        body["promotion_code"] = json!(code);
    }
    let answer: Value =
        browser.post(running.address("/v1/checkout")).json(&body).send().await.unwrap().json().await.unwrap();
    let page = answer["checkout_url"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    let sessions = listed(running, "checkout/sessions").await;
    let form = [
        ("email", ADA),
        ("card_number", "4242424242424242"),
        ("card_expiry", "12/34"),
        ("card_cvc", "123"),
        ("name", "Ada"),
    ];
    assert_eq!(browser.post(page).form(&form).send().await.unwrap().status(), 303);
    sessions[0]["amount_total"].as_i64().unwrap()
}

/// A list of the sandbox's API, by the demonstration's key.
async fn listed(running: &Demonstration, path: &str) -> Vec<Value> {
    let request = running.client().get(format!("{}/v1/{path}", running.sandbox_url())).basic_auth(KEY, Some(""));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    answer["data"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_beside_it_reach_its_database_its_payments_and_its_clock() {
    let mut running = Demonstration::start().await;
    pay(&running, None).await;
    until("the row", || async { good(&running, &["ledger", "check"]).contains("Alike: 1. Missing: 0.").then_some(()) })
        .await;
    assert!(good(&running, &["reconcile"]).contains("compared: 1."));
    let today = jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let year = today.year().to_string();
    assert!(good(&running, &["statement", "--year", &year]).contains(",membership,1,EUR,supporter,"));
    for command in [&["gifts", "list"][..], &["prices", "list"], &["recount"], &["keys", "list"], &["health"]] {
        good(&running, command);
    }
    // A day that is over on the sandbox's clock is over for a command too.
    let until = today.checked_add(jiff::Span::new().days(20)).unwrap().to_string();
    let add = |email: &'static str| {
        let words = ["member", "add", "--email", email, "--plan", "supporter", "--until"].map(str::to_owned);
        let mut arguments = words.to_vec();
        arguments.push(until.clone());
        arguments
    };
    let add = |email| beside(&running, &add(email).iter().map(String::as_str).collect::<Vec<_>>());
    let added = add("ben@example.com");
    assert!(words(&added).contains(&format!("until the end of {until}")), "{}", words(&added));
    let address = format!("{}/_sandbox/clock/advance", running.sandbox_url());
    let moved = running.client().post(address).json(&json!({ "seconds": 40 * 86_400 })).send().await.unwrap();
    assert_eq!(moved.status(), 200);
    let late = add("cleo@example.com");
    assert!(!late.status.success() && words(&late).contains("end before it begins"), "{}", words(&late));

    running.kill();
    let stopped = beside(&running, &["gifts", "list"]);
    assert!(!stopped.status.success() && words(&stopped).contains("does not run"), "{}", words(&stopped));
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    let nothing = command.args(["gifts", "list", "--dev"]).current_dir(nowhere.path()).output().unwrap();
    let said = words(&nothing);
    assert!(!nothing.status.success() && said.contains("data/settings.toml") && said.contains("--dev=DIR"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promotion_code_takes_half_off_and_is_made_once() {
    let mut running = Demonstration::start().await;
    assert_eq!(pay(&running, Some("HARBOUR")).await, 350);
    running.kill();
    running.start_again().await;
    let codes = listed(&running, "promotion_codes").await;
    assert_eq!(
        (codes.len(), codes[0]["code"].as_str(), codes[0]["active"].as_bool()),
        (1, Some("HARBOUR"), Some(true))
    );
    let front = running.client().get(running.sandbox_url()).send().await.unwrap().text().await.unwrap();
    assert!(front.contains(KEY), "{front}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_files_are_its_owners_alone() {
    let mut running = Demonstration::start().await;
    pay(&running, None).await;
    let data = running.folder.path().join("data");
    let open = || {
        let files = fs::read_dir(&data).unwrap().map(|file| file.unwrap());
        let open = files.filter(|file| file.metadata().unwrap().permissions().mode() & 0o077 != 0);
        open.map(|file| file.file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(open(), [""; 0]);
    // As an earlier version left it.
    running.kill();
    fs::set_permissions(data.join("masthead.db"), fs::Permissions::from_mode(0o644)).unwrap();
    running.start_again().await;
    assert_eq!(open(), [""; 0]);
}
