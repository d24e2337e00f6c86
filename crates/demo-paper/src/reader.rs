//! Who is reading, from the cookies and Masthead's keys.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::Method;
use jiff::Timestamp;

use crate::addresses::Addresses;
use crate::app::Newsroom;
use crate::gate::Standing;
use crate::token::{self, Access, Expected, Header, Token, TokenError};

/// Holds the access token and ends with it.
pub const TOKEN_COOKIE: &str = "ledger_token";
/// Says that somebody was signed in here. Opens nothing; only lets a gated story ask Masthead again.
pub const REMEMBERED_COOKIE: &str = "ledger_was_signed_in";
/// Says that Masthead was asked silently just now, so that it is not asked again at once.
pub const ASKED_COOKIE: &str = "ledger_asked";

const REMEMBERED_DAYS: i64 = 90;
const ASKED_SECONDS: i64 = 30;

/// What verifying came to.
pub enum Verified {
    /// A good token.
    Good(Token),
    /// A bad one.
    Bad(TokenError),
    /// Masthead's keys are out of reach.
    CannotCheck,
}

/// Verifies a token with Masthead's keys.
pub async fn verify(newsroom: &Newsroom, token: &str, now: Timestamp) -> Verified {
    let header = match Header::read(token) {
        Ok(header) => header,
        Err(error) => return Verified::Bad(error),
    };
    let Some(keys) = newsroom.masthead.keys.for_kid(&header.kid, now).await else {
        return Verified::CannotCheck;
    };
    let expected = Expected { issuer: newsroom.addresses.issuer(), site: newsroom.addresses.site() };
    match token::verify(token, &header, &keys, &expected, now) {
        Ok(token) => Verified::Good(token),
        Err(error) => Verified::Bad(error),
    }
}

/// How the sender of `request` stands. Only an access token in our cookie signs a reader in; a pass does not.
pub async fn standing(request: &HttpRequest, newsroom: &Newsroom, now: Timestamp) -> Standing {
    let without_token = if is_remembered(request) { Standing::Lapsed } else { Standing::Stranger };
    let Some(cookie) = request.cookie(TOKEN_COOKIE) else { return without_token };
    match verify(newsroom, cookie.value(), now).await {
        Verified::Good(Token::Access(access)) => Standing::SignedIn(access),
        Verified::Good(Token::Pass(_)) => without_token,
        Verified::CannotCheck => Standing::Unchecked,
        Verified::Bad(error) => {
            tracing::debug!(%error, "a token in a cookie is no good");
            without_token
        }
    }
}

/// Whether a silent question to Masthead suits this request: a person's navigation, not a prefetch or a HEAD,
/// and none was asked within the last half minute.
pub fn may_renew(request: &HttpRequest) -> bool {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let navigates = header("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    let fetched_ahead = header("sec-purpose").or(header("purpose")).is_some_and(|purpose| purpose.contains("prefetch"));
    request.method() == Method::GET && navigates && !fetched_ahead && request.cookie(ASKED_COOKIE).is_none()
}

fn is_remembered(request: &HttpRequest) -> bool {
    request.cookie(REMEMBERED_COOKIE).is_some()
}

/// The cookie with the verified token in it; the browser drops it when the token ends.
pub fn token_cookie(addresses: &Addresses, token: &str, access: &Access, now: Timestamp) -> Cookie<'static> {
    let lasts_seconds = access.expires_at.duration_since(now).as_secs().max(0);
    cookie(addresses, TOKEN_COOKIE, token, lasts_seconds)
}

/// The cookie that says somebody was signed in.
pub fn remembered_cookie(addresses: &Addresses) -> Cookie<'static> {
    cookie(addresses, REMEMBERED_COOKIE, "1", REMEMBERED_DAYS * 24 * 60 * 60)
}

/// The cookie that keeps silent questions apart.
pub fn asked_cookie(addresses: &Addresses) -> Cookie<'static> {
    cookie(addresses, ASKED_COOKIE, "1", ASKED_SECONDS)
}

/// The cookie that makes the browser forget the one of this name.
pub fn forget(addresses: &Addresses, name: &'static str) -> Cookie<'static> {
    cookie(addresses, name, "", 0)
}

fn cookie(addresses: &Addresses, name: &'static str, value: &str, lasts_seconds: i64) -> Cookie<'static> {
    Cookie::build(name, value.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(addresses.is_secure())
        .max_age(Duration::seconds(lasts_seconds))
        .finish()
}
