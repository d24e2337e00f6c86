//! Fault 21: known and unknown addresses are answered alike, in time too.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{AppOptions, TestApp, TestDatabase, on_both_databases};

/// How many requests of each kind are timed.
const EACH: usize = 150;

/// How often a value of one list is above a value of another: one half when nothing tells them apart.
fn above(ones: &[f64], others: &[f64]) -> f64 {
    let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
    let wins: f64 = pairs
        .map(|(one, other)| {
            if one > other {
                1.0
            } else if one < other {
                0.0
            } else {
                0.5
            }
        })
        .sum();
    wins / (ones.len() * others.len()) as f64
}

async fn seconds(app: &TestApp, browser: &crate::support::Browser, path: &str, body: &Value) -> f64 {
    let began = Instant::now();
    let answer = browser.post(path, body).await;
    let took = began.elapsed().as_secs_f64();
    assert_eq!(answer.status(), 202, "{}", app.base_url);
    took
}

fn unlimited(config: &mut masthead::config::Config) {
    let limits = &mut config.limits;
    for limit in [
        &mut limits.sign_in_mails_per_address_hour,
        &mut limits.sign_in_requests_per_client_hour,
        &mut limits.sign_in_mails_total_hour,
        &mut limits.cancellations_per_client_hour,
        &mut limits.cancellation_mails_per_address_hour,
        &mut limits.cancellations_total_hour,
    ] {
        *limit = 1_000_000;
    }
}

/// Asks with known and unknown addresses in turn and holds the times of the answers to each other.
async fn held_alike(db: TestDatabase, path: &str, body: impl Fn(&str) -> Value) {
    let app = TestApp::start_with(db, AppOptions { settings: Box::new(unlimited), ..AppOptions::default() }).await;
    for number in 0..EACH {
        app.browser().sign_in(&app, &format!("known-{number}@example.com")).await;
    }
    let (browser, mut known, mut unknown) = (app.browser(), Vec::new(), Vec::new());
    for number in 0..EACH {
        // In turn, each first as often as the other, so that whatever else the machine does falls on both alike.
        for first in [number % 2 == 0, number % 2 != 0] {
            let word = if first { "known" } else { "never" };
            let took = seconds(&app, &browser, path, &body(&format!("{word}-{number}@example.com"))).await;
            if first { known.push(took) } else { unknown.push(took) }
        }
    }
    let above = above(&known, &unknown);
    println!("{path}: a known address takes longer than an unknown one in {:.0}% of pairs", above * 100.0);
    assert!((0.25..=0.75).contains(&above), "the time tells them apart in {:.0}% of pairs", above * 100.0);
    app.stop().await;
}

on_both_databases! {
    async fn fault_21_the_time_of_an_answer_does_not_tell_whether_an_address_is_known(db: TestDatabase) {
        held_alike(db, "/v1/sign-in", |email| json!({ "email": email })).await;
    }

    async fn fault_21_nor_does_the_time_in_which_a_declaration_is_received(db: TestDatabase) {
        let body = |email: &str| json!({ "kind": "ordinary", "name": "Ada", "email": email });
        held_alike(db, "/v1/cancellations", body).await;
    }
}
