//! `/_sandbox/…`: the clock, chaos, faults, settings, refusals, resending.

use std::sync::{Arc, PoisonError};

use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::api::loose_params;
use crate::{
    clock::wall_now_ms,
    core::{
        fault::FaultSettings,
        refusal::Refusal,
        settings::{ChaosSettings, Settings},
    },
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

/// The furthest that the clock goes in one step, in seconds.
const LONGEST_STEP: i64 = 10 * 366 * 24 * 60 * 60;

/// `GET /_sandbox/clock`
pub async fn clock(shared: State) -> HttpResponse {
    HttpResponse::Ok().json(clock_json(&shared))
}

fn clock_json(shared: &Shared) -> Value {
    let now_ms = shared.clock.now_unix_millis();
    json!({ "now": now_ms.div_euclid(1000), "offset_seconds": (now_ms - wall_now_ms()).div_euclid(1000) })
}

/// `POST /_sandbox/clock/advance` with `seconds`, or `to` (unix seconds).
pub async fn advance(request: HttpRequest, body: web::Bytes, shared: State) -> HttpResponse {
    let Some(params) = read(&request, &body) else {
        return refuse("Send a form or a JSON object.");
    };
    let now_ms = shared.clock.now_unix_millis();
    let target_ms = match (number(&params, "seconds"), number(&params, "to")) {
        (Some(seconds), None) => now_ms.saturating_add(seconds.saturating_mul(1000)),
        (None, Some(to)) => to.saturating_mul(1000),
        _ => return refuse("Give either `seconds` or `to` (unix seconds) as a whole number."),
    };
    if target_ms < now_ms || target_ms - now_ms > LONGEST_STEP * 1000 {
        return refuse("The clock goes forward only, and at most ten years in one step.");
    }
    match shared.advance_to(target_ms) {
        Ok(fired) => {
            let mut answer = clock_json(&shared);
            answer["fired"] = json!(fired);
            HttpResponse::Ok().json(answer)
        }
        Err(fault) => HttpResponse::InternalServerError().json(json!({ "error": fault.to_string() })),
    }
}

/// `POST /_sandbox/chaos` with JSON: probabilities of `duplicate`, `reorder`, `delay`, `drop`; `delay_ms`; `seed`.
pub async fn chaos(body: web::Bytes, shared: State) -> HttpResponse {
    let Some(wanted) = parse::<ChaosSettings>(&body) else {
        return refuse("Send JSON with any of: seed, duplicate, reorder, delay, drop, delay_ms.");
    };
    let all = [wanted.duplicate, wanted.reorder, wanted.delay, wanted.drop];
    if !all.iter().all(|probability| (0.0..=1.0).contains(probability)) {
        return refuse("Probabilities lie between 0 and 1.");
    }
    store(&shared, |world| {
        world.chaos.set(wanted.clone());
        json!(wanted)
    })
}

/// `POST /_sandbox/faults` with JSON: what happens to requests to the API from now on.
pub async fn faults(body: web::Bytes, shared: State) -> HttpResponse {
    match parse::<FaultSettings>(&body) {
        Some(wanted) if wanted.is_sound() => {
            let answer = HttpResponse::Ok().json(&wanted);
            shared.faults.lock().unwrap_or_else(PoisonError::into_inner).set(wanted);
            answer
        }
        _ => refuse(
            "Send JSON with any of: seed, cut, lose, slow, status_500, status_429 (probabilities between 0 and 1), \
             slow_ms (at most 60000), only_path (begins with /v1), words (what is said instead, by object and field, as \
             {\"subscription.status\": \"resting\"}).",
        ),
    }
}

/// `POST /_sandbox/settings` with JSON: `retry_days`, `after_last_retry`.
pub async fn settings(body: web::Bytes, shared: State) -> HttpResponse {
    let Some(wanted) = parse::<Settings>(&body) else {
        return refuse(
            "Send JSON with any of: retry_days (numbers), after_last_retry (cancel, mark_unpaid, leave_past_due).",
        );
    };
    store(&shared, |world| {
        world.settings = wanted.clone();
        json!(wanted)
    })
}

/// `POST /_sandbox/refusals` with a JSON list: which requests are refused from now on.
pub async fn refusals(body: web::Bytes, shared: State) -> HttpResponse {
    match parse::<Vec<Refusal>>(&body) {
        Some(wanted) if wanted.iter().all(Refusal::is_sound) => {
            let answer = HttpResponse::Ok().json(&wanted);
            *shared.refusals.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
            answer
        }
        _ => refuse("Send a JSON list of {method, path, status (403, 429, 500), permission, times}."),
    }
}

/// `POST /_sandbox/events/{id}/resend`
pub async fn resend(id: web::Path<String>, shared: State) -> HttpResponse {
    match shared.with(|world| world.resend(&id)) {
        Ok(true) => HttpResponse::Ok().json(json!({ "resent": id.as_str() })),
        Ok(false) => HttpResponse::NotFound().json(json!({ "error": "There is no such event." })),
        Err(fault) => HttpResponse::InternalServerError().json(json!({ "error": fault.to_string() })),
    }
}

fn store(shared: &Shared, change: impl FnOnce(&mut crate::core::world::World) -> Value) -> HttpResponse {
    let stored = shared.with(|world| {
        world.revision += 1;
        change(world)
    });
    match stored {
        Ok(answer) => HttpResponse::Ok().json(answer),
        Err(fault) => HttpResponse::InternalServerError().json(json!({ "error": fault.to_string() })),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

fn read(request: &HttpRequest, body: &[u8]) -> Option<Map<String, Value>> {
    let content_type = request.headers().get("Content-Type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    loose_params(content_type, body)
}

fn number(params: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = params.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn refuse(message: &str) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({ "error": message }))
}
