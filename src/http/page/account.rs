//! `/account`: plan, amount, next payment, and the way to the gateway's portal.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{account_history, account_memberships, chrome, private, see_other, view};
use crate::{
    domain::id::MemberId,
    flow::{
        open_portal::{self, PortalError},
        read_member,
    },
    http::{
        Problem, State,
        extract::{Form, SignedIn},
    },
};

/// The page. Whoever is not signed in is led to sign in, and back.
///
/// # Errors
/// `database_unavailable`.
pub async fn show(state: web::Data<State>, signed_in: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let Some(current) = signed_in.0 else { return Ok(see_other(&sign_in_address(&state))) };
    let query = Form::parse(request.query_string().as_bytes());
    let notice = match query.get("notice") {
        Some("signed-in") => Some(view::AccountNotice::SignedIn),
        Some("address-changed") => Some(view::AccountNotice::AddressChanged),
        Some("amount-changed") => Some(view::AccountNotice::AmountChanged),
        Some("already-member") => Some(view::AccountNotice::AlreadyMember),
        _ => None,
    };
    render(&state, &request, &current.member.id, Told { notice, ..Told::default() }).await
}

/// Leads to the portal.
///
/// # Errors
/// `database_unavailable`; a gateway that does not answer is told on the page.
pub async fn billing(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
    _form: Form,
) -> Result<HttpResponse, Problem> {
    let Some(current) = signed_in.0 else { return Ok(see_other(&sign_in_address(&state))) };
    match open_portal::open(&state.context, &current.member.id, None).await {
        Ok(url) => Ok(see_other(&url)),
        Err(PortalError::Payments(error)) => {
            tracing::warn!(%error, "a portal could not be opened");
            let notice = Some(view::AccountNotice::PortalUnavailable);
            render(&state, &request, &current.member.id, Told { notice, ..Told::default() }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The way to sign in and back to the account.
pub fn sign_in_address(state: &State) -> String {
    let account: String = url::form_urlencoded::byte_serialize(state.address("account").as_bytes()).collect();
    state.address(&format!("sign-in?return_to={account}"))
}

/// What the page tells besides the account itself.
#[derive(Debug, Default)]
pub struct Told {
    /// What has just been done.
    pub notice: Option<view::AccountNotice>,
    /// The new address as typed.
    pub typed_email: String,
    /// The new amount as typed.
    pub typed_amount: String,
    /// What is wrong with either.
    pub faults: Vec<view::FieldFault>,
}

/// Renders the page.
///
/// # Errors
/// `database_unavailable`.
pub async fn render(
    state: &State,
    request: &HttpRequest,
    member_id: &MemberId,
    told: Told,
) -> Result<HttpResponse, Problem> {
    let profile = read_member::read(&state.context, member_id).await?.ok_or_else(Problem::sign_in_required)?;
    let status = if told.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let person = profile.person.as_ref();
    let page = view::AccountPage {
        number: profile.member.number,
        name: person.and_then(|person| person.name.clone()),
        email: person.map(|person| person.email.as_str().to_owned()).unwrap_or_default(),
        pending_email: None,
        typed_email: told.typed_email,
        typed_amount: told.typed_amount,
        memberships: account_memberships::of(&profile, state.context.clock.business()),
        gifts: account_history::gifts(&profile, state.context.clock.business()),
        history: account_history::lines(&profile),
        years: account_history::years(&profile, &state.counters.newsroom().time_zone),
        notice: told.notice,
        faults: told.faults,
    };
    Ok(private(state, status, page.render(&chrome(request, state, true))))
}
