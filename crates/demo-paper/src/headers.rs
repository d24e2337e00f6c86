//! Response headers that hold for every page, and those that keep gated text out of caches.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, VARY};
use actix_web::middleware::DefaultHeaders;

use crate::addresses::Addresses;

/// The headers that every response carries.
pub fn for_every_response(addresses: &Addresses) -> DefaultHeaders {
    // form-action names Masthead because signing out ends with a redirect there, which browsers check too.
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         connect-src 'self' {masthead}; form-action 'self' {masthead}; base-uri 'none'; frame-ancestors 'none'",
        masthead = addresses.masthead_origin()
    );
    DefaultHeaders::new()
        .add(("Content-Security-Policy", policy))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "strict-origin-when-cross-origin"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
        .add(("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"))
}

/// An HTML page that says who is reading, so no shared cache may keep it.
pub fn personal(response: &mut HttpResponse) {
    set_cache(response, "private, no-cache");
}

/// A page that may hold gated text: nothing at all may keep it.
pub fn never_stored(response: &mut HttpResponse) {
    set_cache(response, "private, no-store");
}

/// The same for everybody, for a minute.
pub fn shared_briefly(response: &mut HttpResponse) {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
}

/// Marks the response as HTML.
pub fn html(response: &mut HttpResponse) {
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
}

fn set_cache(response: &mut HttpResponse, value: &'static str) {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(value));
    response.headers_mut().insert(VARY, HeaderValue::from_static("Cookie"));
}
