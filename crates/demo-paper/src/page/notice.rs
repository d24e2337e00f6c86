//! Pages that say what happened and what to do now.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::frame::{Frame, Visit};
use super::render;
use crate::app::Newsroom;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// There is no such page.
    Missing,
    /// The address to return to is not one of ours.
    NotOurAddress,
    /// Nobody left this browser with that state, or too long ago.
    UnknownAttempt,
    /// Masthead did not take the code.
    CodeRefused,
    /// Masthead is out of reach.
    SignInResting,
    /// Another website sent this form.
    NotFromHere,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    frame: Frame,
    heading: &'static str,
    text: &'static str,
    link: &'static str,
    link_text: &'static str,
}

/// The page for anything that is not there.
pub async fn missing(request: HttpRequest, newsroom: web::Data<Newsroom>) -> HttpResponse {
    notice(&request, &newsroom, Notice::Missing).await
}

/// The page that says so.
pub async fn notice(request: &HttpRequest, newsroom: &Newsroom, notice: Notice) -> HttpResponse {
    let visit = Visit::read(request, newsroom).await;
    let (status, heading, text, link, link_text) = words(notice);
    let title = format!("{heading} · The Harbour Ledger");
    let mut frame = Frame::new(newsroom, &visit, "/", &title, text);
    frame.hidden = true;
    render(status, &NoticePage { frame, heading, text, link, link_text })
}

fn words(notice: Notice) -> (StatusCode, &'static str, &'static str, &'static str, &'static str) {
    match notice {
        Notice::Missing => (
            StatusCode::NOT_FOUND,
            "Washed away",
            "There is no page at this address. It may have gone out with the tide, or the address has a letter wrong.",
            "/",
            "To the front page",
        ),
        Notice::NotOurAddress => (
            StatusCode::BAD_REQUEST,
            "That address is not ours",
            "After signing in you would have been sent somewhere outside this newspaper, so we stopped. Nothing has changed.",
            "/",
            "To the front page",
        ),
        Notice::UnknownAttempt => (
            StatusCode::BAD_REQUEST,
            "We lost the thread of this sign-in",
            "It was started in another browser, or more than half an hour ago, or is finished already. Nothing has changed.",
            "/sign-in",
            "Sign in again",
        ),
        Notice::CodeRefused => (
            StatusCode::BAD_REQUEST,
            "This sign-in is used up",
            "Each one works once and for a minute. You are not signed in by it; starting again takes a moment.",
            "/sign-in",
            "Sign in again",
        ),
        Notice::SignInResting => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Signing in is resting",
            "We cannot reach our membership desk at this moment. Nothing is wrong with your membership. Please try again in a minute.",
            "/",
            "To the front page",
        ),
        Notice::NotFromHere => (
            StatusCode::FORBIDDEN,
            "We did not do that",
            "Another website asked for this in your name. Nothing has changed.",
            "/",
            "To the front page",
        ),
    }
}
