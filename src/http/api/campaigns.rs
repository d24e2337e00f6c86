//! `GET /v1/campaigns` and `/v1/campaigns/{slug}`: the counter. Read from the published snapshot, never from the database.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ETag, EntityTag, Header as _, IfNoneMatch},
    web,
};

use super::paging;
use crate::{
    flow::read_counter::Snapshot,
    http::{Problem, State},
};

/// How a cache may keep the counter: a second old, and five while it fetches a new one.
const CACHE_CONTROL: &str = "public, max-age=1, stale-while-revalidate=5";

/// The public campaigns, the newest first.
///
/// # Errors
/// `invalid_input` for a wrong limit or cursor.
pub async fn list(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let key = |snapshot: &Arc<Snapshot>| snapshot.campaign.slug.clone();
    let shown = |snapshot: Arc<Snapshot>| serde_json::to_value(&snapshot.campaign).unwrap_or_default();
    let body = paging::page(request.query_string(), state.counters.list(), key, shown)?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, CACHE_CONTROL)).json(body))
}

/// One campaign; 304 when the caller has these very bytes.
///
/// # Errors
/// `unknown_campaign`.
pub async fn show(
    state: web::Data<State>,
    slug: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem { code: "unknown_campaign", ..Problem::not_found() };
    let snapshot = state.counters.find(&slug).ok_or_else(unknown)?;
    let mut answer = if has_it(&request, &snapshot) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, snapshot.etag.clone()))
        .insert_header((header::CACHE_CONTROL, CACHE_CONTROL))
        .content_type("application/json");
    if has_it(&request, &snapshot) {
        return Ok(answer.finish());
    }
    Ok(answer.body(web::Bytes::copy_from_slice(&snapshot.json)))
}

fn has_it(request: &HttpRequest, snapshot: &Snapshot) -> bool {
    let tag = EntityTag::new_strong(snapshot.etag.trim_matches('"').to_owned());
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(&ETag(tag.clone()).0)),
        Err(_) => false,
    }
}
