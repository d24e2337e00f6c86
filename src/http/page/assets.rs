//! `/assets/…`: styles, the script of our pages, the newsroom's colours.

use actix_web::{HttpRequest, HttpResponse, http::header, web};

use super::view::{asset, favicon_svg, theme_css};
use crate::{
    flow::deliver_outbox::theme_of,
    http::{Problem, State},
};

/// For names that hold a hash of their bytes.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// For plain names.
const SHORTLY: &str = "public, max-age=300";

/// One asset; a name with a hash in it never changes its bytes.
///
/// # Errors
/// `not_found`.
pub async fn show(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (asset, hashed) = asset::find(&name).ok_or_else(Problem::not_found)?;
    let kept = if hashed { FOREVER } else { SHORTLY };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, kept)).content_type(asset.media_type).body(asset.bytes))
}

/// The newsroom's colours as custom properties.
pub async fn theme(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    generated(&request, "text/css; charset=utf-8", theme_css(&theme_of(&state.counters.newsroom())))
}

/// The newsroom's initial on its colour.
pub async fn favicon(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    generated(&request, "image/svg+xml", favicon_svg(&theme_of(&state.counters.newsroom())))
}

fn generated(request: &HttpRequest, media_type: &'static str, text: String) -> HttpResponse {
    let kept = if request.query_string().starts_with("v=") { FOREVER } else { SHORTLY };
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, kept)).content_type(media_type).body(text)
}
