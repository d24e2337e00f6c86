//! Answers that are the same for everybody: kept by caches, and sent again only when they have changed.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, EntityTag, Header as _, IfNoneMatch},
};
use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// How a cache may keep the counter: a second old, and five while it fetches a new one.
pub const COUNTER: &str = "public, max-age=1, stale-while-revalidate=5";
/// How a cache may keep what changes with a release: five minutes, and a day while it fetches a new one.
pub const RELEASE: &str = "public, max-age=300, stale-while-revalidate=86400";

/// The text with an entity tag; 304 without it when the caller has it already. The tag is a weak one: it is the same for the
/// text as it stands and for the text compressed, which are other bytes.
pub fn answer(request: &HttpRequest, kept: &'static str, media_type: &'static str, text: String) -> HttpResponse {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let tag = EntityTag::new_weak(URL_SAFE_NO_PAD.encode(&hash.as_ref()[..18]));
    let is_known = knows(request, &tag);
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, tag.to_string()))
        .insert_header((header::CACHE_CONTROL, kept))
        .content_type(media_type);
    if is_known { answer.finish() } else { answer.body(text) }
}

/// Whether the caller says to have what bears this tag.
pub fn knows(request: &HttpRequest, tag: &EntityTag) -> bool {
    // The parser takes a missing header for "*".
    if !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(tag)),
        Err(_) => false,
    }
}
