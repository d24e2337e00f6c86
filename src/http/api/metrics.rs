//! `GET /metrics`: for Prometheus, by a token of its own.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use aws_lc_rs::constant_time;

use crate::{
    flow::metrics,
    http::{Problem, State},
};

/// The counts of this process, and what waits in the database.
///
/// # Errors
/// 404 `not_found` when no token is set, 401 `metrics_token_required` without that token, 503 when the database does not answer.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let Some(expected) = &state.metrics_token else { return Err(Problem::not_found()) };
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if constant_time::verify_slices_are_equal(expected.as_bytes(), shown.as_bytes()).is_err() {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "metrics_token_required"));
    }
    let text = metrics::render(&state.context, &state.counters).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(text))
}
