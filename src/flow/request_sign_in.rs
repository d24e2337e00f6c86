//! Asking to sign in: one mail with a link and a code, and the same answer for every address.

use super::{Context, StoreError, spend};
use crate::{
    domain::{
        attempt::{ATTEMPT_TTL_SECONDS, Attempt, Purpose},
        email::Email,
        id::{AttemptId, OutboxId, PersonId},
        mail::Mail,
        member::Person,
    },
    store::{
        self, Conn,
        outbox::{Draft, Message},
    },
};

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct SignInRequest {
    /// The address.
    pub email: Email,
    /// What to be called, kept if the address is new.
    pub name: Option<String>,
    /// Where to go afterwards; checked before.
    pub return_to: Option<String>,
    /// The language of the mail.
    pub locale: String,
    /// SHA-256 of the browser's attempt cookie, in hexadecimal.
    pub browser_hash: String,
    /// The client's address, for its budget.
    pub client: String,
}

/// Why nobody was written to.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The client's budget is used up. Says nothing about the address.
    #[error("too many requests")]
    UsedUp {
        /// After how many seconds there is a new one.
        retry_after_seconds: u64,
    },
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Makes an attempt and posts its mail. Beyond the budgets of the address and of all addresses, the answer is the same and
/// nothing is mailed.
///
/// # Errors
/// [`SignInError`].
pub async fn request(context: &Context, asked: &SignInRequest) -> Result<(), SignInError> {
    let limits = &context.settings.limits;
    let mut tx = context.store.begin().await?;
    let by_client = spend::hourly(context, &mut tx, "sign_in_client", &asked.client).await?;
    if by_client.used > limits.sign_in_requests_per_client_hour {
        tx.commit().await?;
        return Err(SignInError::UsedUp { retry_after_seconds: by_client.retry_after_seconds });
    }
    let now = context.clock.wall();
    let draft = Person {
        id: PersonId::mint(now, context.entropy.as_ref()),
        email: asked.email.clone(),
        name: asked.name.clone(),
        locale: asked.locale.clone(),
    };
    let person = store::person::find_or_insert(&mut tx, &draft, now).await?;
    let attempt = Attempt {
        id: AttemptId::mint(now, context.entropy.as_ref()),
        person_id: person.id.clone(),
        purpose: Purpose::SignIn,
        member_id: None,
        browser_hash: Some(asked.browser_hash.clone()),
        return_to: asked.return_to.clone(),
        wrong_codes: 0,
        created_at: now,
        expires_at: now.plus_seconds(ATTEMPT_TTL_SECONDS),
        used_at: None,
    };
    store::attempt::insert(&mut tx, &attempt).await?;
    let mail = Mail::SignIn { attempt_id: attempt.id.to_string() };
    post_within_budget(context, &mut tx, &person, &attempt, mail).await?;
    tx.commit().await?;
    context.wake.outbox();
    Ok(())
}

/// Sends the mail of the browser's newest attempt again: the same link, the same code.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn resend(context: &Context, browser_hash: &str) -> Result<(), StoreError> {
    let mut tx = context.store.begin().await?;
    let attempt = store::attempt::find_of_browser(&mut tx, browser_hash).await?;
    if let Some(attempt) = attempt.filter(|one| one.used_at.is_none() && !one.is_expired(context.clock.wall()))
        && let Some(person) = store::person::find(&mut tx, &attempt.person_id).await?
    {
        let mail = Mail::SignIn { attempt_id: attempt.id.to_string() };
        post_within_budget(context, &mut tx, &person, &attempt, mail).await?;
    }
    tx.commit().await?;
    context.wake.outbox();
    Ok(())
}

/// Posts a mail unless the address, or all addresses together, have had their share of this hour.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn post_within_budget(
    context: &Context,
    conn: &mut Conn,
    person: &Person,
    attempt: &Attempt,
    mail: Mail,
) -> Result<(), StoreError> {
    let limits = &context.settings.limits;
    let by_address = spend::hourly(context, conn, "sign_in_address", person.email.key()).await?;
    if by_address.used > limits.sign_in_mails_per_address_hour {
        return Ok(());
    }
    let total = spend::hourly(context, conn, "sign_in_total", "all").await?;
    if total.used > limits.sign_in_mails_total_hour {
        tracing::warn!("the hour's budget of sign-in mails is used up");
        return Ok(());
    }
    let now = context.clock.wall();
    let draft = Draft {
        id: OutboxId::mint(now, context.entropy.as_ref()),
        person_id: Some(person.id.clone()),
        message: Message::Mail { mail },
        now,
        expires_at: attempt.expires_at,
    };
    store::outbox::post(conn, &draft).await
}

/// The address that a browser's newest attempt wrote to, with most letters hidden.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn masked_address(context: &Context, browser_hash: &str) -> Result<Option<String>, StoreError> {
    let mut conn = context.store.read().await?;
    let Some(attempt) = store::attempt::find_of_browser(&mut conn, browser_hash).await? else { return Ok(None) };
    let person = store::person::find(&mut conn, &attempt.person_id).await?;
    Ok(person.map(|person| person.email.masked()))
}
