//! Who is signed in in a browser.

use super::{Context, StoreError};
use crate::{
    domain::{
        entitlement::Entitlement,
        gate::Standing,
        member::{Member, Person},
        session::Session,
    },
    store,
};

/// A session that holds, and whose it is.
#[derive(Clone, Debug)]
pub struct CurrentSession {
    /// The session.
    pub session: Session,
    /// Who is signed in.
    pub member: Member,
}

/// The session behind the hash of a cookie; none when it has ended, or its member was deleted.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(context: &Context, token_hash: &str) -> Result<Option<CurrentSession>, StoreError> {
    let mut conn = context.store.read().await?;
    let Some(session) = store::session::find(&mut conn, token_hash, context.clock.wall()).await? else {
        return Ok(None);
    };
    let member = store::member::find(&mut conn, &session.member_id).await?.filter(|member| member.deleted_at.is_none());
    Ok(member.map(|member| CurrentSession { session, member }))
}

/// Whose session is behind the hash of a cookie, and what the member holds; none when it has ended, or its member was deleted.
/// Read from the database by one statement each time: what was ended or taken away is so for the very next request.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn holder(context: &Context, token_hash: &str) -> Result<Option<(Member, Standing)>, StoreError> {
    let mut conn = context.store.read().await?;
    let found = store::session::find_holder(&mut conn, token_hash, context.clock.wall()).await?;
    Ok(found.map(|(member, entitlements)| {
        let standing = Standing { signed_in: true, verified: member.verified_at.is_some(), entitlements };
        (member, standing)
    }))
}

/// The person behind a member; none once erased.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn person(context: &Context, member: &Member) -> Result<Option<Person>, StoreError> {
    let Some(id) = &member.person_id else { return Ok(None) };
    let mut conn = context.store.read().await?;
    store::person::find(&mut conn, id).await
}

/// What a member is, as far as gates care.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn standing(context: &Context, member: &Member) -> Result<Standing, StoreError> {
    Ok(Standing {
        signed_in: true,
        verified: member.verified_at.is_some(),
        entitlements: entitlements(context, member).await?,
    })
}

/// A member's rights, past ones too.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn entitlements(context: &Context, member: &Member) -> Result<Vec<Entitlement>, StoreError> {
    let mut conn = context.store.read().await?;
    store::entitlement::list_of_member(&mut conn, &member.id).await
}
