//! Masthead's public keys: kept for five minutes, asked for once more when a token names a key we do not know.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use tokio::sync::Mutex;

/// The JWKS max-age that Masthead states; a leaked key is gone from here after at most this.
const FRESH: SignedDuration = SignedDuration::from_secs(300);
/// While Masthead is out of reach, keys that were good serve on for as long as any token lives.
const STALE_LIMIT: SignedDuration = SignedDuration::from_secs(900);
/// Made-up key ids must not make us knock at Masthead's door more often than this.
const BETWEEN_SECOND_LOOKS: SignedDuration = SignedDuration::from_secs(10);
/// A Masthead that did not answer is left alone this long.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(2);

/// Public keys by their id.
pub type KeySet = HashMap<String, DecodingKey>;

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    alg: String,
    #[serde(rename = "use")]
    purpose: String,
    kid: String,
    x: String,
    y: String,
}

/// Holds the keys.
pub struct Keys {
    http: reqwest::Client,
    url: String,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    keys: Option<(Timestamp, Arc<KeySet>)>,
    looked_again_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
}

impl Keys {
    /// Prepares; asks nothing yet.
    pub fn new(http: reqwest::Client, url: String) -> Self {
        Self { http, url, held: Mutex::new(Held::default()) }
    }

    /// The keys to verify a token that names `kid`. They may lack it; then nobody knows it.
    /// `None` when Masthead is out of reach and no keys of it are at hand.
    pub async fn for_kid(&self, kid: &str, now: Timestamp) -> Option<Arc<KeySet>> {
        // Held across the call on purpose: those who arrive meanwhile share its answer.
        let mut held = self.held.lock().await;
        if held.should_ask(kid, now) {
            match self.ask().await {
                Ok(keys) => held.keys = Some((now, Arc::new(keys))),
                Err(error) => {
                    tracing::warn!(%error, "no keys from Masthead");
                    held.failed_at = Some(now);
                }
            }
        }
        held.newer_than(STALE_LIMIT, now)
    }

    async fn ask(&self) -> reqwest::Result<KeySet> {
        let jwks: Jwks = self.http.get(&self.url).send().await?.error_for_status()?.json().await?;
        Ok(jwks.keys.into_iter().filter_map(usable).collect())
    }
}

impl Held {
    fn newer_than(&self, limit: SignedDuration, now: Timestamp) -> Option<Arc<KeySet>> {
        let (fetched_at, keys) = self.keys.as_ref()?;
        is_within(*fetched_at, limit, now).then(|| keys.clone())
    }

    /// Whether to ask Masthead; notes a second look, which may not follow another at once.
    fn should_ask(&mut self, kid: &str, now: Timestamp) -> bool {
        let lately = |at: Option<Timestamp>, limit| at.is_some_and(|at| is_within(at, limit, now));
        match self.newer_than(FRESH, now) {
            Some(keys) if keys.contains_key(kid) => false,
            Some(_) if lately(self.looked_again_at, BETWEEN_SECOND_LOOKS) => false,
            Some(_) => {
                self.looked_again_at = Some(now);
                true
            }
            None => !lately(self.failed_at, AFTER_FAILURE),
        }
    }
}

/// Either way round: whoever waited for another's answer came before it, and a clock that was set back makes
/// things old, not everlasting.
fn is_within(since: Timestamp, limit: SignedDuration, now: Timestamp) -> bool {
    now.duration_since(since).abs() < limit
}

/// Only P-256 keys for ES256 signatures: a key of another kind in the list is none of ours to use.
fn usable(jwk: serde_json::Value) -> Option<(String, DecodingKey)> {
    let jwk: Jwk = serde_json::from_value(jwk).ok()?;
    let fits = jwk.kty == "EC" && jwk.crv == "P-256" && jwk.alg == "ES256" && jwk.purpose == "sig";
    let key = DecodingKey::from_ec_components(&jwk.x, &jwk.y).ok()?;
    fits.then_some((jwk.kid, key))
}
