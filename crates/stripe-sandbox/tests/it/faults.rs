//! Trouble on the way to the API and back: lost requests, cut and slow replies, errors; each by its seed.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Bench, KEY, Mailbox, bench, bench_with, text};

async fn create(bench: &Bench, key: &str) -> Result<(StatusCode, Value), reqwest::Error> {
    let request = bench.request(Method::POST, "/v1/customers").header("Idempotency-Key", key);
    let answer = request.form(&[("email", "a@b.io")]).send().await?;
    Ok((answer.status(), answer.json().await?))
}

async fn customers(bench: &Bench) -> usize {
    bench.found("/v1/customers?limit=100").await["data"].as_array().unwrap().len()
}

/// Everything that comes back over one connection.
fn raw_reply(bench: &Bench, key: &str) -> String {
    let mut wire = TcpStream::connect(bench.url.trim_start_matches("http://")).unwrap();
    wire.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let request = format!(
        "POST /v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nIdempotency-Key: {key}\r\nContent-Length: 0\r\n\r\n"
    );
    wire.write_all(request.as_bytes()).unwrap();
    let mut reply = Vec::new();
    // A reset is an end too.
    let _ = wire.read_to_end(&mut reply);
    String::from_utf8(reply).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_reply_has_its_effect_and_the_same_key_brings_the_whole() {
    let bench = bench().await;
    bench.control("/_sandbox/faults", json!({"seed": 1, "cut": 1.0})).await;
    assert!(create(&bench, "k").await.is_err());
    let half = raw_reply(&bench, "k2");
    assert!(half.starts_with("HTTP/1.1 200") && half.contains("cus_") && !half.ends_with('}'), "{half}");
    bench.control("/_sandbox/faults", json!({})).await;
    assert_eq!(customers(&bench).await, 2);
    let (status, made) = create(&bench, "k").await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(customers(&bench).await, 2, "the key had its effect already");
    assert_eq!(bench.found(&format!("/v1/customers/{}", text(&made["id"]))).await, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_request_does_nothing_and_gets_not_a_byte() {
    let bench = bench().await;
    bench.control("/_sandbox/faults", json!({"lose": 1.0, "only_path": "/v1/customers"})).await;
    assert_eq!(raw_reply(&bench, "k"), "");
    assert!(create(&bench, "k").await.is_err());
    bench.made("/v1/products", &[("name", "P")]).await;
    bench.control("/_sandbox/faults", json!({})).await;
    assert_eq!(customers(&bench).await, 0);
    assert_eq!(create(&bench, "k").await.unwrap().0, 200);
}

#[tokio::test]
async fn errors_do_nothing_and_are_not_kept() {
    let bench = bench().await;
    for (wanted, status) in [(json!({"status_500": 1.0}), 500), (json!({"status_429": 1.0}), 429)] {
        bench.control("/_sandbox/faults", wanted).await;
        let (given, body) = create(&bench, "k").await.unwrap();
        assert_eq!(given, status);
        assert_eq!(body["error"]["type"], if status == 500 { "api_error" } else { "invalid_request_error" });
    }
    bench.control("/_sandbox/faults", json!({})).await;
    assert_eq!(customers(&bench).await, 0);
    assert_eq!(create(&bench, "k").await.unwrap().0, 200);
}

#[tokio::test]
async fn a_slow_reply_tells_what_was_true_when_it_was_asked() {
    let bench = bench().await;
    bench.control("/_sandbox/faults", json!({"slow": 1.0, "slow_ms": 500, "only_path": "/v1/customers"})).await;
    let asked = Instant::now();
    let asking = tokio::spawn(bench.request(Method::POST, "/v1/customers").form(&[("name", "before")]).send());
    let id = loop {
        let events = bench.found("/v1/events?type=customer.created").await;
        if let Some(id) = events["data"][0]["data"]["object"]["id"].as_str() {
            break id.to_owned();
        }
        assert!(asked.elapsed() < Duration::from_secs(5), "it is carried out at once");
    };
    bench.control("/_sandbox/faults", json!({})).await;
    bench.made(&format!("/v1/customers/{id}"), &[("name", "after")]).await;
    let seen: Value = asking.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(seen["name"], "before");
    assert!(asked.elapsed() >= Duration::from_millis(500));
}

#[tokio::test]
async fn the_same_seed_and_requests_meet_the_same_faults() {
    let mut runs = Vec::new();
    for seed in [8, 8, 9] {
        let bench = bench().await;
        bench.control("/_sandbox/faults", json!({"seed": seed, "cut": 0.2, "lose": 0.2, "status_500": 0.2})).await;
        let mut outcomes = Vec::new();
        for number in 0..40 {
            outcomes.push(create(&bench, &format!("k{number}")).await.map_or(0, |(status, _)| status.as_u16()));
        }
        bench.control("/_sandbox/faults", json!({})).await;
        outcomes.push(customers(&bench).await as u16);
        runs.push(outcomes);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    assert!([0, 200, 500].iter().all(|kind| runs[0].contains(kind)), "{:?}", runs[0]);
}

#[tokio::test]
async fn what_cannot_be_set_is_refused() {
    let bench = bench().await;
    for wrong in [json!({"cut": 2}), json!({"shade": 1}), json!({"only_path": "/p"}), json!({"slow_ms": 3_600_000})] {
        let answer = bench.http.post(format!("{}/_sandbox/faults", bench.url)).json(&wrong).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{wrong}");
    }
}

#[tokio::test]
async fn webhooks_that_are_all_dropped_leave_the_list_of_events_whole() {
    let mailbox = Mailbox::open().await;
    let bench = bench_with(Some(&mailbox), None).await;
    bench.control("/_sandbox/chaos", json!({"seed": 2, "drop": 1.0, "duplicate": 1.0})).await;
    for _ in 0..20 {
        bench.made("/v1/customers", &[]).await;
    }
    bench.control("/_sandbox/chaos", json!({})).await;
    bench.made("/v1/products", &[("name", "last")]).await;
    mailbox.wait_for("product.created", 1).await;
    assert_eq!(mailbox.letters().len(), 1);
    let listed = bench.found("/v1/events?type=customer.created&limit=100").await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 20);
}
