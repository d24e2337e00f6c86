//! Changing the address of an account.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{
    account::{self, Told},
    chrome, private, see_other, view,
};
use crate::{
    domain::email::Email,
    flow::change_address::{self, ChangeError},
    http::{
        Problem, State,
        extract::{Form, SignedIn},
    },
};

/// Writes to the new address.
///
/// # Errors
/// `sign_in_required`; a fault of the address is shown on the page.
pub async fn submit(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let current = signed_in.require()?;
    let typed = form.get("email").unwrap_or_default().to_owned();
    let texts = super::texts_for(&request, &state);
    let told = match Email::parse(&typed) {
        Ok(email) => {
            change_address::request(&state.context, &current.member, &email, texts.tag()).await?;
            let notice = Some(view::AccountNotice::AddressAsked { email: email.as_str().to_owned() });
            Told { notice, ..Told::default() }
        }
        Err(_) => {
            let fault = view::FieldFault { field: "email".to_owned(), message: texts.field_fault("email_invalid") };
            Told { typed_email: typed, faults: vec![fault], ..Told::default() }
        }
    };
    account::render(&state, &request, &current.member.id, told).await
}

/// The page behind the link to the new address: a button. Looking uses nothing up.
///
/// # Errors
/// `sign_in_required`: only the member who asked may confirm.
pub async fn show_confirm(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let current = signed_in.require()?;
    let query = Form::parse(request.query_string().as_bytes());
    let token = query.get("token").unwrap_or_default();
    match change_address::see(&state.context, &current.member, token).await {
        Ok(email) => {
            let ready = view::LinkState::Ready { token: token.to_owned(), code: None };
            Ok(render(&state, &request, ready, Some(email.as_str().to_owned())))
        }
        Err(error) => Ok(render(&state, &request, dead_link(error)?, None)),
    }
}

/// Changes the address.
///
/// # Errors
/// `sign_in_required`; a link of no use is told on the page.
pub async fn confirm(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let current = signed_in.require()?;
    match change_address::confirm(&state.context, &current, form.get("token").unwrap_or_default()).await {
        Ok(()) => Ok(see_other(&state.address("account?notice=address-changed"))),
        Err(error) => Ok(render(&state, &request, dead_link(error)?, None)),
    }
}

fn dead_link(error: ChangeError) -> Result<view::LinkState, Problem> {
    match error {
        ChangeError::Used => Ok(view::LinkState::Used),
        ChangeError::Expired => Ok(view::LinkState::Expired),
        // Whether the address is another member's is nobody's business.
        ChangeError::UnknownLink | ChangeError::Taken => Ok(view::LinkState::Unknown),
        ChangeError::Internal(error) => Err(Problem::internal(&error)),
    }
}

fn render(state: &State, request: &HttpRequest, link: view::LinkState, new_email: Option<String>) -> HttpResponse {
    let status = if matches!(link, view::LinkState::Ready { .. }) { StatusCode::OK } else { StatusCode::GONE };
    let page = view::ConfirmAddressPage { state: link, new_email };
    let mut answer = private(state, status, page.render(&chrome(request, state, true)));
    let no_path = actix_web::http::header::HeaderValue::from_static("strict-origin");
    answer.headers_mut().insert(actix_web::http::header::REFERRER_POLICY, no_path);
    answer
}
