//! JSON bodies: at most 64 KiB, declared as JSON, no unknown fields; each fault names its field.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    web::Bytes,
};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use crate::http::Problem;

/// The most bytes of a JSON body.
pub const JSON_MAX_BYTES: usize = 64 * 1024;

/// A JSON body read into a type; the type itself refuses unknown fields.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let declared = declared_as_json(request);
        let mut payload = payload.take();
        Box::pin(async move {
            if !declared {
                return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"));
            }
            let body = read_body(&mut payload, JSON_MAX_BYTES).await?;
            parse(&body).map(Self)
        })
    }
}

fn declared_as_json(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Reads a body of at most `max_bytes`.
///
/// # Errors
/// 413 past that; 400 when the connection breaks off.
pub async fn read_body(payload: &mut Payload, max_bytes: usize) -> Result<Bytes, Problem> {
    let mut body = actix_web::web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::bad_request("invalid_json"))?;
        if body.len() + chunk.len() > max_bytes {
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let value: serde_json::Value = serde_json::from_slice(body).map_err(|_| Problem::bad_request("invalid_json"))?;
    if !value.is_object() {
        return Err(Problem::bad_request("invalid_json"));
    }
    serde_path_to_error::deserialize(value).map_err(|error| field_fault(&error))
}

/// Turns serde's words into a field's fault.
fn field_fault(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let words = error.inner().to_string();
    let quoted = words.split('`').nth(1).unwrap_or_default();
    let path = error.path().to_string();
    let parent = path.trim_end_matches('.');
    let within = |name: &str| match parent {
        "" => name.to_owned(),
        _ if parent == name || parent.ends_with(&format!(".{name}")) => parent.to_owned(),
        _ => format!("{parent}.{name}"),
    };
    if words.starts_with("unknown field") {
        return Problem::field(within(quoted), "unknown", format!("is not a field of this request; {}", after(&words)));
    }
    if words.starts_with("missing field") {
        return Problem::field(within(quoted), "missing", "is required");
    }
    Problem::field(parent, "wrong_type", words)
}

/// What serde says would be right.
fn after(words: &str) -> &str {
    words.split_once(", ").map_or(words, |(_, rest)| rest)
}
