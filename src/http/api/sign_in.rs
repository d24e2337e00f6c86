//! `POST /v1/sign-in`, `/v1/sign-in/verify`, `/v1/sign-out`.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::me::{self, MemberBody};
use crate::{
    domain::{attempt::ATTEMPT_TTL_SECONDS, email::Email, member::parse_name},
    flow::{
        request_sign_in::{self, SignInError, SignInRequest},
        return_address, sign_out,
        verify_sign_in::{self, Verified, VerifyError},
    },
    http::{
        FieldFault, Problem, State,
        extract::{ClientAddress, Json, OwnOrigin, SignedIn, browser},
        page,
    },
};

/// Who wants to sign in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SignIn")]
pub struct SignInBody {
    email: String,
    /// How the member wants to be called.
    name: Option<String>,
    /// Where the reader goes afterwards: at or below a registered address of a site.
    return_to: Option<String>,
    /// The language of the mail, as a tag such as `en`; a language that there is not becomes the browser's.
    locale: Option<String>,
}

/// A mail is on its way, if the address can have one.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SignInSent", deny_unknown_fields)]
pub struct SentAnswer {
    sent: bool,
    /// For how long link and code work, in seconds.
    expires_in: i64,
}

/// Writes to an address. 202 whatever the address is.
///
/// # Errors
/// `invalid_input`, `rate_limited`.
pub async fn request(
    state: web::Data<State>,
    _own: OwnOrigin,
    client: ClientAddress,
    request: HttpRequest,
    Json(body): Json<SignInBody>,
) -> Result<HttpResponse, Problem> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, code, detail: &str| {
        faults.push(FieldFault { field: field.to_owned(), code, detail: detail.to_owned() });
    };
    let email = Email::parse(&body.email).map_err(|error| fault("email", "email_invalid", &error.to_string()));
    let name = parse_name(body.name.as_deref().unwrap_or_default()).map_err(|error| fault("name", "malformed", error));
    if let Some(address) = &body.return_to
        && !return_address::is_registered(&state.context, address).await?
    {
        fault("return_to", "return_to_not_allowed", "must lie at or below a registered address of a site");
    }
    let (Ok(email), Ok(name), true) = (email, name, faults.is_empty()) else { return Err(Problem::fields(faults)) };
    let locale = body.locale.as_deref().filter(|tag| crate::text::Library::shared().find(tag).is_some());
    let value = browser::fresh_value(&state);
    let asked = SignInRequest {
        email,
        name,
        return_to: body.return_to,
        locale: locale.unwrap_or_else(|| page::texts_for(&request, &state).tag()).to_owned(),
        browser_hash: browser::hash(&value),
        client: client.0.to_string(),
    };
    request_sign_in::request(&state.context, &asked).await?;
    Ok(HttpResponse::Accepted()
        .cookie(browser::cookie(&state, browser::ATTEMPT_COOKIE, value, ATTEMPT_TTL_SECONDS))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(SentAnswer { sent: true, expires_in: ATTEMPT_TTL_SECONDS }))
}

/// A code, or a link's token.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Proof")]
pub struct VerifyBody {
    /// The six digits in the mail. Either this or `token`.
    code: Option<String>,
    /// What stands in the mailed link. Either this or `code`.
    token: Option<String>,
}

/// Somebody was signed in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SignedIn", deny_unknown_fields)]
pub struct VerifiedAnswer {
    member: MemberBody,
    /// Where the reader wanted to go.
    return_to: Option<String>,
}

/// Signs in.
///
/// # Errors
/// `code_wrong`, `code_used`, `link_used`, `code_expired`, `other_browser`, `too_many_attempts`, `invalid_input`.
pub async fn verify(
    state: web::Data<State>,
    _own: OwnOrigin,
    request: HttpRequest,
    Json(body): Json<VerifyBody>,
) -> Result<HttpResponse, Problem> {
    let value = browser::fresh_value(&state);
    let verified = match (&body.code, &body.token) {
        (Some(code), None) => {
            let attempt = browser::hash_of(&request, &state, browser::ATTEMPT_COOKIE).unwrap_or_default();
            verify_sign_in::by_code(&state.context, &attempt, &digits(code), &browser::hash(&value)).await?
        }
        (None, Some(token)) => {
            verify_sign_in::by_link(&state.context, token, &browser::hash(&value)).await.map_err(link_problem)?
        }
        _ => return Err(Problem::field("code", "missing", "either code or token is required, not both")),
    };
    let member = me::body(&state, &verified.member.id).await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    for cookie in signed_in_cookies(&state, value) {
        answer.cookie(cookie);
    }
    Ok(answer.json(VerifiedAnswer { member, return_to: verified.return_to }))
}

fn link_problem(error: VerifyError) -> Problem {
    match error {
        VerifyError::Used => Problem::conflict("link_used"),
        other => other.into(),
    }
}

/// A code as typed: spaces and hyphens between digits do not matter.
pub fn digits(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// The cookies of a browser that was signed in just now: a new session, no attempt.
pub fn signed_in_cookies(state: &State, value: String) -> [actix_web::cookie::Cookie<'static>; 2] {
    let max_age_seconds = state.context.settings.session_ttl_seconds;
    [
        browser::cookie(state, browser::SESSION_COOKIE, value, max_age_seconds),
        browser::removal(state, browser::ATTEMPT_COOKIE),
    ]
}

/// Ends the session. 204 whether there was one or not.
///
/// # Errors
/// `database_unavailable`.
pub async fn sign_out(state: web::Data<State>, _own: OwnOrigin, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    if let Some(current) = signed_in.0 {
        sign_out::sign_out(&state.context, &current.session.id).await?;
    }
    Ok(HttpResponse::NoContent().cookie(browser::removal(&state, browser::SESSION_COOKIE)).finish())
}

/// Where somebody goes who was signed in just now.
pub fn destination(state: &State, verified: &Verified) -> String {
    verified.return_to.clone().unwrap_or_else(|| state.address("account?notice=signed-in"))
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::UsedUp { retry_after_seconds } => Self::rate_limited(retry_after_seconds),
            SignInError::Internal(error) => Self::internal(&error),
        }
    }
}

impl From<VerifyError> for Problem {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::CodeWrong { .. } => Self {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..Self::field("code", "code_wrong", "is not the code in the newest mail")
            }
            .with_code("code_wrong"),
            VerifyError::Used => Self::conflict("code_used"),
            VerifyError::Expired => Self::new(StatusCode::GONE, "code_expired"),
            VerifyError::TooMany => Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts"),
            VerifyError::OtherBrowser => Self::forbidden("other_browser"),
            VerifyError::UnknownLink => {
                Self::field("token", "unknown", "is not a link of ours").with_code("link_unknown")
            }
            VerifyError::Internal(error) => Self::internal(&error),
        }
    }
}
