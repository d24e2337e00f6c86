//! `POST /v1/token`: an access token for the session, for one site.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    flow::issue_token::{self, IssueError, Issued},
    http::{
        Problem, State,
        extract::{Json, SignedIn},
    },
};

/// For which site.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    site: Option<String>,
}

/// Issues a token.
///
/// # Errors
/// `sign_in_required`; `unknown_site` also for a site whose origin the asking script is not of.
pub async fn create(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
    Json(body): Json<TokenBody>,
) -> Result<HttpResponse, Problem> {
    let current = signed_in.require()?;
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let site = issue_token::find_site_of_origin(&state.context, body.site.as_deref(), origin).await?;
    let issued = issue_token::issue(&state.context, &current.member, &site).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(shown(&issued)))
}

/// A token as the API tells it.
pub fn shown(issued: &Issued) -> Value {
    json!({
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in_seconds,
        "gates": issued.gates,
        "member": { "id": issued.member.id, "number": issued.member.number },
    })
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::UnknownSite => Self::field("site", "unknown_site", "is no site of this newsroom"),
            IssueError::Token(error) => Self::internal(&error),
            IssueError::Internal(error) => Self::internal(&error),
        }
    }
}
