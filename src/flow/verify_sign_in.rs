//! Proving an address: by the code in the browser that asked, or by the link in any browser. One session for each attempt.

use super::{Context, StoreError, recount_member, spend};
use crate::{
    domain::{
        attempt::{Attempt, Purpose, WRONG_CODES_MAX},
        id::{AttemptId, MemberId, SessionId},
        member::Member,
        session::Session,
    },
    store::{self, Conn},
};

/// Who is signed in now, and where they go.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The member.
    pub member: Member,
    /// Where to go: the address that was asked for at the start.
    pub return_to: Option<String>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Not the code.
    #[error("this is not the code")]
    CodeWrong {
        /// How many tries are left.
        tries_left: i64,
    },
    /// The attempt was used.
    #[error("this was used already")]
    Used,
    /// The attempt is over.
    #[error("this is too old")]
    Expired,
    /// The tries are used up, or too many wrong codes come from everywhere.
    #[error("too many wrong codes")]
    TooMany,
    /// This browser has not asked for a code.
    #[error("another browser asked for the code")]
    OtherBrowser,
    /// The link is not one of ours.
    #[error("there is no such link")]
    UnknownLink,
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// What a link stands for before its button is pressed. Looking uses nothing up.
#[derive(Clone, Debug)]
pub struct LinkSeen {
    /// Whose address it proves, with most letters hidden.
    pub masked_email: Option<String>,
    /// The code to type in the browser that asked; none when no browser did.
    pub code: Option<String>,
}

/// Signs in by the code, in the browser that asked for it. `token_hash` is of the browser's new session cookie.
///
/// # Errors
/// [`VerifyError`].
pub async fn by_code(
    context: &Context,
    browser_hash: &str,
    typed: &str,
    token_hash: &str,
) -> Result<Verified, VerifyError> {
    let now = context.clock.wall();
    let mut tx = context.store.begin().await?;
    let attempt = store::attempt::find_of_browser(&mut tx, browser_hash).await?.ok_or(VerifyError::OtherBrowser)?;
    refuse_dead(context, &attempt)?;
    // Beyond everybody's share of wrong codes none is looked at, right or wrong: the mailed link is the way in.
    let wrong_everywhere = spend::used_this_hour(context, &mut tx, "wrong_code_total", "all").await?;
    if wrong_everywhere >= context.settings.limits.wrong_codes_total_hour {
        return Err(VerifyError::TooMany);
    }
    // The try is taken before the code is looked at, so that parallel guesses share the same five.
    if !store::attempt::take_try(&mut tx, &attempt.id, now).await? {
        return Err(VerifyError::TooMany);
    }
    if !context.secret.is_code(&attempt.id, typed) {
        let everywhere = spend::hourly(context, &mut tx, "wrong_code_total", "all").await?;
        tx.commit().await?;
        let tries_left = WRONG_CODES_MAX - attempt.wrong_codes - 1;
        let closed = tries_left <= 0 || everywhere.used >= context.settings.limits.wrong_codes_total_hour;
        return Err(if closed { VerifyError::TooMany } else { VerifyError::CodeWrong { tries_left } });
    }
    let verified = complete(context, &mut tx, &attempt, token_hash).await?;
    tx.commit().await?;
    context.wake.counter();
    Ok(verified)
}

/// Signs in by the token of a mailed link, in whichever browser its button was pressed.
///
/// # Errors
/// [`VerifyError`].
pub async fn by_link(context: &Context, token: &str, token_hash: &str) -> Result<Verified, VerifyError> {
    let id = context.secret.read_link_token(token).ok_or(VerifyError::UnknownLink)?;
    let mut tx = context.store.begin().await?;
    let attempt = find_sign_in(&mut tx, &id).await?;
    if attempt.used_at.is_some() {
        return Err(VerifyError::Used);
    }
    if attempt.is_expired(context.clock.wall()) {
        return Err(VerifyError::Expired);
    }
    let verified = complete(context, &mut tx, &attempt, token_hash).await?;
    tx.commit().await?;
    context.wake.counter();
    Ok(verified)
}

/// Looks at a link without using it: mail scanners do that too.
///
/// # Errors
/// [`VerifyError`].
pub async fn see_link(context: &Context, token: &str) -> Result<LinkSeen, VerifyError> {
    let id = context.secret.read_link_token(token).ok_or(VerifyError::UnknownLink)?;
    let mut conn = context.store.read().await?;
    let attempt = find_sign_in(&mut conn, &id).await?;
    if attempt.used_at.is_some() {
        return Err(VerifyError::Used);
    }
    if attempt.is_expired(context.clock.wall()) {
        return Err(VerifyError::Expired);
    }
    let person = store::person::find(&mut conn, &attempt.person_id).await?;
    Ok(LinkSeen {
        masked_email: person.map(|person| person.email.masked()),
        code: attempt.browser_hash.as_ref().map(|_| context.secret.code(&attempt.id)),
    })
}

async fn find_sign_in(conn: &mut Conn, id: &AttemptId) -> Result<Attempt, VerifyError> {
    let attempt = store::attempt::find(conn, id).await?;
    attempt.filter(|attempt| attempt.purpose == Purpose::SignIn).ok_or(VerifyError::UnknownLink)
}

fn refuse_dead(context: &Context, attempt: &Attempt) -> Result<(), VerifyError> {
    if attempt.used_at.is_some() {
        return Err(VerifyError::Used);
    }
    if attempt.is_expired(context.clock.wall()) {
        return Err(VerifyError::Expired);
    }
    if attempt.wrong_codes >= WRONG_CODES_MAX {
        return Err(VerifyError::TooMany);
    }
    Ok(())
}

/// Uses the attempt, makes the member if there is none, and opens the session.
async fn complete(
    context: &Context,
    conn: &mut Conn,
    attempt: &Attempt,
    token_hash: &str,
) -> Result<Verified, VerifyError> {
    let now = context.clock.wall();
    if !store::attempt::use_up(conn, &attempt.id, Purpose::SignIn, now).await? {
        return Err(VerifyError::Used);
    }
    let id = MemberId::mint(now, context.entropy.as_ref());
    let (found, _) = store::member::find_or_insert(conn, &id, &attempt.person_id, now).await?;
    let first_time = store::member::verify(conn, &found.id, now).await?;
    if first_time {
        // Whoever was signed in before the address answered may not be its owner.
        store::session::end_others(conn, &found.id, None, now).await?;
    }
    let session = Session {
        id: SessionId::mint(now, context.entropy.as_ref()),
        token_hash: token_hash.to_owned(),
        member_id: found.id.clone(),
        attempt_id: Some(attempt.id.clone()),
        created_at: now,
        expires_at: now.plus_seconds(context.settings.session_ttl_seconds),
    };
    store::session::insert(conn, &session).await?;
    let member = store::member::take_fence(conn, &found.id).await?.unwrap_or(found);
    if first_time {
        recount_member::recount(context, conn, &member, attempt.id.as_str()).await?;
    }
    Ok(Verified { member, return_to: attempt.return_to.clone() })
}
