//! Signing keys.

use super::{Conn, StoreError, row::Row};
use crate::domain::time::Moment;

/// A key's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// The key's id.
    pub kid: String,
    /// What everybody may know of it, as JSON.
    pub public_jwk: String,
    /// Its private part, sealed.
    pub private_sealed: String,
    /// When it was made.
    pub created_at: Moment,
    /// From when it signs.
    pub signs_from: Moment,
}

/// The keys that are not revoked, in the order in which they sign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(conn: &mut Conn) -> Result<Vec<StoredKey>, StoreError> {
    let select = "SELECT kid, public_jwk, private_sealed, created_at, signs_from FROM signing_key \
                  WHERE revoked_at IS NULL ORDER BY signs_from, kid";
    let read = |row: Row| {
        Ok(StoredKey {
            kid: row.text("kid")?,
            public_jwk: row.text("public_jwk")?,
            private_sealed: row.text("private_sealed")?,
            created_at: row.moment("created_at")?,
            signs_from: row.moment("signs_from")?,
        })
    };
    sqlx::query(select).fetch_all(conn).await?.into_iter().map(|row| read(row.into())).collect()
}

/// A key's row with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHistory {
    /// The key's id.
    pub kid: String,
    /// When it was made.
    pub created_at: Moment,
    /// From when it signs, or signed.
    pub signs_from: Moment,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
}

/// All keys there ever were, revoked ones too, in the order in which they sign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn history(conn: &mut Conn) -> Result<Vec<KeyHistory>, StoreError> {
    let select = "SELECT kid, created_at, signs_from, revoked_at FROM signing_key ORDER BY signs_from, kid";
    let read = |row: Row| {
        Ok(KeyHistory {
            kid: row.text("kid")?,
            created_at: row.moment("created_at")?,
            signs_from: row.moment("signs_from")?,
            revoked_at: row.opt_moment("revoked_at")?,
        })
    };
    sqlx::query(select).fetch_all(conn).await?.into_iter().map(|row| read(row.into())).collect()
}

/// Lets a key sign from an earlier moment than was meant; `true` when it is changed.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sign_from(conn: &mut Conn, kid: &str, at: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE signing_key SET signs_from = $2 WHERE kid = $1 AND signs_from > $2 AND revoked_at IS NULL";
    Ok(sqlx::query(update).bind(kid).bind(at.millis()).execute(conn).await?.rows_affected() == 1)
}

/// Revokes a key; `true` only for the first time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn revoke(conn: &mut Conn, kid: &str, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE signing_key SET revoked_at = $2 WHERE kid = $1 AND revoked_at IS NULL";
    Ok(sqlx::query(update).bind(kid).bind(now.millis()).execute(conn).await?.rows_affected() == 1)
}

/// Stores a key.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, key: &StoredKey) -> Result<(), StoreError> {
    let insert = "INSERT INTO signing_key (kid, public_jwk, private_sealed, created_at, signs_from) \
                  VALUES ($1, $2, $3, $4, $5)";
    sqlx::query(insert)
        .bind(&key.kid)
        .bind(&key.public_jwk)
        .bind(&key.private_sealed)
        .bind(key.created_at.millis())
        .bind(key.signs_from.millis())
        .execute(conn)
        .await?;
    Ok(())
}
