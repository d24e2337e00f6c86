//! Notices: what members are told of their memberships, each thing once.

use super::{
    Conn, StoreError,
    row::{Row, to_json},
};
use crate::domain::{
    id::MemberId,
    mail::MembershipNews,
    notice::{Notice, NoticeKind},
    time::Moment,
};

const COLUMNS: &str = "key, member_id, subscription_id, kind, news, at, due_at";

fn read(row: Row) -> Result<Notice, StoreError> {
    let kind: String = row.text("kind")?;
    let news: Option<String> = row.opt_text("news")?;
    let parse = |text: String| serde_json::from_str::<MembershipNews>(&text);
    Ok(Notice {
        key: row.text("key")?,
        member_id: row.get("member_id")?,
        subscription_id: row.get("subscription_id")?,
        kind: NoticeKind::parse(&kind).ok_or(StoreError::Corrupt { column: "kind" })?,
        news: news.map(parse).transpose().map_err(|_| StoreError::Corrupt { column: "news" })?,
        at: row.moment("at")?,
        due_at: row.moment("due_at")?,
    })
}

/// Notes something; `false` when it is known already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, notice: &Notice) -> Result<bool, StoreError> {
    let text =
        format!("INSERT INTO notice ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO NOTHING");
    let done = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(&notice.key)
        .bind(notice.member_id.as_str())
        .bind(notice.subscription_id.as_str())
        .bind(notice.kind.as_str())
        .bind(notice.news.as_ref().map(to_json))
        .bind(notice.at.millis())
        .bind(notice.due_at.millis())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// What is due at a moment of business time and not told, the oldest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_due(conn: &mut Conn, now: Moment, limit: i64) -> Result<Vec<Notice>, StoreError> {
    let text =
        format!("SELECT {COLUMNS} FROM notice WHERE done_at IS NULL AND due_at <= $1 ORDER BY due_at, key LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(now.millis()).bind(limit).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Notes that it was told, or need not be; `true` only for the first time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn mark_done(conn: &mut Conn, key: &str, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE notice SET done_at = $2 WHERE key = $1 AND done_at IS NULL";
    Ok(sqlx::query(update).bind(key).bind(now.millis()).execute(conn).await?.rows_affected() == 1)
}

/// What a member was told, or their history says, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_member(conn: &mut Conn, member_id: &MemberId) -> Result<Vec<Notice>, StoreError> {
    let text =
        format!("SELECT {COLUMNS} FROM notice WHERE member_id = $1 AND done_at IS NOT NULL ORDER BY at DESC, key DESC");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(member_id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}
