//! What each idempotency key stood for first.

use super::{Conn, StoreError, row::Row};
use crate::domain::time::Moment;

/// A key with what it is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Who sent it.
    pub principal: &'a str,
    /// To what.
    pub route: &'a str,
    /// The key.
    pub key: &'a str,
    /// The hash of the body.
    pub body_hash: &'a str,
    /// What came of it: an id.
    pub outcome: &'a str,
}

/// What a key stood for first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// The hash of the body it came with.
    pub body_hash: String,
    /// What came of it.
    pub outcome: String,
}

/// Stores an entry unless its key is there already. Returns what the key stood for first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert_or_find(conn: &mut Conn, entry: &Entry<'_>, now: Moment) -> Result<First, StoreError> {
    // The update that changes nothing makes the row come back in either case, locked until the transaction ends.
    let upsert = "INSERT INTO idempotency (principal, route, key, body_hash, outcome, created_at) \
                  VALUES ($1, $2, $3, $4, $5, $6) \
                  ON CONFLICT (principal, route, key) DO UPDATE SET created_at = idempotency.created_at \
                  RETURNING body_hash, outcome";
    let row = sqlx::query(upsert)
        .bind(entry.principal)
        .bind(entry.route)
        .bind(entry.key)
        .bind(entry.body_hash)
        .bind(entry.outcome)
        .bind(now.millis())
        .fetch_one(conn)
        .await?;
    let row = Row::from(row);
    Ok(First { body_hash: row.text("body_hash")?, outcome: row.text("outcome")? })
}

/// Forgets keys older than a moment. Returns how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn forget_before(conn: &mut Conn, before: Moment) -> Result<u64, StoreError> {
    let delete = "DELETE FROM idempotency WHERE created_at < $1";
    Ok(sqlx::query(delete).bind(before.millis()).execute(conn).await?.rows_affected())
}
