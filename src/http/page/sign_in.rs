//! `/sign-in`: the address, the code, and the page that a mailed link opens. Only a pressed button signs in.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{chrome, join, private, see_other, view};
use crate::{
    domain::{attempt::ATTEMPT_TTL_SECONDS, email::Email},
    flow::{
        request_sign_in::{self, SignInRequest},
        return_address,
        verify_sign_in::{self, VerifyError},
    },
    http::{
        Problem, State,
        api::sign_in::{destination, digits, signed_in_cookies},
        extract::{ClientAddress, Form, SignedIn, browser},
    },
};

/// The form for the address. Whoever is signed in already goes on.
///
/// # Errors
/// `return_to_not_allowed`.
pub async fn show(state: web::Data<State>, signed_in: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = Form::parse(request.query_string().as_bytes());
    refuse_elsewhere(&state, &query).await?;
    if signed_in.0.is_some() {
        let own = || state.address("account");
        return Ok(see_other(&query.get("return_to").map_or_else(own, str::to_owned)));
    }
    let page = view::SignInPage { carried: join::carried(&query), ..view::SignInPage::default() };
    Ok(private(&state, StatusCode::OK, page.render(&chrome(&request, &state, false))))
}

/// Writes to the address and asks for the code.
///
/// # Errors
/// `rate_limited`, `return_to_not_allowed`; a fault of the address is shown on the page.
pub async fn submit(
    state: web::Data<State>,
    client: ClientAddress,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    refuse_elsewhere(&state, &form).await?;
    let typed = form.get("email").unwrap_or_default();
    let Ok(email) = Email::parse(typed) else {
        let fault = view::FieldFault {
            field: "email".to_owned(),
            message: super::texts_for(&request, &state).field_fault("email_invalid"),
        };
        let page = view::SignInPage {
            email: typed.to_owned(),
            carried: join::carried(&form),
            faults: vec![fault],
            notice_code: None,
        };
        let html = page.render(&chrome(&request, &state, false));
        return Ok(private(&state, StatusCode::UNPROCESSABLE_ENTITY, html));
    };
    let value = browser::fresh_value(&state);
    let asked = SignInRequest {
        email,
        name: None,
        return_to: form.get("return_to").map(str::to_owned),
        locale: super::texts_for(&request, &state).tag().to_owned(),
        browser_hash: browser::hash(&value),
        client: client.0.to_string(),
    };
    request_sign_in::request(&state.context, &asked).await?;
    let mut answer = see_other(&state.address("sign-in/code"));
    add_cookie(&mut answer, &browser::cookie(&state, browser::ATTEMPT_COOKIE, value, ATTEMPT_TTL_SECONDS))?;
    Ok(answer)
}

/// The form for the code.
///
/// # Errors
/// `database_unavailable`.
pub async fn show_code(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let resent = Form::parse(request.query_string().as_bytes()).get("resent").is_some();
    render_code(&state, &request, None, resent).await
}

/// Signs in by the code.
///
/// # Errors
/// `database_unavailable`; a wrong code is told on the page.
pub async fn submit_code(state: web::Data<State>, request: HttpRequest, form: Form) -> Result<HttpResponse, Problem> {
    let typed = digits(form.get("code").unwrap_or_default());
    if typed.len() != 6 || !typed.bytes().all(|b| b.is_ascii_digit()) {
        return render_code(&state, &request, Some(view::CodeFault::Malformed), false).await;
    }
    let value = browser::fresh_value(&state);
    let attempt = browser::hash_of(&request, &state, browser::ATTEMPT_COOKIE).unwrap_or_default();
    let fault = match verify_sign_in::by_code(&state.context, &attempt, &typed, &browser::hash(&value)).await {
        Ok(verified) => return signed_in(&state, value, &destination(&state, &verified)),
        Err(VerifyError::CodeWrong { tries_left }) => view::CodeFault::Wrong { tries_left },
        Err(VerifyError::Used) => view::CodeFault::Used,
        Err(VerifyError::Expired) => view::CodeFault::Expired,
        Err(VerifyError::TooMany) => view::CodeFault::TooMany,
        Err(VerifyError::OtherBrowser) => view::CodeFault::OtherBrowser,
        Err(error) => return Err(error.into()),
    };
    render_code(&state, &request, Some(fault), false).await
}

/// Sends the mail again.
///
/// # Errors
/// `database_unavailable`.
pub async fn resend(state: web::Data<State>, request: HttpRequest, _form: Form) -> Result<HttpResponse, Problem> {
    if let Some(hash) = browser::hash_of(&request, &state, browser::ATTEMPT_COOKIE) {
        request_sign_in::resend(&state.context, &hash).await?;
    }
    Ok(see_other(&state.address("sign-in/code?resent=1")))
}

/// The page behind a mailed link: a button, and the code for whoever began elsewhere. Looking uses nothing up.
///
/// # Errors
/// `database_unavailable`.
pub async fn show_link(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = Form::parse(request.query_string().as_bytes());
    let token = query.get("token").unwrap_or_default();
    let (link, masked_email) = match verify_sign_in::see_link(&state.context, token).await {
        Ok(seen) => {
            let state = view::LinkState::Ready { token: token.to_owned(), code: seen.code };
            (state, seen.masked_email)
        }
        Err(error) => (dead_link(error)?, None),
    };
    render_link(&state, &request, link, masked_email)
}

/// Signs in by the link.
///
/// # Errors
/// `database_unavailable`; a link of no use is told on the page.
pub async fn submit_link(state: web::Data<State>, request: HttpRequest, form: Form) -> Result<HttpResponse, Problem> {
    let value = browser::fresh_value(&state);
    let token = form.get("token").unwrap_or_default();
    match verify_sign_in::by_link(&state.context, token, &browser::hash(&value)).await {
        Ok(verified) => signed_in(&state, value, &destination(&state, &verified)),
        Err(error) => render_link(&state, &request, dead_link(error)?, None),
    }
}

fn dead_link(error: VerifyError) -> Result<view::LinkState, Problem> {
    match error {
        VerifyError::Used => Ok(view::LinkState::Used),
        VerifyError::Expired => Ok(view::LinkState::Expired),
        VerifyError::UnknownLink => Ok(view::LinkState::Unknown),
        error => Err(error.into()),
    }
}

async fn refuse_elsewhere(state: &State, query: &Form) -> Result<(), Problem> {
    let Some(address) = query.get("return_to") else { return Ok(()) };
    match return_address::is_registered(&state.context, address).await? {
        true => Ok(()),
        false => Err(Problem::bad_request("return_to_not_allowed")),
    }
}

async fn render_code(
    state: &State,
    request: &HttpRequest,
    fault: Option<view::CodeFault>,
    resent: bool,
) -> Result<HttpResponse, Problem> {
    let hash = browser::hash_of(request, state, browser::ATTEMPT_COOKIE).unwrap_or_default();
    let masked = request_sign_in::masked_address(&state.context, &hash).await?;
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = view::CodePage {
        fault: fault.or(masked.is_none().then_some(view::CodeFault::OtherBrowser)),
        masked_email: masked.unwrap_or_default(),
        carried: view::CarriedOver::default(),
        resent,
        valid_minutes: ATTEMPT_TTL_SECONDS / 60,
    };
    Ok(private(state, status, page.render(&chrome(request, state, false))))
}

fn render_link(
    state: &State,
    request: &HttpRequest,
    link: view::LinkState,
    masked_email: Option<String>,
) -> Result<HttpResponse, Problem> {
    let status = match link {
        view::LinkState::Ready { .. } => StatusCode::OK,
        view::LinkState::Expired | view::LinkState::Used => StatusCode::GONE,
        view::LinkState::Unknown => StatusCode::NOT_FOUND,
    };
    let page = view::LinkPage { state: link, masked_email };
    let mut answer = private(state, status, page.render(&chrome(request, state, false)));
    // The token stands in this page's address: nothing else is to be told it. (`no-referrer` would take the Origin from its form.)
    let no_path = actix_web::http::header::HeaderValue::from_static("strict-origin");
    answer.headers_mut().insert(actix_web::http::header::REFERRER_POLICY, no_path);
    Ok(answer)
}

fn signed_in(state: &State, value: String, address: &str) -> Result<HttpResponse, Problem> {
    let mut answer = see_other(address);
    for cookie in signed_in_cookies(state, value) {
        add_cookie(&mut answer, &cookie)?;
    }
    Ok(answer)
}

fn add_cookie(answer: &mut HttpResponse, cookie: &actix_web::cookie::Cookie<'_>) -> Result<(), Problem> {
    answer.add_cookie(cookie).map_err(|_| Problem::bad_request("invalid_input"))
}
