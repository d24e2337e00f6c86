//! Verifies Masthead's tokens: access tokens and passes. Pure: keys and time are given.
//! Architecture invariant: claims are never looked at before signature, algorithm and type are checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation, decode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::masthead::KeySet;

/// Access tokens' media type in the header (RFC 9068).
const ACCESS_TYPE: &str = "at+jwt";
/// Passes' type in the header.
const PASS_TYPE: &str = "masthead-pass+jwt";
/// How far Masthead's clock may be from ours.
const LEEWAY_SECONDS: i64 = 5;
/// No token of ours comes near this.
const LONGEST_TOKEN: usize = 4096;

/// Why a token is no good. All of these mean "not signed in"; they differ for the log.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token, or its header is of another kind.
    #[error("not a token of the right kind")]
    Malformed,
    /// Signed with a key that Masthead does not publish.
    #[error("signed with an unknown key")]
    UnknownKey,
    /// The signature, issuer or audience is wrong, or a claim is missing or of the wrong type.
    #[error("the signature or a claim is wrong")]
    Invalid,
    /// It was good once.
    #[error("expired")]
    Expired,
}

/// Whose tokens we take, and whom they must be for.
pub struct Expected<'a> {
    pub issuer: &'a str,
    /// The audience, which is also the client the token was made for.
    pub site: &'a str,
}

/// What a token says that the paper uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// The gates that are open to the reader.
    Access(Access),
    /// One story behind one gate.
    Pass(Pass),
}

/// A reader's rights until `expires_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub gates: Vec<String>,
    pub expires_at: Timestamp,
}

/// The right to one article behind one gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    pub gate: String,
    pub article: String,
}

/// The part of the header that decides how a token is checked.
#[derive(Deserialize)]
pub struct Header {
    alg: String,
    typ: String,
    /// Which key signed it.
    pub kid: String,
    /// Extensions that must be understood; we understand none (RFC 7515, 4.1.11).
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct AccessClaims {
    #[serde(flatten)]
    common: CommonClaims,
    gates: Vec<String>,
    #[serde(rename = "plans")]
    _plans: Vec<String>,
    scope: String,
}

#[derive(Deserialize)]
struct PassClaims {
    #[serde(flatten)]
    common: CommonClaims,
    gate: String,
    article: String,
}

#[derive(Deserialize)]
struct CommonClaims {
    iss: String,
    aud: String,
    client_id: String,
    sub: String,
    jti: String,
    iat: i64,
    exp: i64,
}

impl Header {
    /// Reads the header of `token` and refuses every kind but ours.
    ///
    /// # Errors
    /// [`TokenError::Malformed`].
    pub fn read(token: &str) -> Result<Self, TokenError> {
        let parts: Vec<&str> = token.split('.').collect();
        let (3, true, Some(head)) = (parts.len(), token.len() <= LONGEST_TOKEN, parts.first()) else {
            return Err(TokenError::Malformed);
        };
        let bytes = URL_SAFE_NO_PAD.decode(head).map_err(|_| TokenError::Malformed)?;
        let header: Self = serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)?;
        let ours = header.alg == "ES256" && matches!(header.typ.as_str(), ACCESS_TYPE | PASS_TYPE);
        if ours && header.crit.is_none() { Ok(header) } else { Err(TokenError::Malformed) }
    }
}

/// Checks `token`, whose `header` was read from it, against the published keys.
///
/// # Errors
/// [`TokenError`].
pub fn verify(
    token: &str,
    header: &Header,
    keys: &KeySet,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Token, TokenError> {
    if header.typ == ACCESS_TYPE {
        let claims: AccessClaims = signed_claims(token, header, keys, expected)?;
        let expires_at = claims.common.check(expected, now)?;
        let for_gates = claims.scope.split(' ').any(|scope| scope == "gates");
        return if for_gates {
            Ok(Token::Access(Access { gates: claims.gates, expires_at }))
        } else {
            Err(TokenError::Invalid)
        };
    }
    let claims: PassClaims = signed_claims(token, header, keys, expected)?;
    claims.common.check(expected, now)?;
    Ok(Token::Pass(Pass { gate: claims.gate, article: claims.article }))
}

/// Whom the token `kid` names must have signed it, with ES256 and nothing else.
fn signed_claims<C: DeserializeOwned>(
    token: &str,
    header: &Header,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<C, TokenError> {
    let key = keys.get(&header.kid).ok_or(TokenError::UnknownKey)?;
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    rules.set_issuer(&[expected.issuer]);
    rules.set_audience(&[expected.site]);
    // The library reads the wall clock itself; here the time is given, so `check` compares it.
    rules.validate_exp = false;
    decode(token, key, &rules).map(|verified| verified.claims).map_err(|_| TokenError::Invalid)
}

impl CommonClaims {
    /// The rest of the rules; answers when the token ends.
    fn check(&self, expected: &Expected<'_>, now: Timestamp) -> Result<Timestamp, TokenError> {
        let ours = self.iss == expected.issuer && self.aud == expected.site && self.client_id == expected.site;
        let named = self.sub.starts_with("mem_") && !self.jti.is_empty();
        let now_unix_seconds = now.as_second();
        if !ours || !named || self.iat > now_unix_seconds.saturating_add(LEEWAY_SECONDS) || self.exp <= self.iat {
            return Err(TokenError::Invalid);
        }
        if self.exp.saturating_add(LEEWAY_SECONDS) <= now_unix_seconds {
            return Err(TokenError::Expired);
        }
        Timestamp::from_second(self.exp).map_err(|_| TokenError::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<(), TokenError> {
        Header::read(&format!("{}.e30.sig", URL_SAFE_NO_PAD.encode(header))).map(|_| ())
    }

    #[test]
    fn the_algorithm_and_the_type_are_settled_before_any_key_is_looked_for() {
        assert_eq!(read(r#"{"alg":"ES256","typ":"at+jwt","kid":"k"}"#), Ok(()));
        assert_eq!(read(r#"{"alg":"ES256","typ":"masthead-pass+jwt","kid":"k"}"#), Ok(()));
        for header in [
            r#"{"alg":"none","typ":"at+jwt","kid":"k"}"#,
            r#"{"alg":"HS256","typ":"at+jwt","kid":"k"}"#,
            r#"{"alg":"RS256","typ":"at+jwt","kid":"k"}"#,
            r#"{"alg":"ES256","typ":"JWT","kid":"k"}"#,
            r#"{"alg":"ES256","typ":"at+jwt"}"#,
            r#"{"alg":"ES256","alg":"none","typ":"at+jwt","kid":"k"}"#,
            "not json",
        ] {
            assert_eq!(read(header), Err(TokenError::Malformed), "{header}");
        }
    }
}
