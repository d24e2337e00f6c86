//! The signature on the gateway's events: HMAC-SHA256 over the raw bytes, any live secret, 300 seconds.

use aws_lc_rs::hmac;

use crate::domain::time::Moment;

/// How far the time in a signature may be from ours, in seconds.
pub const TOLERANCE_SECONDS: i64 = 300;

/// Why an event is not believed.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SignatureError {
    /// No header, not of its form, or no signature in it is right.
    #[error("no signature on the event is right")]
    Invalid,
    /// A right signature from too long ago, or from the future.
    #[error("the event was signed too long ago or in the future")]
    Stale,
}

/// Verifies the header `Stripe-Signature` against the raw body.
///
/// # Errors
/// [`SignatureError`].
pub fn verify(header: &str, body: &[u8], secrets: &[String], now: Moment) -> Result<(), SignatureError> {
    let parts: Vec<(&str, &str)> = header.split(',').filter_map(|part| part.trim().split_once('=')).collect();
    let timestamp =
        parts.iter().find(|(key, _)| *key == "t").map(|(_, value)| *value).ok_or(SignatureError::Invalid)?;
    let signed_at: i64 = timestamp.parse().map_err(|_| SignatureError::Invalid)?;
    let signatures = parts.iter().filter(|(key, _)| *key == "v1").filter_map(|(_, value)| from_hex(value));
    let signed: Vec<u8> = [timestamp.as_bytes(), b".", body].concat();
    let keys: Vec<hmac::Key> =
        secrets.iter().map(|secret| hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())).collect();
    // `hmac::verify` compares in constant time; each signature is tried under each live secret.
    let mut genuine = false;
    for signature in signatures {
        for key in &keys {
            genuine |= hmac::verify(key, &signed, &signature).is_ok();
        }
    }
    if !genuine {
        return Err(SignatureError::Invalid);
    }
    if (now.seconds().saturating_sub(signed_at)).saturating_abs() > TOLERANCE_SECONDS {
        return Err(SignatureError::Stale);
    }
    Ok(())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    bytes.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1","type":"invoice.paid"}"#;

    fn sign(secret: &str, at: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, format!("{at}.{}", std::str::from_utf8(BODY).unwrap()).as_bytes());
        tag.as_ref().iter().map(|b| format!("{b:02x}")).collect()
    }

    fn check(header: &str, secrets: &[&str], now: i64) -> Result<(), SignatureError> {
        let secrets: Vec<String> = secrets.iter().map(|s| (*s).to_owned()).collect();
        verify(header, BODY, &secrets, Moment::from_seconds(now))
    }

    #[test]
    fn fault_6_any_live_signature_is_accepted_while_secrets_roll() {
        let header = format!("t=1000,v1={},v1={}", sign("old", 1_000), sign("new", 1_000));
        for secrets in [&["old"][..], &["new"], &["new", "old"]] {
            assert_eq!(check(&header, secrets, 1_000), Ok(()));
        }
        assert_eq!(check(&header, &["other"], 1_000), Err(SignatureError::Invalid));
        assert_eq!(check(&header, &[], 1_000), Err(SignatureError::Invalid));
    }

    #[test]
    fn fault_5_stale_and_future_signatures_are_refused_beyond_300_seconds() {
        let header = format!("t=1000,v1={}", sign("s", 1_000));
        assert_eq!(check(&header, &["s"], 1_300), Ok(()));
        assert_eq!(check(&header, &["s"], 1_301), Err(SignatureError::Stale));
        assert_eq!(check(&header, &["s"], 699), Err(SignatureError::Stale));
    }

    #[test]
    fn fault_5_any_other_header_or_body_is_refused() {
        let good = sign("s", 1_000);
        let wrong_scheme = format!("t=1000,v0={good}");
        let short = format!("t=1000,v1={}", &good[..62]);
        let moved = format!("t=1001,v1={good}");
        for header in ["", "t=1000", "v1=aa", "t=x,v1=aa", &wrong_scheme, &short, &moved, "t=1000,v1=é"] {
            assert_eq!(check(header, &["s"], 1_000), Err(SignatureError::Invalid), "{header}");
        }
        let header = format!("t=1000,v1={good}");
        assert_eq!(
            verify(&header, b"{}", &["s".to_owned()], Moment::from_seconds(1_000)),
            Err(SignatureError::Invalid)
        );
    }
}
