//! `GET /.well-known/jwks.json`: the public keys.

use actix_web::{HttpResponse, http::header, web};
use serde_json::json;

use crate::http::State;

/// The keys that sign, and those that will.
pub async fn show(state: web::Data<State>) -> HttpResponse {
    let keys = state.context.keyring.public_keys();
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(json!({ "keys": keys }))
}
