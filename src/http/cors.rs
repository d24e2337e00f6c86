//! Which scripts of which websites may read our answers: everybody's for public numbers, registered origins' for tokens,
//! and for everything else nobody's but our own.

use actix_web::{
    Error, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
    web,
};

use super::{Problem, State};
use crate::flow;

/// Lets every website read the answer, without cookies.
///
/// # Errors
/// Those of the inner layers.
pub async fn open<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if request.method() == Method::OPTIONS {
        let mut answer = HttpResponse::new(StatusCode::NO_CONTENT);
        allow(answer.headers_mut(), HeaderValue::from_static("*"), "GET, HEAD");
        return Ok(request.into_response(answer).map_into_right_body());
    }
    let mut answer = next.call(request).await?.map_into_left_body();
    allow(answer.headers_mut(), HeaderValue::from_static("*"), "GET, HEAD");
    Ok(answer)
}

/// Lets registered origins read the answer, with cookies; refuses unsafe requests from any other origin.
///
/// # Errors
/// `origin_not_allowed`, and those of the inner layers.
pub async fn sites<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        return Ok(with_vary(next.call(request).await?).map_into_left_body());
    };
    let is_ours = match is_allowed(&request, &origin).await {
        Ok(is_ours) => is_ours,
        Err(problem) => return Ok(refusal(request, problem)),
    };
    if request.method() == Method::OPTIONS {
        let mut answer = HttpResponse::new(StatusCode::NO_CONTENT);
        if is_ours {
            allow(answer.headers_mut(), origin, "GET, POST");
        }
        return Ok(with_vary(request.into_response(answer)).map_into_right_body());
    }
    if !is_ours && !request.method().is_safe() {
        return Ok(refusal(request, Problem::forbidden("origin_not_allowed")));
    }
    let mut answer = with_vary(next.call(request).await?);
    if is_ours {
        allow(answer.headers_mut(), origin, "GET, POST");
    }
    Ok(answer.map_into_left_body())
}

/// A problem as an answer, so that the outermost layer can render it.
fn refusal<B>(request: ServiceRequest, problem: Problem) -> ServiceResponse<EitherBody<B>> {
    // `into_response` would drop the problem and leave a bare status.
    let (request, _) = request.into_parts();
    ServiceResponse::new(request, HttpResponse::from_error(problem)).map_into_right_body()
}

async fn is_allowed(request: &ServiceRequest, origin: &HeaderValue) -> Result<bool, Problem> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else { return Ok(false) };
    let Ok(origin) = origin.to_str() else { return Ok(false) };
    if origin == state.own_origin() {
        return Ok(true);
    }

    Ok(flow::allow_origin::is_registered(&state.context, origin).await?)
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue, methods: &'static str) {
    if origin != "*" {
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    let asked = HeaderValue::from_static("authorization, content-type, idempotency-key, if-none-match");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag, retry-after, x-request-id"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}

fn with_vary<B>(mut answer: ServiceResponse<B>) -> ServiceResponse<B> {
    answer.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    answer
}
