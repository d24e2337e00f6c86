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
pub(super) const PUBLISHED_BEFORE_MILLIS: i64 = 2 * JWKS_MAX_AGE_SECONDS * SECOND_MILLIS;

/// For how long a key that no longer signs stays published, in milliseconds: far beyond the last token's end.
const SHOWN_FOR_MILLIS: i64 = DAY_MILLIS;

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

/// Makes the keys that are missing, an active and a next one, and loads those in use into the ring.
///
/// # Errors
/// [`KeysError`].
pub async fn ensure(context: &Context) -> Result<(), KeysError> {
    let mut tx = context.store.begin().await?;
    ensure_in(context, &mut tx).await?;
    tx.commit().await?;
    refresh(context).await
}

/// The same in the caller's transaction, without loading anything.
pub(super) async fn ensure_in(context: &Context, tx: &mut store::Conn) -> Result<(), KeysError> {
    let now = context.clock.wall();
    let mut keys = store::signing_key::list(tx).await?;
    if keys.iter().all(|key| key.signs_from > now) {
        // Nothing signs yet, or any more: others fetch the key set when they meet a key that they do not know.
        let next = keys.first().map(|next| next.kid.clone());
        match next {
            Some(next) => {
                store::signing_key::sign_from(tx, &next, now).await?;
            }
            None => {
                add(context, tx, now, now).await?;
            }
        }
        keys = store::signing_key::list(tx).await?;
    }
    let newest = keys.iter().map(|key| key.signs_from).max().unwrap_or(now);
    if newest <= now {
        let signs_from = newest.plus_millis(SIGNS_FOR_MILLIS).max(now.plus_millis(PUBLISHED_BEFORE_MILLIS));
        add(context, tx, now, signs_from).await?;
    }
    Ok(())
}

/// Loads the keys in use into the ring, if they are not those that it holds: another node or the command line may have rotated or
/// revoked one.
///
/// # Errors
/// [`KeysError`]; then the ring stays as it was.
pub async fn refresh(context: &Context) -> Result<(), KeysError> {
    let mut conn = context.store.read().await?;
    let keys = in_use(store::signing_key::list(&mut conn).await?, context.clock.wall());
    drop(conn);
    let known: Vec<(&str, Moment)> = keys.iter().map(|key| (key.kid.as_str(), key.signs_from)).collect();
    if context.keyring.holds(&known) {
        return Ok(());
    }
    let keys: Result<Vec<SigningKey>, StoreError> = keys.into_iter().map(loaded).collect();
    Ok(context.keyring.load(&keys?, &context.secret)?)
}

/// The keys that sign, will sign, or have signed a token that may still be shown.
fn in_use(keys: Vec<StoredKey>, now: Moment) -> Vec<StoredKey> {
    let successors: Vec<Option<Moment>> =
        (0..keys.len()).map(|index| keys.get(index + 1).map(|next| next.signs_from)).collect();
    let lasts = |until: &Option<Moment>| until.is_none_or(|until| until.plus_millis(SHOWN_FOR_MILLIS) > now);
    keys.into_iter().zip(successors).filter(|(_, until)| lasts(until)).map(|(key, _)| key).collect()
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
