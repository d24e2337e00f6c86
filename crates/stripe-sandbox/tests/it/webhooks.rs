//! Webhooks: signed, prompt, tried again, and as badly behaved as one asks.

use std::{net::TcpListener, time::Instant};

use aws_lc_rs::hmac;
use serde_json::json;

use crate::support::{Bench, Letter, Mailbox, SECRET, bench_with, text};

fn is_signed(letter: &Letter, secret: &str) -> bool {
    let (time, signature) = letter.signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let bytes: Vec<u8> = (0..64).step_by(2).map(|at| u8::from_str_radix(&signature[at..at + 2], 16).unwrap()).collect();
    hmac::verify(&key, format!("{time}.{}", letter.body).as_bytes(), &bytes).is_ok()
}

#[tokio::test]
async fn events_come_signed_and_at_once() {
    let mailbox = Mailbox::open().await;
    let bench = bench_with(Some(&mailbox), None).await;
    bench.made("/v1/customers", &[]).await;
    mailbox.wait_for("customer.created", 1).await;
    let asked = Instant::now();
    let made = bench.made("/v1/products", &[("name", "P")]).await;
    let letter = mailbox.wait_for("product.created", 1).await.remove(0);
    // The bound is 20 ms on a quiet machine; a busy one gets some room.
    assert!(letter.at.duration_since(asked).as_millis() < 200, "{:?}", letter.at.duration_since(asked));
    assert!(is_signed(&letter, SECRET) && !is_signed(&letter, "whsec_other"));
    assert_eq!(letter.event["data"]["object"], made);
    assert_eq!(letter.event["api_version"], stripe_sandbox::API_VERSION);
    assert!(text(&letter.event["request"]["id"]).starts_with("req_"));
}

#[tokio::test]
async fn a_refused_delivery_is_tried_again_with_growing_waits() {
    let mailbox = Mailbox::open().await;
    mailbox.answer_next_with(&[500, 404, 301]);
    let bench = bench_with(Some(&mailbox), None).await;
    let made = bench.made("/v1/customers", &[]).await;
    let letters = mailbox.wait_for("customer.created", 4).await;
    let waits: Vec<u128> = letters.windows(2).map(|pair| pair[1].at.duration_since(pair[0].at).as_millis()).collect();
    for (wait, least) in waits.iter().zip([200, 400, 800]) {
        assert!((least..least + 400).contains(wait), "{waits:?}");
    }
    assert!(letters.iter().all(|letter| letter.event["id"] == letters[0].event["id"]));
    let event = text(&letters[0].event["id"]);
    for _ in 0..500 {
        let event = bench.found(&format!("/v1/events/{event}")).await;
        if event["pending_webhooks"] == 0 {
            assert_eq!(event["data"]["object"]["id"], made["id"]);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the event still waits");
}

#[tokio::test]
async fn an_endpoint_that_is_down_gets_everything_later() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let down = Mailbox::open_on(listener).await;
    let bench = bench_with(Some(&down), None).await;
    down.close().await;
    for _ in 0..10 {
        bench.made("/v1/customers", &[]).await;
    }
    let up = Mailbox::open_on(TcpListener::bind(address).unwrap()).await;
    let letters = up.wait_for("customer.created", 10).await;
    let mut ids: Vec<_> = letters.iter().map(|letter| text(&letter.event["id"])).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 10);
}

#[tokio::test]
async fn an_endpoint_hears_only_what_it_asked_for() {
    let mailbox = Mailbox::open().await;
    let bench = bench_with(None, None).await;
    let form = [
        ("url", mailbox.url.as_str()),
        ("enabled_events[]", "product.created"),
        ("api_version", stripe_sandbox::API_VERSION),
    ];
    let endpoint = bench.made("/v1/webhook_endpoints", &form).await;
    bench.made("/v1/customers", &[]).await;
    bench.made("/v1/products", &[("name", "P")]).await;
    let letter = mailbox.wait_for("product.created", 1).await.remove(0);
    assert!(is_signed(&letter, endpoint["secret"].as_str().unwrap()));
    assert_eq!(mailbox.letters().len(), 1);
    let path = format!("/v1/webhook_endpoints/{}", text(&endpoint["id"]));
    assert!(bench.found(&path).await.get("secret").is_none());
    bench.made(&path, &[("disabled", "true")]).await;
    bench.made("/v1/products", &[("name", "Q")]).await;
    bench.made(&path, &[("disabled", "false")]).await;
    bench.made("/v1/products", &[("name", "R")]).await;
    let heard = mailbox.wait_for("product.created", 2).await;
    assert_eq!(heard[1].event["data"]["object"]["name"], "R");
}

#[tokio::test]
async fn updates_say_what_was_different_before() {
    let mailbox = Mailbox::open().await;
    let bench = bench_with(Some(&mailbox), None).await;
    let session = bench.member("4242424242424242").await;
    let updated = mailbox.wait_for("customer.subscription.updated", 1).await.remove(0);
    assert_eq!(updated.event["data"]["previous_attributes"]["status"], "incomplete");
    let path = format!("/v1/subscriptions/{}", text(&session["subscription"]));
    bench.made(&path, &[("metadata[x]", "1")]).await;
    let letters = mailbox.wait_for("customer.subscription.updated", 2).await;
    assert_eq!(letters[1].event["data"]["previous_attributes"], json!({"metadata": {"x": null}}));
    bench.made(&path, &[("metadata[x]", "1")]).await;
    bench.made("/v1/products", &[("name", "last")]).await;
    mailbox.wait_for("product.created", 2).await;
    assert_eq!(mailbox.of_type("customer.subscription.updated").len(), 2, "no difference, no event");
}

/// Waits (at most five seconds) until every event has been delivered or dropped.
async fn nothing_waits(bench: &Bench) {
    for _ in 0..1000 {
        let waiting = bench.found("/v1/events?delivery_success=false").await;
        if waiting["data"] == json!([]) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("some events still wait");
}

#[tokio::test]
async fn chaos_duplicates_drops_and_reorders_by_its_seed() {
    let mut heard = Vec::new();
    for _ in 0..2 {
        let mailbox = Mailbox::open().await;
        let bench = bench_with(Some(&mailbox), None).await;
        let chaos = json!({"seed": 5, "duplicate": 0.5, "drop": 0.3, "reorder": 1.0, "delay_ms": 100});
        bench.control("/_sandbox/chaos", chaos).await;
        for number in 0..30 {
            bench.made("/v1/customers", &[("name", &number.to_string())]).await;
        }
        bench.control("/_sandbox/chaos", json!({})).await;
        nothing_waits(&bench).await;
        let names: Vec<String> = mailbox
            .of_type("customer.created")
            .iter()
            .map(|letter| text(&letter.event["data"]["object"]["name"]))
            .collect();
        let mut sorted = names.clone();
        sorted.sort();
        let copies = sorted.windows(2).filter(|pair| pair[0] == pair[1]).count();
        let mut once = sorted.clone();
        once.dedup();
        assert!(copies > 0 && once.len() < 30, "{copies} copies, {} of 30", once.len());
        assert!(!names.iter().map(|name| name.parse::<u32>().unwrap()).is_sorted(), "{names:?}");
        assert_eq!(
            bench.found("/v1/events?limit=100").await["data"].as_array().unwrap().len(),
            30,
            "dropped ones are listed"
        );
        heard.push(sorted);
    }
    assert_eq!(heard[0], heard[1], "the seed decides");
}

#[tokio::test]
async fn an_event_can_be_sent_again() {
    let mailbox = Mailbox::open().await;
    let bench = bench_with(Some(&mailbox), None).await;
    bench.made("/v1/customers", &[]).await;
    let first = mailbox.wait_for("customer.created", 1).await.remove(0);
    bench.control(&format!("/_sandbox/events/{}/resend", text(&first.event["id"])), json!({})).await;
    let letters = mailbox.wait_for("customer.created", 2).await;
    assert_eq!(letters[1].event["id"], first.event["id"]);
}
