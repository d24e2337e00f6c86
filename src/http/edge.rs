//! The outermost layer: a request id, headers that every answer has, problems rendered, one log line.

use std::time::Instant;

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use tracing::Instrument as _;

use super::{Problem, State, given_up::GivenUp, page, route_table::Pattern};
use crate::{domain::id::RequestId, flow::Phase};

/// Handles one request from the outside in.
///
/// # Errors
/// Those of an inner layer that answers with none of our problems.
pub async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let started = Instant::now();
    let state = request.app_data::<web::Data<State>>().cloned();
    let Some(state) = state else { return Ok(next.call(request).await?.map_into_boxed_body()) };
    let request_id = RequestId::mint(state.context.clock.wall(), state.context.entropy.as_ref());
    request.extensions_mut().insert(request_id.clone());
    // Whoever answers GET answers HEAD, with the same headers: the codec below remembers to leave the body out. Mail scanners
    // and link checkers ask this way.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    // Everything that is logged on the way bears the id that the reader sees.
    let method = request.method().clone();
    let span = tracing::error_span!("request", %request_id);
    let answered = tokio::time::timeout(state.request_timeout, next.call(request).instrument(span.clone())).await;
    let _entered = span.enter();
    // The framework wants the request to itself until it is answered; the answer brings it back.
    let answer = match answered {
        Ok(answer) => answer?.map_into_boxed_body(),
        Err(_) => {
            state.context.metrics.answered(method.as_str(), "(given up)", 503, started.elapsed().as_secs_f64());
            tracing::error!(seconds = state.request_timeout.as_secs(), "a request took too long and was given up");
            return Err(GivenUp { address: state.address("problems/database-unavailable"), request_id }.into());
        }
    };
    let http_request = answer.request().clone();
    let mut answer = render_problem(answer, &http_request, &state, &request_id);
    set_common_headers(answer.headers_mut(), &state, &request_id);
    if state.context.stop.has_reached(Phase::Announced) {
        // Whoever keeps this connection for later is better off with another process.
        answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    log(&state, &http_request, answer.status(), started);
    Ok(answer)
}

fn render_problem(
    answer: ServiceResponse<BoxBody>,
    request: &HttpRequest,
    state: &State,
    request_id: &RequestId,
) -> ServiceResponse<BoxBody> {
    let Some(problem) = problem_in(&answer) else { return answer };
    let mut rendered = if speaks_json(request.path(), state.base_path()) {
        as_json(&problem, request, state, request_id)
    } else {
        page::problem::render(&problem, request, state, request_id)
    };
    for (name, value) in answer.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            rendered.headers_mut().append(name.clone(), value.clone());
        }
    }
    if let Some(seconds) = problem.retry_after_seconds {
        rendered.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = problem.allow {
        rendered.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    rendered.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.into_response(rendered)
}

/// The problem that a handler or extractor gave, or one that stands for an error of the framework.
fn problem_in(answer: &ServiceResponse<BoxBody>) -> Option<Problem> {
    if let Some(error) = answer.response().error() {
        if let Some(problem) = error.as_error::<Problem>() {
            return Some(problem.clone());
        }
        let code = match answer.status() {
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
            status if status.is_client_error() => "invalid_input",
            _ => "internal",
        };
        return Some(Problem::new(answer.status(), code));
    }
    match answer.status() {
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")),
        _ => None,
    }
}

fn speaks_json(path: &str, base_path: &str) -> bool {
    let path = path.strip_prefix(base_path.trim_end_matches('/')).unwrap_or(path);
    ["/v1/", "/webhooks/", "/.well-known/", "/healthz", "/readyz", "/metrics", "/openapi.json"].iter().any(|prefix| path.starts_with(prefix))
        // The one call under /v1 that a browser navigates to.
        && path != "/v1/continue"
}

fn as_json(problem: &Problem, request: &HttpRequest, state: &State, request_id: &RequestId) -> HttpResponse {
    let address = state.address(&format!("problems/{}", problem.dashed_code()));
    let body = problem.body(page::texts_for(request, state), address, request_id.clone());
    HttpResponse::build(problem.status)
        .content_type("application/problem+json")
        .body(serde_json::to_string(&body).unwrap_or_default())
}

fn set_common_headers(headers: &mut HeaderMap, state: &State, request_id: &RequestId) {
    // A layer below may have its own: that one stays.
    let mut set = |name: HeaderName, value: HeaderValue| {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    };
    if let Ok(id) = HeaderValue::from_str(request_id.as_str()) {
        set(HeaderName::from_static("x-request-id"), id);
    }
    set(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    set(header::CONTENT_SECURITY_POLICY, nothing);
    set(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    if state.is_https() {
        set(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

/// One line for each request: the route's pattern, never the query or what stands in the path's places.
fn log(state: &State, request: &HttpRequest, status: StatusCode, started: Instant) {
    let route = request.app_data::<Pattern>().map_or("(no route)", |pattern| pattern.0);
    let seconds = started.elapsed().as_secs_f64();
    let (method, status, milliseconds) = (request.method(), status.as_u16(), seconds * 1_000.0);
    state.context.metrics.answered(method.as_str(), route, status, seconds);
    if status >= 500 {
        tracing::warn!(%method, route, status, milliseconds, "answered");
    } else if state.logs_requests {
        tracing::info!(%method, route, status, milliseconds, "answered");
    } else {
        tracing::debug!(%method, route, status, milliseconds, "answered");
    }
}
