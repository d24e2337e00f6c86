//! `/account/statement/{year}`: what the member paid and got back in a year, to print.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{account, chrome, private, see_other, view};
use crate::{
    domain::statement,
    flow::{read_member, read_statement},
    http::{Problem, State, extract::SignedIn},
};

/// The page. Whoever is not signed in is led to sign in.
///
/// # Errors
/// `not_found` for what is no year; `database_unavailable`.
pub async fn show(
    state: web::Data<State>,
    signed_in: SignedIn,
    year: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let time_zone = &state.counters.newsroom().time_zone;
    let window = statement::year(&year, time_zone).map_err(|_| Problem::not_found())?;
    let Some(current) = signed_in.0 else { return Ok(see_other(&account::sign_in_address(&state))) };
    let member_id = &current.member.id;
    let profile = read_member::read(&state.context, member_id).await?.ok_or_else(Problem::sign_in_required)?;
    let statement = read_statement::read(&state.context, window, Some(member_id)).await?;
    let person = profile.person.as_ref();
    let name = person.and_then(|person| person.name.clone());
    let of = name.or_else(|| person.map(|person| person.email.as_str().to_owned())).unwrap_or_default();
    let page = view::StatementPage::of(year.into_inner(), of, profile.member.number, &statement);
    Ok(private(&state, StatusCode::OK, page.render(&chrome(&request, &state, true))))
}
