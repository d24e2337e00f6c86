//! `/embed/{slug}`: the counter as a page for other people's frames. The one page that may be framed: it has no form, and its
//! links open on top.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web,
};

use super::view;
use crate::http::{Problem, State, api::fragment, cached, extract::Form};

/// Anybody may frame it, and nothing may be sent from it.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'none'; frame-ancestors *; base-uri 'none'";

/// The counter of one campaign; takes the fragment's `variant`, `theme` and `locale`.
///
/// # Errors
/// `unknown_campaign`, `invalid_input`.
pub async fn show(
    state: web::Data<State>,
    slug: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let snapshot = fragment::find(&state, &slug)?;
    let query = Form::parse(request.query_string().as_bytes());
    let counter = view::Fragment { opens_on_top: true, ..fragment::read(&state, &snapshot, &query)? };
    let page = view::EmbedPage { title: snapshot.campaign.title.clone(), fragment: counter };
    let html = page.render(&fragment::chrome(&request, &state, &query));
    let mut answer = cached::answer(&request, cached::COUNTER, "text/html; charset=utf-8", html);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(answer)
}
