//! Leaving for Masthead.

use actix_web::http::StatusCode;
use actix_web::http::header::{HOST, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::Deserialize;

use super::attempt::Attempt;
use super::local_path::LocalPath;
use crate::addresses::Addresses;
use crate::app::Newsroom;
use crate::{clock, headers, page, reader};

/// The query of `/sign-in`.
#[derive(Deserialize)]
pub struct Query {
    to: Option<String>,
}

/// `GET /sign-in?to=/stories/x`: sends the reader to Masthead, to come back to `to`.
pub async fn start(request: HttpRequest, query: web::Query<Query>, newsroom: web::Data<Newsroom>) -> HttpResponse {
    let now = clock::now();
    let Some(to) = query.to.as_deref().map_or_else(|| Some(LocalPath::front_page()), LocalPath::parse) else {
        return page::notice(&request, &newsroom, page::Notice::NotOurAddress).await;
    };
    // Cookies belong to a host name: a sign-in that starts at another name of ours would never find its cookie.
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if host.is_some_and(|host| host != newsroom.addresses.host()) {
        let canonical = newsroom.addresses.public(&Addresses::sign_in_path(to.as_str()));
        return see_other(&canonical);
    }
    if !newsroom.masthead.counter.read(now).await.is_reachable() {
        return page::notice(&request, &newsroom, page::Notice::SignInResting).await;
    }
    match leave_for_masthead(&newsroom, &to, false, now) {
        Some(response) => response,
        None => page::notice(&request, &newsroom, page::Notice::SignInResting).await,
    }
}

/// Asks Masthead silently who reads, to come back to `to`. `None` when the system has no random numbers.
pub fn renew(newsroom: &Newsroom, to: &LocalPath, now: Timestamp) -> Option<HttpResponse> {
    let mut response = leave_for_masthead(newsroom, to, true, now)?;
    // However the question ends, it is not asked again at once: no circle of redirects.
    response.add_cookie(&reader::asked_cookie(&newsroom.addresses)).ok()?;
    Some(response)
}

/// A redirect that nothing keeps.
pub fn see_other(address: &str) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::SEE_OTHER).insert_header((LOCATION, address)).finish();
    headers::never_stored(&mut response);
    response
}

fn leave_for_masthead(newsroom: &Newsroom, to: &LocalPath, silent: bool, now: Timestamp) -> Option<HttpResponse> {
    let attempt = Attempt::begin(to, silent, now).ok()?;
    let address = newsroom.addresses.continuation(&attempt.state, &attempt.challenge(), silent);
    let mut response = see_other(&address);
    response.add_cookie(&attempt.cookie(&newsroom.seal, newsroom.addresses.is_secure())).ok()?;
    Some(response)
}
