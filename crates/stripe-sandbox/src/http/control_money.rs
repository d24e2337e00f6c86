//! `/_sandbox/…`: what banks and card networks do later: disputes, refunds that fail, cards that are replaced.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde_json::{Map, Value, json};

use super::api::loose_params;
use crate::{
    billing::{
        dispute::{self, Ending},
        fraud_warning, give_back,
    },
    core::{error::ApiError, json::Peek, world::World},
    object::payment_method,
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

/// The addresses.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/_sandbox/disputes", web::post().to(open_dispute))
        .route("/_sandbox/disputes/{id}/close", web::post().to(close_dispute))
        .route("/_sandbox/early_fraud_warnings", web::post().to(warn))
        .route("/_sandbox/refunds/{id}/fail", web::post().to(fail_refund))
        .route("/_sandbox/payment_methods/{id}/update", web::post().to(replace_card));
}

/// `POST /_sandbox/disputes` with `charge` or `payment_intent`, and perhaps a `reason`.
async fn open_dispute(request: HttpRequest, body: web::Bytes, shared: State) -> HttpResponse {
    answer(&request, &body, &shared, |world, params| {
        let charge = charge_of(world, params)?;
        let reason = params.text("reason").unwrap_or(dispute::USUAL_REASON);
        if !dispute::REASONS.contains(&reason) {
            return Err(ApiError::invalid(format!("`reason` is one of: {}.", dispute::REASONS.join(", "))));
        }
        dispute::open(world, &charge, reason)
    })
}

/// `POST /_sandbox/early_fraud_warnings` with `charge` or `payment_intent`, and perhaps a `fraud_type`.
async fn warn(request: HttpRequest, body: web::Bytes, shared: State) -> HttpResponse {
    answer(&request, &body, &shared, |world, params| {
        let charge = charge_of(world, params)?;
        let fraud_type = params.text("fraud_type").unwrap_or(fraud_warning::USUAL_TYPE);
        if !fraud_warning::TYPES.contains(&fraud_type) {
            return Err(ApiError::invalid(format!("`fraud_type` is one of: {}.", fraud_warning::TYPES.join(", "))));
        }
        fraud_warning::open(world, &charge, fraud_type)
    })
}

/// The charge that is meant by `charge` or `payment_intent`.
fn charge_of(world: &World, params: &Map<String, Value>) -> Result<String, ApiError> {
    let charge = match (params.text("charge"), params.text("payment_intent")) {
        (Some(charge), None) => charge.to_owned(),
        (None, Some(intent)) => {
            world.named("payment_intent", intent, "payment_intent")?.str("latest_charge").to_owned()
        }
        _ => return Err(ApiError::invalid("Give either `charge` or `payment_intent`.")),
    };
    world.named("charge", &charge, "charge")?;
    Ok(charge)
}

/// `POST /_sandbox/disputes/{id}/close` with `status`: `won` or `lost`.
async fn close_dispute(id: web::Path<String>, request: HttpRequest, body: web::Bytes, shared: State) -> HttpResponse {
    answer(&request, &body, &shared, |world, params| {
        let ending = match params.str("status") {
            "won" => Ending::Won,
            "lost" => Ending::Lost,
            _ => return Err(ApiError::invalid("`status` is won or lost.")),
        };
        if dispute::is_over(world.named("dispute", &id, "dispute")?) {
            return Err(ApiError::invalid("This dispute is already closed."));
        }
        dispute::close(world, &id, ending);
        Ok(id.into_inner())
    })
}

/// `POST /_sandbox/refunds/{id}/fail`: the bank sends the money back.
async fn fail_refund(id: web::Path<String>, request: HttpRequest, body: web::Bytes, shared: State) -> HttpResponse {
    answer(&request, &body, &shared, |world, _| {
        if matches!(world.named("refund", &id, "refund")?.str("status"), "failed" | "canceled") {
            return Err(ApiError::invalid("This refund has failed already."));
        }
        give_back::fail(world, &id);
        Ok(id.into_inner())
    })
}

/// `POST /_sandbox/payment_methods/{id}/update` with any of `exp_month`, `exp_year`, `last4`: the bank sent its client a new card.
async fn replace_card(id: web::Path<String>, request: HttpRequest, body: web::Bytes, shared: State) -> HttpResponse {
    answer(&request, &body, &shared, |world, params| {
        world.named("payment_method", &id, "payment_method")?;
        payment_method::replace_card(world, &id, params)?;
        Ok(id.into_inner())
    })
}

/// Runs a change that names an object, and answers with that object.
pub fn answer(
    request: &HttpRequest,
    body: &[u8],
    shared: &Shared,
    work: impl FnOnce(&mut World, &Map<String, Value>) -> Result<String, ApiError>,
) -> HttpResponse {
    let content_type = request.headers().get("Content-Type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(params) = loose_params(content_type, body).or_else(|| body.is_empty().then(Map::new)) else {
        return refuse(StatusCode::BAD_REQUEST, "Send a form or a JSON object.");
    };
    let done = shared.with(|world| {
        let about = world.clock_of_params(request.path(), &params);
        world.in_time_of(about, |world| world.attempt(|world| work(world, &params)).map(|id| world.render(&id)))
    });
    match done {
        Ok(Ok(object)) => HttpResponse::Ok().json(object),
        Ok(Err(error)) => refuse(StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST), &error.message),
        Err(fault) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &fault.to_string()),
    }
}

fn refuse(status: StatusCode, message: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "error": message }))
}
