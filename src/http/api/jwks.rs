//! `GET /.well-known/jwks.json`: the public keys.

use actix_web::{HttpResponse, http::header, web};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{flow::PublicKey, http::State};

/// A JSON Web Key Set (RFC 7517).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct KeySet {
    keys: Vec<PublicKey>,
}

/// The keys that sign, and those that will.
pub async fn show(state: web::Data<State>) -> HttpResponse {
    let keys = state.context.keyring.public_keys();
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(KeySet { keys })
}
