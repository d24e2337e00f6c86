//! `masthead keys`: which keys there are, letting the next one sign, revoking one.

use serde_json::json;

use super::{
    Context, StoreError,
    publish_keys::{self, KeysError, PUBLISHED_BEFORE_MILLIS},
};
use crate::{
    domain::{actor::Actor, id::AuditId, time::Moment},
    store::{self, signing_key::KeyHistory},
};

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It signs.
    Active,
    /// It is published and will sign.
    Next,
    /// It has signed; a newer one does now.
    Retired,
    /// Nothing that it signed is believed.
    Revoked,
}

/// What is left once a key was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Keys that this process can use.
    Usable,
    /// Others that were sealed under another master secret.
    OfAnotherSecret,
}

/// Why a key was not rotated or revoked. Then nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// Others may not know the next key yet.
    #[error("the next key was published a moment ago and others may not know it yet: try again after {not_before}")]
    TooEarly {
        /// From when all know it, by the wall clock.
        not_before: Moment,
    },
    /// No key has this id, or it is revoked already.
    #[error("there is no such key, or it is revoked already: see `masthead keys list`")]
    UnknownKey,
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// All keys with what each does, in the order in which they sign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(context: &Context) -> Result<Vec<(KeyHistory, KeyState)>, StoreError> {
    let mut conn = context.store.read().await?;
    let keys = store::signing_key::history(&mut conn).await?;
    let now = context.clock.wall();
    let signs = |key: &&KeyHistory| key.revoked_at.is_none() && key.signs_from <= now;
    let active = keys.iter().rfind(signs).map(|key| key.kid.clone());
    let state = |key: &KeyHistory| match () {
        () if key.revoked_at.is_some() => KeyState::Revoked,
        () if active.as_ref() == Some(&key.kid) => KeyState::Active,
        () if key.signs_from > now => KeyState::Next,
        () => KeyState::Retired,
    };
    Ok(keys.iter().map(|key| (key.clone(), state(key))).collect())
}

/// Lets the next key sign from now on, and makes another next one. Returns the id of the key that signs.
///
/// # Errors
/// [`RotateError::TooEarly`] while others may hold a key set without it.
pub async fn rotate(context: &Context, actor: &Actor) -> Result<String, RotateError> {
    let now = context.clock.wall();
    let mut tx = context.store.begin().await?;
    publish_keys::ensure_in(context, &mut tx).await?;
    let keys = store::signing_key::list(&mut tx).await?;
    let next = keys.into_iter().find(|key| key.signs_from > now).ok_or(RotateError::UnknownKey)?;
    let not_before = next.created_at.plus_millis(PUBLISHED_BEFORE_MILLIS);
    if now < not_before {
        return Err(RotateError::TooEarly { not_before });
    }
    store::signing_key::sign_from(&mut tx, &next.kid, now).await?;
    publish_keys::ensure_in(context, &mut tx).await?;
    record(context, &mut tx, actor, "key.rotated", &next.kid).await?;
    tx.commit().await?;
    publish_keys::refresh(context).await?;
    Ok(next.kid)
}

/// Revokes a key: what it signed is not believed any more, here at once and elsewhere as soon as the key set is fetched anew. If it
/// was the one that signs, the next one signs from now on. Under another master secret keys of the earlier one can be revoked alone.
///
/// # Errors
/// [`RotateError::UnknownKey`].
pub async fn revoke(context: &Context, kid: &str, actor: &Actor) -> Result<Left, RotateError> {
    let mut tx = context.store.begin().await?;
    if !store::signing_key::revoke(&mut tx, kid, context.clock.wall()).await? {
        return Err(RotateError::UnknownKey);
    }
    publish_keys::ensure_in(context, &mut tx).await?;
    record(context, &mut tx, actor, "key.revoked", kid).await?;
    tx.commit().await?;
    match publish_keys::refresh(context).await {
        // The master secret has changed, and keys of the earlier one are left: revoking those, too, is what this is for.
        Err(KeysError::Secret(_)) => Ok(Left::OfAnotherSecret),
        refreshed => Ok(refreshed.map(|()| Left::Usable)?),
    }
}

async fn record(
    context: &Context,
    tx: &mut store::Conn,
    actor: &Actor,
    action: &str,
    kid: &str,
) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let id = AuditId::mint(at, context.entropy.as_ref());
    let record = store::audit::Record { id, at, actor, action, subject_id: kid, detail: json!({}) };
    store::audit::insert(tx, &record).await
}
