//! What a paid checkout leads to, whatever was bought: whose it is, and the way in.

use super::{Context, StoreError, posting, sign_in_link};
use crate::{
    domain::{
        attempt::ATTEMPT_TTL_SECONDS,
        checkout::Checkout,
        id::{MemberId, PersonId, SessionId},
        mail::Mail,
        member::Member,
        session::Session,
        time::SECOND_MILLIS,
    },
    store::{self, Conn, outbox::Message},
};

/// Finds the member whom a checkout paid for, or makes one. The address is the one typed here, never the gateway's.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn attach(context: &Context, conn: &mut Conn, checkout: &Checkout) -> Result<MemberId, StoreError> {
    if let Some(member_id) = &checkout.member_id {
        return Ok(member_id.clone());
    }
    let now = context.clock.wall();
    let id = MemberId::mint(now, context.entropy.as_ref());
    let (member, made) = store::member::find_or_insert(conn, &id, &checkout.person_id, now).await?;
    store::checkout::attach_member(conn, &checkout.id, &member.id, made).await?;
    Ok(member.id)
}

/// The browser that started a checkout is signed in if the payment made the member; else mail is the only way in.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn sign_in_once(
    context: &Context,
    conn: &mut Conn,
    checkout: &Checkout,
    member: &Member,
) -> Result<(), StoreError> {
    let now = context.clock.wall();
    if !checkout.made_member || store::session::is_known(conn, &checkout.browser_hash).await? {
        return Ok(());
    }
    let session = Session {
        id: SessionId::mint(now, context.entropy.as_ref()),
        token_hash: checkout.browser_hash.clone(),
        member_id: member.id.clone(),
        attempt_id: None,
        created_at: now,
        expires_at: now.plus_seconds(context.settings.session_ttl_seconds),
    };
    store::session::insert(conn, &session).await
}

/// Mails link and code, as the page after payment says, whether or not the address had a membership. They let in whoever reads
/// that mail, not whoever paid.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn post_way_in(
    context: &Context,
    conn: &mut Conn,
    person_id: &PersonId,
    browser_hash: &str,
) -> Result<(), StoreError> {
    let attempt_id = sign_in_link::prepare(context, conn, person_id, browser_hash).await?;
    let mail = Mail::SignIn { attempt_id: attempt_id.to_string() };
    posting::post(context, conn, Some(person_id), Message::Mail { mail }, ATTEMPT_TTL_SECONDS * SECOND_MILLIS).await
}
