//! Coming back from Masthead.

use actix_web::cookie::Cookie;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::Deserialize;

use super::attempt::Attempt;
use super::start::see_other;
use crate::app::Newsroom;
use crate::masthead::ExchangeError;
use crate::page::{self, Notice};
use crate::reader::{self, Verified};
use crate::token::Token;
use crate::{clock, headers};

/// The query that Masthead adds to the return address.
#[derive(Deserialize)]
pub struct Query {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

/// How a return ends for the reader.
enum Outcome {
    /// Signed in: the cookies to set.
    SignedIn(Vec<Cookie<'static>>),
    /// Masthead knows nobody in this browser.
    Nobody,
    /// Something to read about.
    Failed(Notice),
}

/// `GET /signed-in?code&state` or `?error&state`: checks that this browser left with that state, exchanges the
/// code, verifies the token, and only then keeps it.
pub async fn finish(request: HttpRequest, query: web::Query<Query>, newsroom: web::Data<Newsroom>) -> HttpResponse {
    let now = clock::now();
    let mut response = match find_attempt(&request, &query, &newsroom, now) {
        Some(attempt) => {
            let outcome = redeem(&query, &attempt, &newsroom, now).await;
            conclude(&request, &newsroom, &attempt, outcome).await
        }
        None => page::notice(&request, &newsroom, Notice::UnknownAttempt).await,
    };
    headers::never_stored(&mut response);
    // The address of this page holds a code; spent or not, it is nobody else's to see.
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn find_attempt(request: &HttpRequest, query: &Query, newsroom: &Newsroom, now: Timestamp) -> Option<Attempt> {
    let state = query.state.as_deref()?;
    let cookie = request.cookie(&Attempt::cookie_name_for(state)?)?;
    Attempt::open(cookie.value(), state, &newsroom.seal, now)
}

async fn redeem(query: &Query, attempt: &Attempt, newsroom: &Newsroom, now: Timestamp) -> Outcome {
    if query.error.as_deref() == Some("sign_in_required") {
        return Outcome::Nobody;
    }
    let Some(code) = query.code.as_deref().filter(|_| query.error.is_none()) else {
        return Outcome::Failed(Notice::CodeRefused);
    };
    let token = match newsroom.masthead.exchange.redeem(code, &attempt.verifier).await {
        Ok(token) => token,
        Err(ExchangeError::Refused) => return Outcome::Failed(Notice::CodeRefused),
        Err(error @ ExchangeError::Unreachable(_)) => {
            tracing::warn!(%error, "a sign-in could not be finished");
            return Outcome::Failed(Notice::SignInResting);
        }
    };
    match reader::verify(newsroom, &token, now).await {
        Verified::Good(Token::Access(access)) => Outcome::SignedIn(vec![
            reader::token_cookie(&newsroom.addresses, &token, &access, now),
            reader::remembered_cookie(&newsroom.addresses),
        ]),
        Verified::Good(Token::Pass(_)) => Outcome::Failed(Notice::CodeRefused),
        Verified::CannotCheck => Outcome::Failed(Notice::SignInResting),
        Verified::Bad(error) => {
            tracing::error!(%error, "Masthead's own answer to a code does not verify");
            Outcome::Failed(Notice::CodeRefused)
        }
    }
}

async fn conclude(request: &HttpRequest, newsroom: &Newsroom, attempt: &Attempt, outcome: Outcome) -> HttpResponse {
    let addresses = &newsroom.addresses;
    let back = || see_other(&addresses.public(attempt.to().as_str()));
    let (mut response, mut cookies) = match outcome {
        Outcome::SignedIn(cookies) => (back(), cookies),
        Outcome::Nobody => (back(), vec![reader::forget(addresses, reader::REMEMBERED_COOKIE)]),
        // A reader who did not ask to sign in is not told that it failed: the story shows its gate.
        Outcome::Failed(_) if attempt.silent => (back(), Vec::new()),
        Outcome::Failed(notice) => (page::notice(request, newsroom, notice).await, Vec::new()),
    };
    cookies.push(attempt.spent_cookie(addresses.is_secure()));
    for cookie in &cookies {
        if let Err(error) = response.add_cookie(cookie) {
            tracing::error!(%error, "a cookie could not be set");
        }
    }
    response
}
