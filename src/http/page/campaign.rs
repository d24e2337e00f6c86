//! `/` and `/campaigns/{slug}`: the campaign, with the true number in the first byte that leaves the server.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{chrome, private, shared, shown, view};
use crate::{
    flow::{find_session::CurrentSession, read_counter::Snapshot, read_member},
    http::{Problem, State, extract::SignedIn},
};

/// The campaign that runs.
///
/// # Errors
/// `unknown_campaign` when there is none yet.
pub async fn front(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.counters.front();
    render(&state, snapshot, signed_in.0, &request).await
}

/// One campaign.
///
/// # Errors
/// `unknown_campaign`.
pub async fn show(
    state: web::Data<State>,
    slug: web::Path<String>,
    signed_in: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.counters.find(&slug);
    render(&state, snapshot, signed_in.0, &request).await
}

async fn render(
    state: &State,
    snapshot: Option<Arc<Snapshot>>,
    session: Option<CurrentSession>,
    request: &HttpRequest,
) -> Result<HttpResponse, Problem> {
    let snapshot = snapshot.ok_or(Problem { code: "unknown_campaign", ..Problem::not_found() })?;
    let campaign = &snapshot.campaign;
    let member = match &session {
        Some(current) => {
            let counted = read_member::is_counted(&state.context, &campaign.slug, &current.member.id).await?;
            let former = !counted && read_member::is_former(&state.context, &current.member.id).await?;
            Some(view::MemberGreeting { counted, former })
        }
        None => None,
    };
    let page = view::CampaignPage {
        title: campaign.title.clone(),
        pitch: campaign.pitch.clone(),
        counter: shown::counter(campaign, &state.counters.offers()),
        counting: shown::counting(campaign),
        member,
        as_of: campaign.as_of.timestamp(),
    };
    let html = page.render(&chrome(request, state, session.is_some()));
    Ok(if session.is_some() { private(state, StatusCode::OK, html) } else { shared(state, html) })
}
