//! Attempts to sign in.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    attempt::{Attempt, Purpose, WRONG_CODES_MAX},
    id::{AttemptId, MemberId},
    time::Moment,
};

const COLUMNS: &str =
    "id, person_id, purpose, member_id, browser_hash, return_to, wrong_codes, created_at, expires_at, used_at";

fn read(row: Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        id: row.get("id")?,
        person_id: row.get("person_id")?,
        purpose: row.get("purpose")?,
        member_id: row.opt("member_id")?,
        browser_hash: row.opt_text("browser_hash")?,
        return_to: row.opt_text("return_to")?,
        wrong_codes: row.int("wrong_codes")?,
        created_at: row.moment("created_at")?,
        expires_at: row.moment("expires_at")?,
        used_at: row.opt_moment("used_at")?,
    })
}

/// Stores an attempt.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, attempt: &Attempt) -> Result<(), StoreError> {
    let text = format!("INSERT INTO attempt ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(attempt.id.as_str())
        .bind(attempt.person_id.as_str())
        .bind(attempt.purpose.as_str())
        .bind(attempt.member_id.as_ref().map(MemberId::as_str))
        .bind(attempt.browser_hash.as_deref())
        .bind(attempt.return_to.as_deref())
        .bind(attempt.wrong_codes)
        .bind(attempt.created_at.millis())
        .bind(attempt.expires_at.millis())
        .bind(attempt.used_at.map(Moment::millis))
        .execute(conn)
        .await?;
    Ok(())
}

/// The attempt behind an id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(conn: &mut Conn, id: &AttemptId) -> Result<Option<Attempt>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM attempt WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.as_str()).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// The newest attempt to sign in that a browser has made.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_of_browser(conn: &mut Conn, browser_hash: &str) -> Result<Option<Attempt>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM attempt WHERE browser_hash = $1 AND purpose = 'sign_in' ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(browser_hash).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// Takes one of an attempt's tries before the code is looked at: `false` when there is none left, or it is used or over.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn take_try(conn: &mut Conn, id: &AttemptId, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE attempt SET wrong_codes = wrong_codes + 1 \
                  WHERE id = $1 AND wrong_codes < $2 AND used_at IS NULL AND expires_at > $3";
    let done = sqlx::query(update).bind(id.as_str()).bind(WRONG_CODES_MAX).bind(now.millis()).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Uses an attempt: `true` exactly once, for whoever comes first in time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn use_up(conn: &mut Conn, id: &AttemptId, purpose: Purpose, now: Moment) -> Result<bool, StoreError> {
    let update =
        "UPDATE attempt SET used_at = $2 WHERE id = $1 AND purpose = $3 AND used_at IS NULL AND expires_at > $2";
    let done = sqlx::query(update).bind(id.as_str()).bind(now.millis()).bind(purpose.as_str()).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes attempts that were over before a moment and that no session hangs on. Returns how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn delete_before(conn: &mut Conn, before: Moment) -> Result<u64, StoreError> {
    let delete = "DELETE FROM attempt WHERE expires_at < $1 \
                  AND NOT EXISTS (SELECT 1 FROM session WHERE session.attempt_id = attempt.id)";
    Ok(sqlx::query(delete).bind(before.millis()).execute(conn).await?.rows_affected())
}
