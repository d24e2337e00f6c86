//! Carrying a sign-in to a site on another domain: a code for one use, within a minute, exchanged server to server by whoever
//! proves to be the site that asked: with the origin of its challenge (PKCE), with the site's secret, or with both.

use aws_lc_rs::{constant_time, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use url::Url;

use super::{
    Context, StoreError,
    find_session::CurrentSession,
    issue_token::{self, IssueError, Issued},
    make_site_secret,
};
use crate::{
    domain::{entropy, id::SiteId, site::Site, time::Moment},
    store::{
        self, Conn,
        continue_code::{Draft, Used},
    },
};

/// How long a code works, in seconds.
const CODE_TTL_SECONDS: i64 = 60;
/// The longest state that is carried along, in bytes.
const STATE_MAX_BYTES: usize = 500;

/// What a site asks for, as it came in.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The site's slug.
    pub site: &'a str,
    /// Where to go back to.
    pub return_to: &'a str,
    /// The site's own words, carried along; empty when there are none.
    pub state: &'a str,
    /// The challenge; none when the site will show its secret instead.
    pub code_challenge: Option<&'a str>,
}

/// What a site shows for a token.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The site's slug.
    pub site: &'a str,
    /// The code.
    pub code: &'a str,
    /// Where the code was sent.
    pub return_to: &'a str,
    /// What the challenge was made of.
    pub code_verifier: Option<&'a str>,
    /// The site's secret.
    pub site_secret: Option<&'a str>,
}

/// What a site asks for, read.
#[derive(Clone, Debug)]
pub struct ContinueRequest {
    /// The site.
    pub site: Site,
    /// Where to go back to: registered.
    pub return_to: Url,
    /// The site's own words, carried along.
    pub state: String,
    /// The challenge whose origin the site will show (PKCE, S256); none when it will show its secret.
    pub code_challenge: Option<String>,
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
    /// Without a challenge, the state alone keeps a stranger's code from being slipped to a reader.
    #[error("without a challenge there must be a state")]
    NoState,
    /// The challenge is not one, or there is none and the site has no secret.
    #[error("the challenge is not the base64url of a SHA-256")]
    Challenge,
    /// The code was used, is over, or is another site's; or the verifier or the secret is wrong.
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
pub async fn read(context: &Context, asked: Asked<'_>) -> Result<ContinueRequest, ContinueError> {
    let Asked { state, code_challenge, .. } = asked;
    let mut conn = context.store.read().await?;
    let site = store::site::find_by_slug(&mut conn, asked.site).await?.ok_or(ContinueError::UnknownSite)?;
    let return_to = site.allows_return_to(asked.return_to).ok_or(ContinueError::ReturnToNotAllowed)?;
    if state.len() > STATE_MAX_BYTES || state.chars().any(char::is_control) {
        return Err(ContinueError::State);
    }
    let is_good = match code_challenge {
        Some(challenge) => URL_SAFE_NO_PAD.decode(challenge).is_ok_and(|bytes| bytes.len() == 32),
        None => !store::site_secret::live_hashes(&mut conn, &site.id).await?.is_empty(),
    };
    match (is_good, code_challenge) {
        (false, _) => Err(ContinueError::Challenge),
        (true, None) if state.is_empty() => Err(ContinueError::NoState),
        (true, _) => {
            let code_challenge = code_challenge.map(str::to_owned);
            Ok(ContinueRequest { site, return_to, state: state.to_owned(), code_challenge })
        }
    }
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
        code_challenge: request.code_challenge.as_deref(),
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
pub async fn exchange(context: &Context, shown: Shown<'_>) -> Result<Issued, ContinueError> {
    let now = context.clock.wall();
    let mut tx = context.store.begin().await?;
    let site = store::site::find_by_slug(&mut tx, shown.site).await?.ok_or(ContinueError::CodeInvalid)?;
    let return_to = Url::parse(shown.return_to).map_err(|_| ContinueError::CodeInvalid)?;
    let used = store::continue_code::use_up(&mut tx, &sha256(shown.code), &site.id, return_to.as_str(), now).await?;
    let used = used.ok_or(ContinueError::CodeInvalid)?;
    let is_proven = is_proven(&mut tx, &site.id, &used, shown, now).await?;
    // A code that was shown with a wrong verifier or secret is spent: whoever shows it has stolen it.
    tx.commit().await?;
    if !is_proven {
        return Err(ContinueError::CodeInvalid);
    }
    let mut conn = context.store.read().await?;
    // A reader who has signed out meanwhile is signed in nowhere.
    store::session::find_by_id(&mut conn, &used.session_id, now).await?.ok_or(ContinueError::CodeInvalid)?;
    let member = store::member::find(&mut conn, &used.member_id).await?.filter(|member| member.deleted_at.is_none());
    let member = member.ok_or(ContinueError::CodeInvalid)?;
    drop(conn);
    Ok(issue_token::issue(context, &member, &site).await?)
}

/// Whether whoever shows a code is who asked for it. A code that was asked for with a challenge is given for its origin alone, and one
/// without for the secret alone, so that neither way can be weakened into the other. A secret that is shown must be right.
async fn is_proven(
    conn: &mut Conn,
    site_id: &SiteId,
    used: &Used,
    shown: Shown<'_>,
    now: Moment,
) -> Result<bool, StoreError> {
    let by_challenge = match (&used.code_challenge, shown.code_verifier) {
        (Some(challenge), Some(verifier)) => is_origin_of(verifier, challenge),
        (None, None) => shown.site_secret.is_some(),
        _ => false,
    };
    let Some(secret) = shown.site_secret else { return Ok(by_challenge) };
    let known = make_site_secret::recognise(conn, site_id, secret).await?;
    if let (Some(id), true) = (&known, by_challenge) {
        store::site_secret::touch(conn, id, now).await?;
    }
    Ok(by_challenge && known.is_some())
}

fn is_origin_of(verifier: &str, challenge: &str) -> bool {
    let origin = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    constant_time::verify_slices_are_equal(challenge.as_bytes(), origin.as_bytes()).is_ok()
}

fn sha256(text: &str) -> String {
    digest::digest(&digest::SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
