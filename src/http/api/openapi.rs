//! `GET /openapi.json`: the document of the API.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ETag, EntityTag, Header as _, IfNoneMatch},
    web,
};
use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::http::{State, openapi};

/// The document changes with the version that runs.
const CACHE_CONTROL: &str = "public, max-age=300";

/// The document; 304 when the caller has these very bytes.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let text = openapi::text(state.address("").trim_end_matches('/'));
    let tag = URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, text.as_bytes()).as_ref()[..12]);
    let tag = EntityTag::new_strong(tag);
    let has_it = has_it(&request, &tag);
    let mut answer = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header(ETag(tag)).insert_header((header::CACHE_CONTROL, CACHE_CONTROL));
    answer.content_type("application/json");
    if has_it { answer.finish() } else { answer.body(text) }
}

/// Whether the caller says to have what bears this tag.
pub fn has_it(request: &HttpRequest, tag: &EntityTag) -> bool {
    if !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(tag)),
        Err(_) => false,
    }
}
