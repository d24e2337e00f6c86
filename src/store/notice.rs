//! Notices: what members are told of their memberships, each thing once.

use super::{
    Conn, StoreError,
    row::{Row, to_json},
};
use crate::domain::{
    id::{MemberId, SubscriptionId},
    notice::{Notice, Outcome},
    time::Moment,
};

const COLUMNS: &str = "key, member_id, subscription_id, news, at, due_at, outcome";

fn read(row: Row) -> Result<Notice, StoreError> {
    Ok(Notice {
        key: row.text("key")?,
        member_id: row.get("member_id")?,
        subscription_id: row.opt("subscription_id")?,
        news: row.json("news")?,
        at: row.moment("at")?,
        due_at: row.moment("due_at")?,
        outcome: row.opt("outcome")?,
    })
}

/// Notes something with its outcome, if it has one already; `false` when it is known.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, notice: &Notice, now: Moment) -> Result<bool, StoreError> {
    let text = format!(
        "INSERT INTO notice ({COLUMNS}, kind, done_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (key) DO NOTHING"
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(&notice.key)
        .bind(notice.member_id.as_str())
        .bind(notice.subscription_id.as_ref().map(SubscriptionId::as_str))
        .bind(to_json(&notice.news))
        .bind(notice.at.millis())
        .bind(notice.due_at.millis())
        .bind(notice.outcome.map(Outcome::as_str))
        .bind(notice.news.kind())
        .bind(notice.outcome.map(|_| now.millis()))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// What is due at a moment of business time and has no outcome, the oldest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_due(conn: &mut Conn, now: Moment, limit: i64) -> Result<Vec<Notice>, StoreError> {
    let text =
        format!("SELECT {COLUMNS} FROM notice WHERE done_at IS NULL AND due_at <= $1 ORDER BY due_at, key LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(now.millis()).bind(limit).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Notes what became of one that waits; `true` only for the first time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn finish(conn: &mut Conn, key: &str, outcome: Outcome, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE notice SET outcome = $2, done_at = $3 WHERE key = $1 AND done_at IS NULL";
    let done = sqlx::query(update).bind(key).bind(outcome.as_str()).bind(now.millis()).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// All notices about a subscription, also those that wait, in the order in which things happened.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_subscription(conn: &mut Conn, id: &SubscriptionId) -> Result<Vec<Notice>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM notice WHERE subscription_id = $1 ORDER BY at, key");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// What a member was told, or their history says, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_member(conn: &mut Conn, member_id: &MemberId) -> Result<Vec<Notice>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM notice WHERE member_id = $1 AND outcome IN ('told', 'kept') ORDER BY at DESC, key DESC"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(member_id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}
