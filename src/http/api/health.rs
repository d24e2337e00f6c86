//! `GET /healthz` and `/readyz`.

use std::time::Instant;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};

use crate::{
    flow::check_ready::{self, Unready},
    http::{FieldFault, Problem, State},
};

/// The process runs.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(serde_json::json!({ "status": "ok" }))
}

/// This process can do its work: the database answers and its schema fits, there are keys to sign with, the loops are alive,
/// and nobody has told it to stop.
///
/// # Errors
/// 503 `not_ready`, with the checks that failed.
pub async fn ready(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let found = check_ready::check(&state.context, Instant::now()).await;
    if !found.is_empty() {
        let fields = found.iter().map(as_field).collect();
        return Err(Problem { fields, ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready") });
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(serde_json::json!({ "status": "ready" })))
}

/// For operators, in English: which check failed, and what it looks at. Nothing of its cause, which is in the log.
fn as_field(unready: &Unready) -> FieldFault {
    let (field, code, detail) = match unready {
        Unready::Stopping => ("process".to_owned(), "stopping", "It was told to stop."),
        Unready::Database => ("database".to_owned(), "unavailable", "It does not answer in time, or refuses."),
        Unready::Schema => ("schema".to_owned(), "not_fitting", "Run masthead migrate, or install a newer masthead."),
        Unready::SigningKeys => ("signing_keys".to_owned(), "missing", "There is no key to sign tokens with."),
        Unready::Worker(name) => (format!("worker.{name}"), "silent", "It has given no sign of life."),
    };
    FieldFault { field, code, detail: detail.to_owned() }
}
