//! How often something was done in a window of time.

use super::{Conn, StoreError};
use crate::domain::time::Moment;

/// Takes one from a subject's budget. Returns how many were taken in this window, this one among them.
///
/// `window_start_millis` names the window; the subject is a pseudonym, never an address.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn take(conn: &mut Conn, name: &str, subject: &str, window_start_millis: i64) -> Result<i64, StoreError> {
    let upsert = "INSERT INTO budget (name, subject, window_start, used) VALUES ($1, $2, $3, 1) \
                  ON CONFLICT (name, subject, window_start) DO UPDATE SET used = budget.used + 1 RETURNING used";
    Ok(sqlx::query_scalar(upsert).bind(name).bind(subject).bind(window_start_millis).fetch_one(conn).await?)
}

/// How many were taken from a subject's budget in a window.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count(conn: &mut Conn, name: &str, subject: &str, window_start_millis: i64) -> Result<i64, StoreError> {
    let select = "SELECT used FROM budget WHERE name = $1 AND subject = $2 AND window_start = $3";
    let used =
        sqlx::query_scalar(select).bind(name).bind(subject).bind(window_start_millis).fetch_optional(conn).await?;
    Ok(used.unwrap_or(0))
}

/// Forgets windows that began before a moment. Returns how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn forget_before(conn: &mut Conn, before: Moment) -> Result<u64, StoreError> {
    let delete = "DELETE FROM budget WHERE window_start < $1";
    Ok(sqlx::query(delete).bind(before.millis()).execute(conn).await?.rows_affected())
}
