//! Public keys, as everybody may fetch them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long others may keep our key set, in seconds. A key is published at least this long before it signs.
pub const JWKS_MAX_AGE_SECONDS: i64 = 300;

/// A public key as a JSON Web Key (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PublicKey {
    /// The key's type: `EC`.
    pub kty: String,
    /// The curve: `P-256`.
    pub crv: String,
    /// The algorithm: `ES256`.
    pub alg: String,
    /// Its use: `sig`.
    #[serde(rename = "use")]
    pub usage: String,
    /// The key's id.
    pub kid: String,
    /// The point's first coordinate.
    pub x: String,
    /// The point's second coordinate.
    pub y: String,
}
