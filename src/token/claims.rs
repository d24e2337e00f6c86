//! What tokens say.

use serde::{Deserialize, Serialize};

/// An access token (RFC 9068): which gates are open. Never an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who issued it: our public address.
    pub iss: String,
    /// For which site.
    pub aud: String,
    /// Whose: a member's id.
    pub sub: String,
    /// The site's slug.
    pub client_id: String,
    /// The token's own id.
    pub jti: String,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it ends, in seconds since 1970: at most ten minutes later, and never after the right that it tells of.
    pub exp: i64,
    /// The member's plans, by slug.
    pub plans: Vec<String>,
    /// The gates that open, by slug.
    pub gates: Vec<String>,
    /// What it is for.
    pub scope: String,
}

/// A pass: the right to one article behind one gate. Whoever checks it compares both with its own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassClaims {
    /// Who issued it: our public address.
    pub iss: String,
    /// For which site.
    pub aud: String,
    /// Whose: a member's id.
    pub sub: String,
    /// The site's slug.
    pub client_id: String,
    /// The pass's own id.
    pub jti: String,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// The gate.
    pub gate: String,
    /// The article.
    pub article: String,
}
