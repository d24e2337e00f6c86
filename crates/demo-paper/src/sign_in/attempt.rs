//! A sign-in under way, kept in the reader's own browser in a signed cookie.
//!
//! The cookie binds the return to the browser that left (no login CSRF) and holds the PKCE verifier, so that a
//! stolen code is worth nothing. Each attempt has a cookie of its own, so that tabs do not tread on each other.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::{digest, hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::local_path::LocalPath;

/// Long enough to find the mail with the code and come back.
const LASTS_SECONDS: i64 = 30 * 60;
/// 32 random bytes as base64url.
const STATE_LENGTH: usize = 43;
const PATH: &str = "/signed-in";

/// Signs attempts with a key that lives as long as this server does.
pub struct Seal(hmac::Key);

/// What must be known when the reader returns.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Comes back in the query, and must be the cookie's.
    pub state: String,
    /// The PKCE secret; only its hash has left.
    pub verifier: String,
    to: String,
    /// Whether the reader did not ask to sign in and must not be bothered.
    pub silent: bool,
    expires_unix_seconds: i64,
}

impl Seal {
    /// A seal with a fresh random key.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn random() -> Result<Self, Unspecified> {
        Ok(Self(hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())?))
    }
}

impl Attempt {
    /// A new attempt that ends at `to`.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn begin(to: &LocalPath, silent: bool, now: Timestamp) -> Result<Self, Unspecified> {
        Ok(Self {
            state: secret()?,
            verifier: secret()?,
            to: to.as_str().to_owned(),
            silent,
            expires_unix_seconds: now.as_second() + LASTS_SECONDS,
        })
    }

    /// Where the reader wants to be. Read again as strictly as the first time.
    pub fn to(&self) -> LocalPath {
        LocalPath::parse(&self.to).unwrap_or_else(LocalPath::front_page)
    }

    /// The S256 challenge that goes to Masthead.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier.as_bytes()))
    }

    /// The cookie that keeps this attempt.
    pub fn cookie(&self, seal: &Seal, secure: bool) -> Cookie<'static> {
        // Serialising strings, a flag and a number does not fail; an empty attempt would only fail to open.
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&seal.0, payload.as_bytes()));
        bare_cookie(cookie_name(&self.state), format!("{payload}.{tag}"), LASTS_SECONDS, secure)
    }

    /// The cookie that makes the browser forget this attempt.
    pub fn spent_cookie(&self, secure: bool) -> Cookie<'static> {
        bare_cookie(cookie_name(&self.state), String::new(), 0, secure)
    }

    /// The name of the cookie that would hold the attempt with that state; `None` for what is no state of ours.
    pub fn cookie_name_for(state: &str) -> Option<String> {
        let ours = state.len() == STATE_LENGTH
            && state.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        ours.then(|| cookie_name(state))
    }

    /// Opens a cookie's value: the signature is ours, it has not expired, and it is about this very `state`.
    pub fn open(value: &str, state: &str, seal: &Seal, now: Timestamp) -> Option<Self> {
        let (payload, tag) = value.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&seal.0, payload.as_bytes(), &tag).ok()?;
        let attempt: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        (attempt.state == state && now.as_second() < attempt.expires_unix_seconds).then_some(attempt)
    }
}

fn secret() -> Result<String, Unspecified> {
    let mut bytes = [0u8; 32];
    rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn cookie_name(state: &str) -> String {
    format!("ledger_attempt_{}", state.get(..12).unwrap_or_default())
}

fn bare_cookie(name: String, value: String, lasts_seconds: i64, secure: bool) -> Cookie<'static> {
    Cookie::build(name, value)
        .path(PATH)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(Duration::seconds(lasts_seconds))
        .finish()
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    fn begun() -> (Seal, Attempt, Timestamp) {
        let now = Timestamp::UNIX_EPOCH;
        let attempt = Attempt::begin(&LocalPath::story("x"), false, now).expect("random numbers");
        (Seal::random().expect("random numbers"), attempt, now)
    }

    #[test]
    fn an_attempt_survives_its_cookie_until_it_expires() {
        let (seal, attempt, now) = begun();
        let cookie = attempt.cookie(&seal, false);
        let opened = Attempt::open(cookie.value(), &attempt.state, &seal, now).expect("the same attempt");
        assert_eq!(opened, attempt);
        assert_eq!(Attempt::cookie_name_for(&attempt.state).as_deref(), Some(cookie.name()));
        let later = now + 30.minutes();
        assert_eq!(Attempt::open(cookie.value(), &attempt.state, &seal, later), None);
    }

    #[test]
    fn another_state_or_another_servers_seal_does_not_open() {
        let (seal, attempt, now) = begun();
        let (other_seal, other, _) = begun();
        let cookie = attempt.cookie(&seal, false);
        assert_eq!(Attempt::open(cookie.value(), &other.state, &seal, now), None);
        assert_eq!(Attempt::open(cookie.value(), &attempt.state, &other_seal, now), None);
    }

    proptest! {
        /// No single altered byte goes unnoticed.
        #[test]
        fn an_altered_cookie_does_not_open(place in 0usize..400, letter in "[A-Za-z0-9._-]") {
            let (seal, attempt, now) = begun();
            let mut value = attempt.cookie(&seal, false).value().to_owned();
            let place = place % value.len();
            prop_assume!(value.get(place..=place) != Some(letter.as_str()));
            value.replace_range(place..=place, &letter);
            // base64 has spare bits at its end, which is why the bytes and not the letters are compared.
            let opened = Attempt::open(&value, &attempt.state, &seal, now);
            prop_assert!(opened.is_none_or(|same| same == attempt));
        }
    }
}
