//! `GET /v1/continue` and `POST /v1/continue/exchange`: a sign-in carried to a site on another domain.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde::Deserialize;

use super::token;
use crate::{
    flow::continue_site::{self, Asked, ContinueError, Shown},
    http::{
        Problem, State,
        extract::{Form, Json, SignedIn},
        page,
    },
};

/// Sends a signed-in reader back with a code; anybody else to sign in, or back with nothing if they are not to be asked.
///
/// # Errors
/// A page, never a redirect: `unknown_site`, `return_to_not_allowed`, `invalid_input`.
pub async fn start(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Form::parse(request.query_string().as_bytes());
    let text = |name: &str| query.get(name).unwrap_or_default();
    let context = &state.context;
    let asked = Asked {
        site: text("site"),
        return_to: text("return_to"),
        state: text("state"),
        code_challenge: query.get("code_challenge"),
    };
    let asked = continue_site::read(context, asked).await?;
    let address = match (&signed_in.0, query.get("prompt")) {
        (Some(current), _) => continue_site::grant(context, &asked, current).await?.to_string(),
        (None, Some("none")) => continue_site::refuse(&asked).to_string(),
        (None, _) => {
            let here = state.address(&format!("v1/continue?{}", request.query_string()));
            let here: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
            state.address(&format!("sign-in?return_to={here}"))
        }
    };
    Ok(page::see_other(&address))
}

/// What a site shows for a token. Not printable: a secret may be in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeBody {
    site: String,
    code: String,
    return_to: String,
    code_verifier: Option<String>,
    site_secret: Option<String>,
}

/// Exchanges a code for a token.
///
/// # Errors
/// `continue_code_invalid`; `invalid_input` when neither verifier nor secret is shown.
pub async fn exchange(state: web::Data<State>, Json(body): Json<ExchangeBody>) -> Result<HttpResponse, Problem> {
    if body.code_verifier.is_none() && body.site_secret.is_none() {
        return Err(Problem::field("code_verifier", "missing", "is required, unless site_secret is given"));
    }
    let shown = Shown {
        site: &body.site,
        code: &body.code,
        return_to: &body.return_to,
        code_verifier: body.code_verifier.as_deref(),
        site_secret: body.site_secret.as_deref(),
    };
    let issued = continue_site::exchange(&state.context, shown).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(token::shown(&issued)))
}

impl From<ContinueError> for Problem {
    fn from(error: ContinueError) -> Self {
        match error {
            ContinueError::UnknownSite => Self::bad_request("unknown_site"),
            ContinueError::ReturnToNotAllowed => Self::bad_request("return_to_not_allowed"),
            ContinueError::State => Self::field("state", "too_long", "must be at most 500 bytes of text"),
            ContinueError::NoState => Self::field("state", "missing", "is required without a code_challenge"),
            ContinueError::Challenge => {
                let right = "must be the base64url of a SHA-256 (S256); a site with a secret may leave it out";
                Self::field("code_challenge", "malformed", right)
            }
            ContinueError::CodeInvalid => Self::bad_request("continue_code_invalid"),
            ContinueError::Issue(error) => error.into(),
            ContinueError::Internal(error) => Self::internal(&error),
        }
    }
}
