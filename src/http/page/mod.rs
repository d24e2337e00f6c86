//! Pages: server-rendered, complete without a script. Handlers here take a request apart and hand plain values to `view`.

pub mod account;
pub mod account_address;
pub mod account_amount;
mod account_history;
mod account_memberships;
pub mod api_docs;
pub mod assets;
pub mod campaign;
pub mod cancel;
mod choice;
pub mod dev_mail;
pub mod document;
pub mod embed;
pub mod gift;
pub mod join;
pub mod module;
pub mod problem;
pub mod shown;
pub mod sign_in;
pub mod sign_out;
pub mod statement;
pub mod view;
pub mod welcome;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};

use super::State;
use crate::{
    flow::deliver_outbox::theme_of,
    text::{Library, Texts},
};
use view::{Chrome, DevBand};

/// Less than this between two clocks is no move.
const MINUTE_MILLIS: i64 = 60_000;

/// The texts in the language that a request asks for.
pub fn texts_for(request: &HttpRequest, state: &State) -> &'static Texts {
    let asked = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Library::shared().negotiate(asked.unwrap_or(&state.counters.newsroom().locale))
}

/// What surrounds a page.
pub fn chrome(request: &HttpRequest, state: &State, signed_in: bool) -> Chrome {
    let base_path = state.base_path().trim_end_matches('/');
    let path = request.path().strip_prefix(base_path).unwrap_or(request.path());
    Chrome {
        texts: texts_for(request, state),
        theme: theme_of(&state.counters.newsroom()),
        time_zone: jiff::tz::TimeZone::get(&state.counters.newsroom().time_zone).unwrap_or(jiff::tz::TimeZone::UTC),
        now: state.context.clock.business().timestamp(),
        base_path: base_path.to_owned(),
        canonical_url: state.address(path),
        signed_in,
        dev: state.dev.as_ref().map(|dev| DevBand {
            mailbox_path: "/dev/mail".to_owned(),
            sandbox_url: dev.sandbox_url.clone(),
            is_stripe: dev.is_stripe,
            paper_url: dev.paper_url.clone(),
            clock_moved: is_moved(state),
        }),
    }
}

/// Whether business time has been moved ahead of real time.
fn is_moved(state: &State) -> bool {
    state.context.clock.business().millis_since(state.context.clock.wall()) > MINUTE_MILLIS
}

/// A page that is for this reader alone.
pub fn private(state: &State, status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_SECURITY_POLICY, policy(state)))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::VARY, "Cookie, Accept-Language"))
        .content_type("text/html; charset=utf-8")
        .body(html)
}

/// A page that is the same for everybody who is not signed in.
pub fn shared(state: &State, html: String) -> HttpResponse {
    let mut answer = private(state, StatusCode::OK, html);
    let cached = header::HeaderValue::from_static("public, max-age=1, stale-while-revalidate=5");
    answer.headers_mut().insert(header::CACHE_CONTROL, cached);
    answer
}

/// The way to another page, after a form.
pub fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// Nothing but our own styles and scripts; forms lead to us, to the gateway and, through us, back to registered sites.
fn policy(state: &State) -> String {
    let mut form_action = "'self'".to_owned();
    for origin in state.form_origins.iter().chain(state.counters.return_origins().iter()) {
        form_action.push(' ');
        form_action.push_str(origin);
    }
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
         frame-src 'self'; form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )
}
