//! Signing out here, then at Masthead.

use actix_web::http::header::ORIGIN;
use actix_web::{HttpRequest, HttpResponse, web};

use super::start::see_other;
use crate::app::Newsroom;
use crate::page::{self, Notice};
use crate::{clock, reader};

/// `POST /sign-out`: forgets the reader, and leads to Masthead's own page for ending the session there.
pub async fn leave(request: HttpRequest, newsroom: web::Data<Newsroom>) -> HttpResponse {
    if !comes_from_here(&request, &newsroom) {
        return page::notice(&request, &newsroom, Notice::NotFromHere).await;
    }
    let reachable = newsroom.masthead.counter.read(clock::now()).await.is_reachable();
    let addresses = &newsroom.addresses;
    let mut response = see_other(&if reachable { addresses.sign_out() } else { addresses.public("/") });
    for name in [reader::TOKEN_COOKIE, reader::REMEMBERED_COOKIE, reader::ASKED_COOKIE] {
        if let Err(error) = response.add_cookie(&reader::forget(addresses, name)) {
            tracing::error!(%error, "a cookie could not be cleared");
        }
    }
    response
}

/// Another website's form must not sign our readers out.
fn comes_from_here(request: &HttpRequest, newsroom: &Newsroom) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == newsroom.addresses.origin(),
        // No browser sends a cross-site form without an Origin; what has neither is not a browser.
        (None, None) => true,
    }
}
