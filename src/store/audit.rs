//! Who changed what: written in the transaction of the change, never changed.

use serde_json::Value;

use super::{Conn, StoreError};
use crate::domain::{actor::Actor, id::AuditId, time::Moment};

/// What happened to what.
#[derive(Debug)]
pub struct Record<'a> {
    /// The row's id.
    pub id: AuditId,
    /// When, by the wall clock.
    pub at: Moment,
    /// Who did it.
    pub actor: &'a Actor,
    /// What was done: a stable word with dots.
    pub action: &'a str,
    /// The id of what it was done to.
    pub subject_id: &'a str,
    /// Anything else worth knowing. No personal data, no secrets.
    pub detail: Value,
}

/// Writes a record.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, record: &Record<'_>) -> Result<(), StoreError> {
    let insert = "INSERT INTO audit (id, at, actor_kind, actor_id, action, subject_id, detail) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(insert)
        .bind(record.id.as_str())
        .bind(record.at.millis())
        .bind(record.actor.kind())
        .bind(record.actor.id())
        .bind(record.action)
        .bind(record.subject_id)
        .bind(record.detail.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// The actions that were done to a subject, oldest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_actions(conn: &mut Conn, subject_id: &str) -> Result<Vec<String>, StoreError> {
    let select = "SELECT action FROM audit WHERE subject_id = $1 ORDER BY at, id";
    Ok(sqlx::query_scalar(select).bind(subject_id).fetch_all(conn).await?)
}
