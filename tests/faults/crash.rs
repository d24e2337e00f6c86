//! Killed at any moment: what was paid is counted once it is back, once.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    process::{CAMPAIGN, Process},
    support::until,
};

/// After how many milliseconds from the press of the button the process is killed.
const MOMENTS_MILLISECONDS: [u64; 9] = [0, 4, 8, 12, 16, 24, 32, 64, 128];

async fn check_out(process: &Process, browser: &Client, email: &str) -> String {
    let plans: Value = browser.get(process.address("/v1/plans")).send().await.unwrap().json().await.unwrap();
    let price = &plans["items"][0]["prices"][0]["id"];
    let body = json!({ "price": price, "email": email, "campaign": CAMPAIGN });
    let answer = browser.post(process.address("/v1/checkout")).json(&body).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    body["checkout_url"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

async fn submit(browser: &Client, page: &str, email: &str) -> Option<u16> {
    let card = [
        ("email", email),
        ("card_number", "4242424242424242"),
        ("card_expiry", "12/34"),
        ("card_cvc", "123"),
        ("name", "A Reader"),
    ];
    browser.post(page).form(&card).send().await.ok().map(|answer| answer.status().as_u16())
}

// Fault 4.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_while_a_payment_comes_in_loses_and_doubles_nothing() {
    let mut process = Process::start().await;
    let begun = process.count().await.unwrap();
    for (number, milliseconds) in (1_i64..).zip(MOMENTS_MILLISECONDS) {
        let email = format!("reader{number}@example.com");
        let browser = process.client();
        let page = check_out(&process, &browser, &email).await;
        let paying = tokio::spawn({
            let (browser, page, email) = (browser.clone(), page.clone(), email.clone());
            async move { submit(&browser, &page, &email).await }
        });
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        process.kill();
        let first = paying.await.unwrap();
        process.start_again().await;
        // Whoever saw no thanks presses again; a page that was paid already takes nothing more.
        if first != Some(303) {
            submit(&browser, &page, &email).await;
        }
        until(&format!("the counter at {}, killed after {milliseconds} ms", begun + number), || async {
            (process.count().await == Some(begun + number)).then_some(())
        })
        .await;
    }
    let (status, said) = process.recount();
    assert!(status.success(), "{said}");
    let wanted = format!("Recounted {}, ", begun + i64::try_from(MOMENTS_MILLISECONDS.len()).unwrap());
    assert!(said.contains(&wanted), "{said}");
}

// Fault 62.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_on_one_file_wait_for_each_other() {
    let process = std::sync::Arc::new(Process::start().await);
    let recounts = tokio::task::spawn_blocking({
        let process = process.clone();
        move || {
            for _ in 0..12 {
                let (status, said) = process.recount();
                assert!(status.success(), "{said}");
            }
        }
    });
    let mut asked = 0;
    while !recounts.is_finished() {
        asked += 1;
        ask(&process, &format!("reader{asked}@example.com")).await;
    }
    recounts.await.unwrap();
    assert!(asked >= 50, "only {asked} writes beside the recounts");
}

/// Asks to sign in, which writes each time, even beyond the client's budget. Never a server's fault.
async fn ask(process: &Process, email: &str) {
    let answer =
        process.client().post(process.address("/v1/sign-in")).json(&json!({ "email": email })).send().await.unwrap();
    let status = answer.status().as_u16();
    assert!(status == 202 || status == 429, "{status}: {}", answer.text().await.unwrap());
}
