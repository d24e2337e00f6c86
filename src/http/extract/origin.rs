//! Unsafe requests from pages of other websites are refused: forms, scripts and all.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};

use crate::http::{Problem, State};

/// Proof that a request comes from our own pages, or from no page at all (then it carries no cookies of a victim).
#[derive(Clone, Copy, Debug)]
pub struct OwnOrigin;

impl FromRequest for OwnOrigin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let own = request.app_data::<web::Data<State>>().map(|state| state.own_origin()).unwrap_or_default();
        ready(if is_own(request, &own) { Ok(Self) } else { Err(Problem::forbidden("origin_not_allowed")) })
    }
}

fn is_own(request: &HttpRequest, own: &str) -> bool {
    let header_text =
        |name| request.headers().get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or("?"));
    match (header_text(header::ORIGIN), header_text(header::HeaderName::from_static("sec-fetch-site"))) {
        (Some(origin), _) => origin == own,
        (None, Some(relation)) => matches!(relation, "same-origin" | "none"),
        (None, None) => true,
    }
}
