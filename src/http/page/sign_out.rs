//! `/sign-out`: a page with a button; only the button signs out.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{chrome, private, see_other, view};
use crate::{
    flow::{find_session, return_address, sign_out},
    http::{
        Problem, State,
        extract::{Form, SignedIn, browser},
    },
};

/// The page.
///
/// # Errors
/// `database_unavailable`.
pub async fn show(state: web::Data<State>, signed_in: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let html = match &signed_in.0 {
        Some(current) => {
            let person = find_session::person(&state.context, &current.member).await?;
            let email = person.map(|person| person.email.as_str().to_owned()).unwrap_or_default();
            let query = Form::parse(request.query_string().as_bytes());
            let return_to = query.get("return_to").map(str::to_owned);
            view::SignOutPage { email, return_to, token_minutes: token_minutes(&state) }
                .render(&chrome(&request, &state, true))
        }
        None => view::SignedOutPage { token_minutes: token_minutes(&state) }.render(&chrome(&request, &state, false)),
    };
    Ok(private(&state, StatusCode::OK, html))
}

/// Signs out, and goes back to the website that asked for it.
///
/// # Errors
/// `database_unavailable`.
pub async fn submit(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    if let Some(current) = &signed_in.0 {
        sign_out::sign_out(&state.context, &current.session.id).await?;
    }
    let mut answer = match form.get("return_to") {
        Some(address) if return_address::is_registered(&state.context, address).await? => see_other(address),
        _ => private(
            &state,
            StatusCode::OK,
            view::SignedOutPage { token_minutes: token_minutes(&state) }.render(&chrome(&request, &state, false)),
        ),
    };
    let gone = browser::removal(&state, browser::SESSION_COOKIE);
    answer.add_cookie(&gone).map_err(|_| Problem::bad_request("invalid_input"))?;
    Ok(answer)
}

/// How long a website may go by a token that it has, in minutes, the last one begun counted whole.
fn token_minutes(state: &State) -> i64 {
    (state.context.settings.token_ttl_seconds + 59).div_euclid(60)
}
