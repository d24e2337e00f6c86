//! `/gift`: a membership for somebody else; `/gift/redeem`: its code.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{choice, chrome, join, private, texts_for, view};
use crate::{
    domain::{
        email::Email,
        gift::{self, Note},
        time::day_begins,
    },
    flow::{
        check_out::GiftOrder,
        find_session::{self, CurrentSession},
        redeem_gift::{self, RedeemError},
    },
    http::{
        Problem, State,
        extract::{ClientAddress, Form, SignedIn},
    },
};

/// The page to give a membership.
///
/// # Errors
/// `not_found` where nothing is sold that could be given.
pub async fn show(state: web::Data<State>, signed_in: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    if choice::plans(&state.counters.offers(), view::Occasion::Gift).is_empty() {
        return Err(Problem::not_found());
    }
    join::show_for(&state, signed_in, &request, view::Occasion::Gift).await
}

/// Starts to pay for a gift.
///
/// # Errors
/// As [`join::submit`].
pub async fn submit(
    state: web::Data<State>,
    client: ClientAddress,
    signed_in: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    join::submit_for(&state, client, signed_in, &request, &form, view::Occasion::Gift).await
}

/// What was typed for a gift.
pub fn typed(form: &Form) -> view::TypedGift {
    let field = |name| form.get(name).unwrap_or_default().to_owned();
    view::TypedGift { recipient: field("recipient"), from: field("from"), message: field("message"), on: field("on") }
}

/// The gift that is ordered.
///
/// # Errors
/// The fields at fault.
pub fn read(state: &State, request: &HttpRequest, form: &Form) -> Result<GiftOrder, Vec<view::FieldFault>> {
    let mut faults: Vec<(&str, &str)> = Vec::new();
    let recipient = form.get("recipient").map(Email::parse).transpose().unwrap_or_else(|_| {
        faults.push(("recipient", "email_invalid"));
        None
    });
    let note = Note::read(form.get("from"), form.get("message")).unwrap_or_else(|found| {
        faults.extend(found);
        Note::default()
    });
    let date = form.get("on").map(|text| text.trim().parse::<jiff::civil::Date>()).transpose().unwrap_or_else(|_| {
        faults.push(("on", "malformed"));
        None
    });
    let send_at = date.map(|date| day_begins(date, &state.counters.newsroom().time_zone));
    let has_recipient = form.get("recipient").is_some();
    let send_at = gift::sending(send_at, has_recipient, state.context.clock.business()).unwrap_or_else(|code| {
        faults.push(("on", code));
        None
    });
    if faults.is_empty() {
        return Ok(GiftOrder { recipient, note, send_at });
    }
    Err(faults.into_iter().map(|(field, code)| fault(request, state, field, code)).collect())
}

fn fault(request: &HttpRequest, state: &State, field: &str, code: &str) -> view::FieldFault {
    view::FieldFault { field: field.to_owned(), message: texts_for(request, state).field_fault(code) }
}

/// The page to redeem a gift on.
///
/// # Errors
/// `database_unavailable`.
pub async fn show_redeem(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let page = view::RedeemPage { email: email(&state, signed_in.0.as_ref()).await?, ..view::RedeemPage::default() };
    Ok(private(&state, StatusCode::OK, page.render(&chrome(&request, &state, page.email.is_some()))))
}

/// Redeems it, or says why not.
///
/// # Errors
/// `rate_limited`, `database_unavailable`; what is wrong with the code is shown on the page.
pub async fn redeem(
    state: web::Data<State>,
    client: ClientAddress,
    signed_in: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let code = form.get("code").unwrap_or_default().to_owned();
    let email = email(&state, signed_in.0.as_ref()).await?;
    let mut page = view::RedeemPage { email, code, ..view::RedeemPage::default() };
    let mut status = StatusCode::OK;
    if let Some(current) = &signed_in.0 {
        match redeem_gift::redeem(&state.context, &current.member.id, &page.code, &client.0.to_string()).await {
            Ok(opened) => page.opened = Some((opened.plan, opened.from.timestamp(), opened.until.timestamp())),
            Err(RedeemError::Refused(refusal)) => {
                status = StatusCode::UNPROCESSABLE_ENTITY;
                page.faults = vec![fault(&request, &state, "code", refusal.code())];
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(private(&state, status, page.render(&chrome(&request, &state, signed_in.0.is_some()))))
}

async fn email(state: &State, session: Option<&CurrentSession>) -> Result<Option<String>, Problem> {
    let Some(current) = session else { return Ok(None) };
    let person = find_session::person(&state.context, &current.member).await?;
    Ok(Some(person.map(|person| person.email.as_str().to_owned()).unwrap_or_default()))
}
