//! `POST /v1/token`: an access token for the session, for one site.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    domain::id::MemberId,
    flow::{
        find_session,
        issue_token::{self, IssueError, Issued},
    },
    http::{
        Problem, State,
        extract::{Json, browser},
    },
};

/// For which site.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TokenRequest")]
pub struct TokenBody {
    /// The site's slug; by itself the site whose script asks.
    site: Option<String>,
}

/// An access token with what its bearer is told beside it. Not printable: the token is in it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Token", deny_unknown_fields)]
pub struct TokenAnswer {
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// For how long it holds, in seconds.
    expires_in: i64,
    /// The gates that open, by slug.
    gates: Vec<String>,
    member: TokenMember,
}

/// Whose token it is.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct TokenMember {
    id: MemberId,
    /// The member's number.
    number: i64,
}

/// Issues a token.
///
/// # Errors
/// `sign_in_required`; `unknown_site` also for a site whose origin the asking script is not of.
pub async fn create(
    state: web::Data<State>,
    request: HttpRequest,
    Json(body): Json<TokenBody>,
) -> Result<HttpResponse, Problem> {
    let cookie = browser::hash_of(&request, &state, browser::SESSION_COOKIE).ok_or_else(Problem::sign_in_required)?;
    let holder = find_session::holder(&state.context, &cookie).await?;
    let (member, standing) = holder.ok_or_else(Problem::sign_in_required)?;
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let site = issue_token::find_site_of_origin(&state.context, body.site.as_deref(), origin).await?;
    let issued = issue_token::issue_for(&state.context, &member, &standing, &site).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(shown(issued)))
}

/// A token as the API tells it.
pub fn shown(issued: Issued) -> TokenAnswer {
    TokenAnswer {
        access_token: issued.access_token,
        token_type: "Bearer",
        expires_in: issued.expires_in_seconds,
        gates: issued.gates,
        member: TokenMember { id: issued.member.id, number: issued.member.number },
    }
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
