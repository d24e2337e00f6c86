//! `/v1/…`: key, version, parameters, idempotency, then the endpoint.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde_json::{Map, Value};

use super::{
    cut,
    route::{Call, Route},
};
use crate::{
    API_VERSION,
    core::{
        error::ApiError,
        fault::Instead,
        form::{self, Node},
        idempotency::{Answer, asked},
        json::Peek,
        schema,
        world::World,
    },
    object::ROUTES,
    shared::Shared,
};

/// Answers every request below `/v1`.
pub async fn answer(request: HttpRequest, body: web::Bytes, shared: web::Data<Arc<Shared>>) -> HttpResponse {
    let request_id = shared.request_id();
    let key = header(&request, "Idempotency-Key").filter(|_| request.method() == "POST").map(str::to_owned);
    let trouble = shared.trouble_for(request.path());
    let outcome = match trouble.instead {
        Some(Instead::Nothing) => return cut::at_once(),
        Some(Instead::TooMany) => Err(ApiError::too_many()),
        Some(Instead::Trouble) => Err(ApiError::internal("An unknown error occurred (as was asked for).")),
        None => {
            prepare(&request, &body, &shared).and_then(|prepared| run(&shared, &prepared, &request_id, key.as_deref()))
        }
    };
    let (mut answer, replayed) = outcome.unwrap_or_else(|error| (refused(&error, &request_id), false));
    answer.body = shared.reworded(answer.body);
    let reply = respond(&answer, &request_id, key.as_deref(), replayed);
    if trouble.wait_ms > 0 {
        tokio::time::sleep(Duration::from_millis(trouble.wait_ms)).await;
    }
    if trouble.is_cut { cut::in_the_middle(reply, &answer.body) } else { reply }
}

/// A request that has its endpoint and its checked parameters.
struct Prepared {
    route: &'static Route,
    call: Call,
    asked: String,
}

fn prepare(request: &HttpRequest, body: &[u8], shared: &Shared) -> Result<Prepared, ApiError> {
    check_key(request, &shared.api_key)?;
    check_version(request)?;
    shared.refuse_if_arranged(request.method().as_str(), request.path())?;
    let method = request.method().as_str();
    let (route, ids) = ROUTES
        .iter()
        .flat_map(|routes| routes.iter())
        .find_map(|route| route.matches(method, request.path()).map(|ids| (route, ids)))
        .ok_or_else(|| ApiError::unrecognized(method, request.path()))?;
    let form = read_form(request, body)?;
    let params = schema::check(&form, route.fields)?;
    Ok(Prepared { route, asked: asked(method, request.path(), &form), call: Call { ids, params } })
}

fn run(shared: &Shared, prepared: &Prepared, request_id: &str, key: Option<&str>) -> Result<(Answer, bool), ApiError> {
    let done = shared.with(|world| {
        let now_ms = world.now_ms;
        if let Some(key) = key
            && let Some(kept) = world.kept_answers.replay(key, &prepared.asked, now_ms)?
        {
            return Ok((kept, true));
        }
        world.request = Some((request_id.to_owned(), key.map(str::to_owned)));
        let clock = world.clock_of_call(&prepared.call);
        let outcome = world.in_time_of(clock, |world| world.attempt(|world| execute(world, prepared)));
        world.request = None;
        let answer = match &outcome {
            Ok(value) => Answer {
                status: 200,
                body: serde_json::to_string_pretty(value).unwrap_or_default(),
                request_id: request_id.to_owned(),
            },
            Err(error) => refused(error, request_id),
        };
        let began = outcome.as_ref().map_or_else(|error| !error.before_start, |_| true);
        if let Some(key) = key.filter(|_| began) {
            world.kept_answers.keep(key, &prepared.asked, answer.clone(), now_ms);
            world.changes.keys.push(key.to_owned());
            world.revision += 1;
        }
        Ok((answer, false))
    });
    done.map_err(|fault| ApiError::internal(format!("The sandbox cannot write its state file: {fault}")))?
}

fn execute(world: &mut World, prepared: &Prepared) -> Result<Value, ApiError> {
    let mut value = (prepared.route.run)(world, &prepared.call)?;
    let paths = prepared.call.params.items("expand");
    world.expand(&mut value, paths)?;
    Ok(value)
}

fn check_key(request: &HttpRequest, api_key: &str) -> Result<(), ApiError> {
    let given = header(request, "Authorization").and_then(|text| match text.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Some(key.trim().to_owned()),
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => basic_user(pair.trim()),
        _ => None,
    });
    match given {
        None => Err(ApiError::unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )),
        Some(given) if given == api_key => Ok(()),
        Some(given) => Err(ApiError::unauthorized(format!("Invalid API Key provided: {}", masked(&given)))),
    }
}

/// The user name of HTTP Basic credentials.
fn basic_user(pair: &str) -> Option<String> {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(pair).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split(':').next().map(str::to_owned)
}

fn masked(key: &str) -> String {
    let shown: String = key.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    let start: String = key.chars().take(8.min(key.chars().count().saturating_sub(4))).collect();
    format!("{start}{}{shown}", "*".repeat(12))
}

fn check_version(request: &HttpRequest) -> Result<(), ApiError> {
    match header(request, "Stripe-Version") {
        Some(version) if version != API_VERSION => Err(ApiError::invalid(format!(
            "Invalid Stripe API version: {version}. The sandbox speaks {API_VERSION} only."
        ))),
        _ => Ok(()),
    }
}

/// Parameters stand in the query of GET and DELETE and in the form body of POST and DELETE.
fn read_form(request: &HttpRequest, body: &[u8]) -> Result<Node, ApiError> {
    let content_type = header(request, "Content-Type").unwrap_or_default();
    if !body.is_empty() && !content_type.is_empty() && !content_type.starts_with("application/x-www-form-urlencoded") {
        return Err(ApiError::invalid(format!(
            "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have questions, we can help at https://support.stripe.com/. Received: {content_type}"
        )));
    }
    let mut encoded = request.query_string().as_bytes().to_vec();
    if !encoded.is_empty() && !body.is_empty() {
        encoded.push(b'&');
    }
    encoded.extend_from_slice(body);
    form::parse(&encoded)
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

fn refused(error: &ApiError, request_id: &str) -> Answer {
    let mut body = error.body();
    body["error"]["request_log_url"] = Value::from(format!("https://dashboard.stripe.com/test/logs/{request_id}"));
    Answer {
        status: error.status,
        body: serde_json::to_string_pretty(&body).unwrap_or_default(),
        request_id: request_id.to_owned(),
    }
}

fn respond(answer: &Answer, request_id: &str, key: Option<&str>, replayed: bool) -> HttpResponse {
    let mut response =
        HttpResponse::build(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    response
        .content_type("application/json")
        .insert_header(("Request-Id", request_id))
        .insert_header(("Stripe-Version", API_VERSION));
    response.insert_header(("Cache-Control", "no-cache, no-store"));
    if answer.status == 429 {
        response.insert_header(("Retry-After", "1"));
    }
    if let Some(key) = key {
        response
            .insert_header(("Idempotency-Key", key))
            .insert_header(("Original-Request", answer.request_id.as_str()));
    }
    if replayed {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    response.body(answer.body.clone())
}

/// Parameters of the sandbox's own controls, from a form or from JSON.
pub fn loose_params(content_type: &str, body: &[u8]) -> Option<Map<String, Value>> {
    if content_type.starts_with("application/json") {
        return serde_json::from_slice(body).ok();
    }
    Some(
        url::form_urlencoded::parse(body)
            .map(|(key, value)| (key.into_owned(), Value::from(value.into_owned())))
            .collect(),
    )
}
