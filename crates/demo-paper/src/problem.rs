//! Refusals for programs: RFC 9457.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use serde_json::json;

/// Why a story's body is not handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No token came with the request.
    TokenMissing,
    /// The token does not verify.
    TokenInvalid,
    /// The token is good and does not open this story.
    NoRight,
    /// Tokens cannot be checked now.
    CannotCheck,
    /// There is no such story.
    NoSuchStory,
}

impl Problem {
    /// The answer.
    pub fn response(self) -> HttpResponse {
        let (status, code, detail) = match self {
            Self::TokenMissing => (StatusCode::UNAUTHORIZED, "token_missing", "This story asks for a token"),
            Self::TokenInvalid => (StatusCode::UNAUTHORIZED, "token_invalid", "This token is not valid here"),
            Self::NoRight => (StatusCode::FORBIDDEN, "no_right", "This token does not open this story"),
            Self::CannotCheck => (StatusCode::SERVICE_UNAVAILABLE, "cannot_check", "Tokens cannot be checked now"),
            Self::NoSuchStory => (StatusCode::NOT_FOUND, "no_such_story", "There is no such story"),
        };
        let mut response = HttpResponse::build(status);
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        match self {
            Self::TokenMissing => response.insert_header((WWW_AUTHENTICATE, "Bearer")),
            Self::TokenInvalid => response.insert_header((WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")),
            Self::CannotCheck => response.insert_header(("Retry-After", "5")),
            Self::NoRight | Self::NoSuchStory => &mut response,
        };
        let title = status.canonical_reason().unwrap_or_default();
        let body = json!({ "title": title, "status": status.as_u16(), "code": code, "detail": detail });
        response.body(body.to_string())
    }
}
