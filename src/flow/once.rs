//! Doing a thing once for each idempotency key, however often it is asked for.

use super::{Context, StoreError};
use crate::store::{self, Conn};

/// An idempotency key, bound to who sent it, to what, and with which body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// Who: a member, or a browser.
    pub principal: String,
    /// To what.
    pub route: &'static str,
    /// The key as sent.
    pub key: String,
    /// SHA-256 of the body, in hexadecimal.
    pub body_hash: String,
}

/// Remembers what a key stands for, in the transaction that makes it. Returns what it stood for first: `outcome` for a new
/// key; none when the key came with another body before.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remember(
    context: &Context,
    conn: &mut Conn,
    once: &Once,
    outcome: &str,
) -> Result<Option<String>, StoreError> {
    let now = context.clock.wall();
    let entry = store::idempotency::Entry {
        principal: &once.principal,
        route: once.route,
        key: &once.key,
        body_hash: &once.body_hash,
        outcome,
    };
    let first = store::idempotency::insert_or_find(conn, &entry, now).await?;
    Ok((first.body_hash == once.body_hash).then_some(first.outcome))
}
