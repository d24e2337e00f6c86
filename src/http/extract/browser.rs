//! Cookies: what a browser shows of itself.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};
use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{domain::entropy, http::State};

/// The cookie that signs a browser in.
pub const SESSION_COOKIE: &str = "masthead_session";
/// The cookie that binds a sign-in code to the browser that asked for it.
pub const ATTEMPT_COOKIE: &str = "masthead_attempt";

/// A fresh value for a cookie: 256 bits.
pub fn fresh_value(state: &State) -> String {
    URL_SAFE_NO_PAD.encode(entropy::bytes::<32>(state.context.entropy.as_ref()))
}

/// What the database keeps of a cookie's value: SHA-256 in hexadecimal. The value itself has 256 bits, so it needs no salt.
pub fn hash(value: &str) -> String {
    let hash = digest::digest(&digest::SHA256, value.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value of a request's cookie.
pub fn value_of(request: &HttpRequest, state: &State, name: &str) -> Option<String> {
    request.cookie(&full_name(state, name)).map(|cookie| cookie.value().to_owned())
}

/// The hash of a request's cookie.
pub fn hash_of(request: &HttpRequest, state: &State, name: &str) -> Option<String> {
    value_of(request, state, name).map(|value| hash(&value))
}

/// A cookie that scripts cannot read and other sites' forms do not send.
pub fn cookie(state: &State, name: &str, value: String, max_age_seconds: i64) -> Cookie<'static> {
    Cookie::build(full_name(state, name), value)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.is_https())
        .path(path_of(state, name).to_owned())
        .max_age(Duration::seconds(max_age_seconds))
        .finish()
}

/// A cookie that takes one away.
pub fn removal(state: &State, name: &str) -> Cookie<'static> {
    cookie(state, name, String::new(), 0)
}

/// Below which path a cookie is sent. The session's is for the whole host: a newsroom's proxy that serves us below a path of its own
/// shows it with each request for an article. Everything else stays with us.
fn path_of<'a>(state: &'a State, name: &str) -> &'a str {
    if name == SESSION_COOKIE { "/" } else { state.base_path() }
}

/// `__Host-` binds a cookie to this host and to TLS; it is only allowed at the root path.
fn full_name(state: &State, name: &str) -> String {
    match (state.is_https(), path_of(state, name)) {
        (true, "/") => format!("__Host-{name}"),
        (true, _) => format!("__Secure-{name}"),
        (false, _) => name.to_owned(),
    }
}
