//! `GET /openapi.json`: the document of the API.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::http::{State, cached, openapi};

/// The document, which changes with the version that runs; 304 when the caller has these very bytes.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let text = openapi::text(state.address("").trim_end_matches('/'));
    cached::answer(&request, cached::RELEASE, "application/json", text)
}
