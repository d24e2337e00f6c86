//! `/dev/mail`: the demonstration's mailbox, as pages and as JSON. Not there in production.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use serde_json::json;

use super::{chrome, private, view};
use crate::{
    domain::email::Email,
    flow::Letter,
    http::{DevLinks, Problem, State, extract::Form},
};

fn dev(state: &State) -> Result<&DevLinks, Problem> {
    state.dev.as_ref().ok_or_else(Problem::not_found)
}

/// All mail, the newest first.
///
/// # Errors
/// `not_found` in production.
pub async fn list(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let items = dev(&state)?.mailbox.list(None).iter().map(summary).collect();
    let html = view::MailListPage { items }.render(&chrome(&request, &state, false));
    Ok(private(&state, StatusCode::OK, html))
}

/// One mail.
///
/// # Errors
/// `not_found`.
pub async fn show(
    state: web::Data<State>,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let letter = dev(&state)?.mailbox.find(&id).ok_or_else(Problem::not_found)?;
    let page = view::MailPage { summary: summary(&letter), links: links(&letter.text), text: letter.text };
    Ok(private(&state, StatusCode::OK, page.render(&chrome(&request, &state, false))))
}

/// The HTML part of one mail, as a frame of its own: no script runs in it, and its links leave the frame. It is of this
/// origin only so that the page around it can give it its whole height.
///
/// # Errors
/// `not_found`.
pub async fn body(state: web::Data<State>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let letter = dev(&state)?.mailbox.find(&id).ok_or_else(Problem::not_found)?;
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; \
                  sandbox allow-same-origin allow-top-navigation-by-user-activation";
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(view::mail_body(&letter.html)))
}

/// Mail as JSON: `?to=ADDRESS` for one address.
///
/// # Errors
/// `not_found` in production; `invalid_input` for a malformed address.
pub async fn json(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = Form::parse(request.query_string().as_bytes());
    let to = query.get("to").map(Email::parse).transpose();
    let to = to.map_err(|error| Problem::field("to", "email_invalid", error.to_string()))?;
    let letters = dev(&state)?.mailbox.list(to.as_ref());
    let item = |letter: &Letter| {
        json!({
            "id": letter.id, "to": letter.to, "subject": letter.subject, "text": letter.text, "html": letter.html,
            "links": links(&letter.text), "code": code(&letter.text), "at": letter.at,
        })
    };
    let items: Vec<_> = letters.iter().map(item).collect();
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({ "items": items })))
}

fn summary(letter: &Letter) -> view::MailSummary {
    view::MailSummary {
        id: letter.id.clone(),
        to: letter.to.clone(),
        subject: letter.subject.clone(),
        at: letter.at.timestamp(),
        code: code(&letter.text),
    }
}

/// The addresses in a text part, in order.
fn links(text: &str) -> Vec<String> {
    let words = text.split_whitespace().map(|word| word.trim_matches(|c: char| "<>()[],;".contains(c)));
    words.filter(|word| word.starts_with("http://") || word.starts_with("https://")).map(str::to_owned).collect()
}

/// The sign-in code in a text part: six digits on their own, written together or as two groups of three.
fn code(text: &str) -> Option<String> {
    let is_digits = |word: &str, count: usize| word.len() == count && word.bytes().all(|b| b.is_ascii_digit());
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_end_matches(['.', ','])).collect();
    let whole = words.iter().find(|word| is_digits(word, 6)).map(|word| (*word).to_owned());
    let halves = || words.windows(2).find(|pair| pair.iter().all(|word| is_digits(word, 3))).map(|pair| pair.concat());
    whole.or_else(halves)
}
