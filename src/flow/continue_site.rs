//! Carrying a sign-in to a site on another domain: a code for one use, within a minute, exchanged server to server.

use aws_lc_rs::{constant_time, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use url::Url;

use super::{
    Context, StoreError,
    find_session::CurrentSession,
    issue_token::{self, IssueError, Issued},
};
use crate::{
    domain::{entropy, site::Site},
    store::{self, continue_code::Draft},
};

/// How long a code works, in seconds.
const CODE_TTL_SECONDS: i64 = 60;
/// The longest state that is carried along, in bytes.
const STATE_MAX_BYTES: usize = 500;

/// What a site asks for.
#[derive(Clone, Debug)]
pub struct ContinueRequest {
    /// The site.
    pub site: Site,
    /// Where to go back to: registered.
    pub return_to: Url,
    /// The site's own words, carried along.
    pub state: String,
    /// The challenge whose origin the site will show (PKCE, S256).
    pub code_challenge: String,
}

/// Why a site is refused. The reader is not sent anywhere.
#[derive(Debug, thiserror::Error)]
pub enum ContinueError {
    /// No site has this slug.
    #[error("there is no such site")]
    UnknownSite,
    /// The return address is not the site's.
    #[error("the return address is not registered")]
    ReturnToNotAllowed,
    /// The state is too long.
    #[error("the state is too long")]
    State,
    /// The challenge is not one.
    #[error("the challenge is not the base64url of a SHA-256")]
    Challenge,
    /// The code was used, is over, or is another site's; or the verifier is wrong.
    #[error("the code is not valid")]
    CodeInvalid,
    /// The token.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Reads what a site asks for.
///
/// # Errors
/// [`ContinueError`].
pub async fn read(
    context: &Context,
    site: &str,
    return_to: &str,
    state: &str,
    code_challenge: &str,
) -> Result<ContinueRequest, ContinueError> {
    let mut conn = context.store.read().await?;
    let site = store::site::find_by_slug(&mut conn, site).await?.ok_or(ContinueError::UnknownSite)?;
    let return_to = site.allows_return_to(return_to).ok_or(ContinueError::ReturnToNotAllowed)?;
    if state.len() > STATE_MAX_BYTES || state.chars().any(char::is_control) {
        return Err(ContinueError::State);
    }
    let is_hash = URL_SAFE_NO_PAD.decode(code_challenge).is_ok_and(|bytes| bytes.len() == 32);
    if !is_hash {
        return Err(ContinueError::Challenge);
    }
    Ok(ContinueRequest { site, return_to, state: state.to_owned(), code_challenge: code_challenge.to_owned() })
}

/// Makes a code for a signed-in reader. Returns the address to send the reader to.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn grant(context: &Context, request: &ContinueRequest, current: &CurrentSession) -> Result<Url, StoreError> {
    let code = URL_SAFE_NO_PAD.encode(entropy::bytes::<32>(context.entropy.as_ref()));
    let now = context.clock.wall();
    let draft = Draft {
        code_hash: &sha256(&code),
        site_id: &request.site.id,
        member_id: &current.member.id,
        session_id: &current.session.id,
        return_to: request.return_to.as_str(),
        code_challenge: Some(&request.code_challenge),
        now,
        expires_at: now.plus_seconds(CODE_TTL_SECONDS),
    };
    let mut tx = context.store.begin().await?;
    store::continue_code::insert(&mut tx, &draft).await?;
    tx.commit().await?;
    Ok(back(request, &[("code", &code)]))
}

/// The address to send a reader to who is not signed in and is not to be asked.
pub fn refuse(request: &ContinueRequest) -> Url {
    back(request, &[("error", "sign_in_required")])
}

fn back(request: &ContinueRequest, said: &[(&str, &str)]) -> Url {
    let mut url = request.return_to.clone();
    url.query_pairs_mut().extend_pairs(said).append_pair("state", &request.state);
    url
}

/// Exchanges a code for a token.
///
/// # Errors
/// [`ContinueError::CodeInvalid`] for every code that does not work, whatever the reason.
pub async fn exchange(
    context: &Context,
    site: &str,
    code: &str,
    code_verifier: &str,
    return_to: &str,
) -> Result<Issued, ContinueError> {
    let now = context.clock.wall();
    let mut tx = context.store.begin().await?;
    let site = store::site::find_by_slug(&mut tx, site).await?.ok_or(ContinueError::CodeInvalid)?;
    let return_to = Url::parse(return_to).map_err(|_| ContinueError::CodeInvalid)?;
    let used = store::continue_code::use_up(&mut tx, &sha256(code), &site.id, return_to.as_str(), now).await?;
    let used = used.ok_or(ContinueError::CodeInvalid)?;
    // A code that was shown with a wrong verifier is spent: whoever shows it has stolen it.
    tx.commit().await?;
    let challenge = used.code_challenge.ok_or(ContinueError::CodeInvalid)?;
    let shown = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, code_verifier.as_bytes()));
    constant_time::verify_slices_are_equal(challenge.as_bytes(), shown.as_bytes())
        .map_err(|_| ContinueError::CodeInvalid)?;
    let mut conn = context.store.read().await?;
    // A reader who has signed out meanwhile is signed in nowhere.
    store::session::find_by_id(&mut conn, &used.session_id, now).await?.ok_or(ContinueError::CodeInvalid)?;
    let member = store::member::find(&mut conn, &used.member_id).await?.filter(|member| member.deleted_at.is_none());
    let member = member.ok_or(ContinueError::CodeInvalid)?;
    drop(conn);
    Ok(issue_token::issue(context, &member, &site).await?)
}

fn sha256(text: &str) -> String {
    digest::digest(&digest::SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
