//! `GET /healthz` and `/readyz`.

use actix_web::{HttpResponse, http::header, web};

use crate::{
    flow::check_ready,
    http::{Problem, State},
};

/// The process runs.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(serde_json::json!({ "status": "ok" }))
}

/// The database answers and its schema is up to date.
///
/// # Errors
/// 503 `database_unavailable`.
pub async fn ready(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    check_ready::check(&state.context).await.map_err(|error| {
        tracing::warn!(%error, "not ready");
        Problem::new(actix_web::http::StatusCode::SERVICE_UNAVAILABLE, "database_unavailable")
    })?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(serde_json::json!({ "status": "ready" })))
}
