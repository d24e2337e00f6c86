//! Keeping the key ring: an active key, and the next one published well before it signs.

use super::{Context, StoreError};
use crate::{
    domain::time::{DAY_MILLIS, Moment, SECOND_MILLIS},
    store::{self, signing_key::StoredKey},
    token::{JWKS_MAX_AGE_SECONDS, PublicKey, SecretError, SigningKey, TokenError, make_key},
};

/// For how long a key signs before the next one takes over, in milliseconds.
const SIGNS_FOR_MILLIS: i64 = 90 * DAY_MILLIS;
/// How long before it signs a key is published at the least, in milliseconds: twice the time that others keep our key set.
const PUBLISHED_BEFORE_MILLIS: i64 = 2 * JWKS_MAX_AGE_SECONDS * SECOND_MILLIS;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The stored keys were sealed under another master secret.
    #[error(
        "the signing keys in the database were sealed under another master secret: use the one that was there before"
    )]
    Secret(#[from] SecretError),
    /// The library refuses.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Makes the keys that are missing, an active and a next one, and loads all into the ring.
///
/// # Errors
/// [`KeysError`].
pub async fn ensure(context: &Context) -> Result<(), KeysError> {
    let now = context.clock.wall();
    let mut tx = context.store.begin().await?;
    let mut keys = store::signing_key::list(&mut tx).await?;
    if keys.is_empty() {
        // The very first key signs at once: nobody can hold an older key set.
        keys.push(add(context, &mut tx, now, now).await?);
    }
    let newest = keys.iter().map(|key| key.signs_from).max().unwrap_or(now);
    if newest <= now {
        let signs_from = newest.plus_millis(SIGNS_FOR_MILLIS).max(now.plus_millis(PUBLISHED_BEFORE_MILLIS));
        keys.push(add(context, &mut tx, now, signs_from).await?);
    }
    tx.commit().await?;
    let keys: Result<Vec<SigningKey>, StoreError> = keys.into_iter().map(loaded).collect();
    Ok(context.keyring.load(&keys?, &context.secret)?)
}

async fn add(
    context: &Context,
    conn: &mut store::Conn,
    now: Moment,
    signs_from: Moment,
) -> Result<StoredKey, KeysError> {
    let key = make_key(&context.secret, context.entropy.as_ref(), now, signs_from)?;
    let stored = StoredKey {
        public_jwk: serde_json::to_string(&key.public).map_err(|_| TokenError::BadKey)?,
        kid: key.kid,
        private_sealed: key.private_sealed,
        created_at: key.created_at,
        signs_from: key.signs_from,
    };
    store::signing_key::insert(conn, &stored).await?;
    Ok(stored)
}

fn loaded(stored: StoredKey) -> Result<SigningKey, StoreError> {
    let public: PublicKey =
        serde_json::from_str(&stored.public_jwk).map_err(|_| StoreError::Corrupt { column: "public_jwk" })?;
    Ok(SigningKey {
        kid: stored.kid,
        public,
        private_sealed: stored.private_sealed,
        created_at: stored.created_at,
        signs_from: stored.signs_from,
    })
}
