//! `POST /v1/billing-portal`: the gateway's own pages for card, plan and cancelling.

use actix_web::{HttpRequest, HttpResponse, http::header, web};

use schemars::JsonSchema;
use serde::Serialize;

use super::checkout::idempotency_key;

use crate::{
    flow::open_portal::{self, PortalError},
    http::{
        Problem, State,
        extract::{OwnOrigin, SignedIn},
    },
};

/// Where the portal is.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Portal", deny_unknown_fields)]
pub struct PortalAnswer {
    /// The payment service's page, for a short while and this member alone.
    url: String,
}

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
    Ok(answer.json(PortalAnswer { url }))
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
