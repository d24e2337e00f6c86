//! Changing an address: the new one confirms, the old one is told, other sessions end.

use serde_json::json;

use super::{Context, StoreError, posting, request_sign_in};
use crate::{
    domain::{
        actor::Actor,
        attempt::{ATTEMPT_TTL_SECONDS, Attempt, Purpose},
        email::Email,
        id::{AttemptId, AuditId, PersonId},
        mail::{Mail, NEWS_WORTH_MILLIS},
        member::{Member, Person},
    },
    flow::find_session::CurrentSession,
    store::{self, Conn, outbox::Message},
};

/// Why an address was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The link is not one of ours, or belongs to another member.
    #[error("there is no such link")]
    UnknownLink,
    /// The link was used.
    #[error("the link was used")]
    Used,
    /// The link is over.
    #[error("the link is too old")]
    Expired,
    /// The address belongs to another member.
    #[error("the address belongs to somebody else")]
    Taken,
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Writes to the new address. The same answer whether it is known or not.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn request(context: &Context, member: &Member, new_email: &Email, locale: &str) -> Result<(), StoreError> {
    let now = context.clock.wall();
    let mut tx = context.store.begin().await?;
    let draft = Person {
        id: PersonId::mint(now, context.entropy.as_ref()),
        email: new_email.clone(),
        name: None,
        locale: locale.to_owned(),
    };
    let person = store::person::find_or_insert(&mut tx, &draft, now).await?;
    let attempt = Attempt {
        id: AttemptId::mint(now, context.entropy.as_ref()),
        person_id: person.id.clone(),
        purpose: Purpose::ChangeAddress,
        member_id: Some(member.id.clone()),
        browser_hash: None,
        return_to: None,
        wrong_codes: 0,
        created_at: now,
        expires_at: now.plus_seconds(ATTEMPT_TTL_SECONDS),
        used_at: None,
    };
    store::attempt::insert(&mut tx, &attempt).await?;
    let mail = Mail::ConfirmAddress { attempt_id: attempt.id.to_string() };
    request_sign_in::post_within_budget(context, &mut tx, &person, &attempt, mail).await?;
    tx.commit().await?;
    context.wake.outbox();
    Ok(())
}

/// The address that a link would confirm, for the member who asked. Looking uses nothing up.
///
/// # Errors
/// [`ChangeError`].
pub async fn see(context: &Context, member: &Member, token: &str) -> Result<Email, ChangeError> {
    let mut conn = context.store.read().await?;
    let (_, person) = find(context, &mut conn, member, token).await?;
    Ok(person.email)
}

/// Changes the address: only for the member who asked, who is signed in.
///
/// # Errors
/// [`ChangeError`]; then nothing was changed.
pub async fn confirm(context: &Context, current: &CurrentSession, token: &str) -> Result<(), ChangeError> {
    let now = context.clock.wall();
    let mut tx = context.store.begin().await?;
    let (attempt, person) = find(context, &mut tx, &current.member, token).await?;
    if !store::attempt::use_up(&mut tx, &attempt.id, Purpose::ChangeAddress, now).await? {
        return Err(ChangeError::Used);
    }
    let member = store::member::take_fence(&mut tx, &current.member.id).await?.ok_or(ChangeError::UnknownLink)?;
    if !store::member::set_person(&mut tx, &member.id, &person.id).await? {
        return Err(ChangeError::Taken);
    }
    if let Some(old_id) = &member.person_id {
        if let Some(old) = store::person::find(&mut tx, old_id).await? {
            store::person::set_name(&mut tx, &person.id, old.name.as_deref(), &old.locale).await?;
        }
        tell_old(context, &mut tx, old_id, &person.email).await?;
    }
    store::session::end_others(&mut tx, &member.id, Some(&current.session.id), now).await?;
    let actor = Actor::Reader(member.id.clone());
    let record = store::audit::Record {
        id: AuditId::mint(now, context.entropy.as_ref()),
        at: now,
        actor: &actor,
        action: "member.address_changed",
        subject_id: member.id.as_str(),
        detail: json!({}),
    };
    store::audit::insert(&mut tx, &record).await?;
    tx.commit().await?;
    context.wake.outbox();
    Ok(())
}

async fn find(
    context: &Context,
    conn: &mut Conn,
    member: &Member,
    token: &str,
) -> Result<(Attempt, Person), ChangeError> {
    let id = context.secret.read_link_token(token).ok_or(ChangeError::UnknownLink)?;
    let attempt = store::attempt::find(conn, &id).await?.ok_or(ChangeError::UnknownLink)?;
    if attempt.purpose != Purpose::ChangeAddress || attempt.member_id.as_ref() != Some(&member.id) {
        return Err(ChangeError::UnknownLink);
    }
    if attempt.used_at.is_some() {
        return Err(ChangeError::Used);
    }
    if attempt.is_expired(context.clock.wall()) {
        return Err(ChangeError::Expired);
    }
    let person = store::person::find(conn, &attempt.person_id).await?.ok_or(ChangeError::UnknownLink)?;
    Ok((attempt, person))
}

async fn tell_old(context: &Context, conn: &mut Conn, old: &PersonId, new_email: &Email) -> Result<(), StoreError> {
    let mail = Mail::AddressChanged { masked_new_email: new_email.masked() };
    posting::post(context, conn, Some(old), Message::Mail { mail }, NEWS_WORTH_MILLIS).await
}
