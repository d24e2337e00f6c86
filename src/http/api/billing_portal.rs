//! `POST /v1/billing-portal`: the gateway's own pages for card, plan and cancelling.

use actix_web::{HttpRequest, HttpResponse, http::header, web};

use super::checkout::idempotency_key;

use crate::{
    flow::open_portal::{self, PortalError},
    http::{
        Problem, State,
        extract::{OwnOrigin, SignedIn},
    },
};

/// Opens the signed-in member's portal.
///
/// # Errors
/// `sign_in_required`, `nothing_to_manage`, `payment_service_unavailable`.
pub async fn create(
    state: web::Data<State>,
    _own: OwnOrigin,
    signed_in: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let current = signed_in.require()?;
    let key = idempotency_key(&request)?;
    let url = open_portal::open(&state.context, &current.member.id, key.as_deref()).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(answer.json(serde_json::json!({ "url": url })))
}

impl From<PortalError> for Problem {
    fn from(error: PortalError) -> Self {
        match error {
            PortalError::NothingToManage => Self::conflict("nothing_to_manage"),
            PortalError::Payments(error) => {
                tracing::warn!(%error, "a portal could not be opened");
                Self::payments_unavailable()
            }
            PortalError::Internal(error) => Self::internal(&error),
        }
    }
}
