//! `POST /webhooks/stripe`: at most 1 MiB, verified over the raw bytes, stored, then answered.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Payload},
};

use crate::{
    flow::receive_webhook::{self, ReceiveError, Received},
    http::{Problem, State, extract::read_body},
};

/// The most bytes of an event.
const EVENT_MAX_BYTES: usize = 1024 * 1024;

/// Takes an event.
///
/// # Errors
/// 400 `signature_invalid` or `event_stale`, and nothing written; 413; 503 when it could not be stored: Stripe sends it again.
pub async fn receive(state: web::Data<State>, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let body = read_body(&mut payload.into_inner(), EVENT_MAX_BYTES).await?;
    let header = request.headers().get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let received =
        receive_webhook::receive(&state.context, &state.webhook_secrets, state.livemode, header, &body).await;
    state.context.metrics.webhook_event(outcome(&received));
    let received = received?;
    let duplicate = received == Received::Duplicate;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "received": true, "duplicate": duplicate })))
}

fn outcome(received: &Result<Received, ReceiveError>) -> &'static str {
    match received {
        Ok(Received::Stored) => "stored",
        Ok(Received::Duplicate) => "duplicate",
        Err(ReceiveError::Internal(_)) => "not_stored",
        Err(_) => "refused",
    }
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Invalid => Self::bad_request("signature_invalid"),
            ReceiveError::Stale => Self::bad_request("event_stale"),
            // Whatever the database's trouble is, Stripe is to try again.
            ReceiveError::Internal(error) => {
                Self { status: actix_web::http::StatusCode::SERVICE_UNAVAILABLE, ..Self::internal(&error) }
            }
        }
    }
}
