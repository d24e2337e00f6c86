//! Sending webhooks: signed as Stripe signs, tried again until somebody says 2xx.

use std::{fmt::Write, sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use tokio::task::JoinSet;

use crate::{clock::wall_now_ms, core::delivery::Parcel, shared::Shared};

/// How long an endpoint may take, in seconds.
const TIMEOUT_SECONDS: u64 = 10;
/// How long an attempt keeps its delivery from being taken again, in milliseconds.
const LEASE_MS: i64 = 15_000;
/// Attempts under way at once.
const AT_ONCE: usize = 32;

/// The `Stripe-Signature` header for a body sent at a time (unix seconds of real time).
pub fn signature(secret: &str, body: &str, sent_at: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{sent_at}.{body}").as_bytes());
    let mut header = format!("t={sent_at},v1=");
    for byte in tag.as_ref() {
        // Writing to a String cannot fail.
        let _ = write!(header, "{byte:02x}");
    }
    header
}

/// Sends what is due, for as long as the task lives.
pub async fn send_forever(shared: Arc<Shared>, client: reqwest::Client) {
    let mut under_way = JoinSet::new();
    loop {
        while under_way.try_join_next().is_some() {}
        let room = AT_ONCE.saturating_sub(under_way.len());
        let taken = shared.with(|world| world.take_due(wall_now_ms(), LEASE_MS, room));
        let (parcels, wait_ms) = taken.unwrap_or_default();
        for parcel in parcels {
            under_way.spawn(send(Arc::clone(&shared), client.clone(), parcel));
        }
        let wait = Duration::from_millis(wait_ms.unwrap_or(60_000).clamp(1, 60_000));
        tokio::select! {
            () = shared.wake.notified() => {}
            _ = under_way.join_next(), if under_way.len() >= AT_ONCE => {}
            () = tokio::time::sleep(wait), if under_way.len() < AT_ONCE => {}
        }
    }
}

async fn send(shared: Arc<Shared>, client: reqwest::Client, parcel: Parcel) {
    let signature = signature(&parcel.secret, &parcel.body, wall_now_ms().div_euclid(1000));
    let sent = client
        .post(&parcel.url)
        .timeout(Duration::from_secs(TIMEOUT_SECONDS))
        .header("Content-Type", "application/json; charset=utf-8")
        .header("Stripe-Signature", signature)
        .header("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .body(parcel.body)
        .send()
        .await;
    let outcome = sent
        .map(|response| response.status().as_u16())
        .map_err(|fault| if fault.is_timeout() { "no answer in time".into() } else { "not reached".to_owned() });
    if let Err(fault) = shared.with(|world| world.note_attempt(parcel.number, outcome, wall_now_ms())) {
        tracing::warn!(%fault, "the sandbox cannot write its state file");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_the_time_and_the_body() {
        // Computed with Python's hmac module.
        let expected = "t=1700000000,v1=2f441ba4b3b2d50d28a9ab9d9fd8880376ecd1eb5d0435401553f5d8d0a5dcf8";
        assert_eq!(signature("whsec_test", "{\"id\":1}", 1_700_000_000), expected);
    }
}
