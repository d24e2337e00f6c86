//! Killed at any moment: what was paid is counted once it is back, once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    demonstration::{CAMPAIGN, Demonstration},
    support::until,
};

/// After how many milliseconds from the press of the button the process is killed.
const MOMENTS_MILLISECONDS: [u64; 9] = [0, 4, 8, 12, 16, 24, 32, 64, 128];

/// How many writes the running process is asked for while the other one writes too.
const WRITES: u32 = 600;

async fn check_out(running: &Demonstration, browser: &Client, email: &str) -> String {
    let plans: Value = browser.get(running.address("/v1/plans")).send().await.unwrap().json().await.unwrap();
    let price = &plans["items"][0]["prices"][0]["id"];
    let body = json!({ "price": price, "email": email, "campaign": CAMPAIGN });
    let answer = browser.post(running.address("/v1/checkout")).json(&body).send().await.unwrap();
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
    let mut running = Demonstration::start().await;
    let begun = running.count().await.unwrap();
    for (number, milliseconds) in (1_i64..).zip(MOMENTS_MILLISECONDS) {
        let email = format!("reader{number}@example.com");
        let browser = running.client();
        let page = check_out(&running, &browser, &email).await;
        let paying = tokio::spawn({
            let (browser, page, email) = (browser.clone(), page.clone(), email.clone());
            async move { submit(&browser, &page, &email).await }
        });
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        running.kill();
        let first = paying.await.unwrap();
        running.start_again().await;
        // Whoever saw no thanks presses again; a page that was paid already takes nothing more.
        if first != Some(303) {
            submit(&browser, &page, &email).await;
        }
        until(&format!("the counter at {}, killed after {milliseconds} ms", begun + number), || async {
            (running.count().await == Some(begun + number)).then_some(())
        })
        .await;
    }
    let said = running.run_beside(&["recount"]);
    let wanted = format!("Recounted {}, ", begun + i64::try_from(MOMENTS_MILLISECONDS.len()).unwrap());
    assert!(said.contains(&wanted), "{said}");
}

// Fault 62.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_that_write_one_file_wait_for_each_other() {
    let running = Arc::new(Demonstration::start().await);
    let asked = Arc::new(AtomicU32::new(0));
    let applying = tokio::task::spawn_blocking({
        let (running, asked) = (running.clone(), asked.clone());
        move || apply_until(&running, || asked.load(Ordering::SeqCst) >= WRITES)
    });
    for round in 0..WRITES / 20 {
        let twenty = (0..20).map(|number| ask(&running, format!("reader{round}.{number}@example.com")));
        futures_util::future::join_all(twenty).await;
        asked.fetch_add(20, Ordering::SeqCst);
    }
    let applied = applying.await.unwrap();
    assert!(applied >= 3, "only {applied} writes of the other process");
    let page = running.client().get(running.address("/")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("The Harbour Ledger"), "{page}");
    running.run_beside(&["recount"]);
}

/// Declares the newsroom anew, each time with another pitch, until told to stop. How often.
fn apply_until(running: &Demonstration, is_over: impl Fn() -> bool) -> u32 {
    let file = running.folder.path().join("newsroom.toml");
    for times in 1.. {
        let text = include_str!("../../config/demo.toml").replace("{paper_url}", &running.paper_url());
        let changed = text.replace("Every story, on every device.", &format!("Every story, for the {times}th time."));
        assert_ne!(changed, text);
        std::fs::write(&file, changed).unwrap();
        running.run_beside(&["apply", &file.display().to_string()]);
        if is_over() {
            return times;
        }
    }
    unreachable!("it ends when told to")
}

/// Asks to sign in, which writes each time, even beyond the client's budget. Never a server's fault.
async fn ask(running: &Demonstration, email: String) {
    let answer =
        running.client().post(running.address("/v1/sign-in")).json(&json!({ "email": email })).send().await.unwrap();
    let status = answer.status().as_u16();
    assert!(status == 202 || status == 429, "{status}: {}", answer.text().await.unwrap());
}
