//! `GET /v1/campaigns` and `/v1/campaigns/{slug}`: the counter. Read from the published snapshot, never from the database.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, AcceptEncoding, ContentEncoding, Encoding, EntityTag, Header as _},
    web,
};

use super::paging;
use crate::{
    flow::read_counter::Snapshot,
    http::{Problem, State, cached},
};

/// The public campaigns, the newest first.
///
/// # Errors
/// `invalid_input` for a wrong limit or cursor.
pub async fn list(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let key = |snapshot: &Arc<Snapshot>| snapshot.campaign.slug.clone();
    let shown = |snapshot: Arc<Snapshot>| snapshot.campaign.clone();
    let body = paging::page(request.query_string(), state.counters.list(), key, shown)?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, cached::COUNTER)).json(body))
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
    let takes_gzip = takes_gzip(&request);
    let written = if takes_gzip { &snapshot.gzip } else { &snapshot.json };
    let is_known = cached::knows(&request, &EntityTag::new_strong(written.etag.trim_matches('"').to_owned()));
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, written.etag.as_str()))
        .insert_header((header::CACHE_CONTROL, cached::COUNTER))
        .insert_header((header::VARY, "accept-encoding"))
        .content_type("application/json");
    if is_known {
        return Ok(answer.finish());
    }
    if takes_gzip {
        answer.insert_header(ContentEncoding::Gzip);
    }
    Ok(answer.body(web::Bytes::copy_from_slice(&written.bytes)))
}

/// Whether the caller wants its answer compressed, as far as we have it so.
fn takes_gzip(request: &HttpRequest) -> bool {
    if !request.headers().contains_key(header::ACCEPT_ENCODING) {
        return false;
    }
    let gzip_or_plain = [Encoding::gzip(), Encoding::identity()];
    let accepted = AcceptEncoding::parse(request).ok();
    accepted.is_some_and(|accepted| accepted.negotiate(gzip_or_plain.iter()) == Some(Encoding::gzip()))
}
