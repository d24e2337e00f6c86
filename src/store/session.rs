//! Sessions.

use super::{Conn, StoreError, entitlement, row::Row};
use crate::domain::{
    entitlement::Entitlement,
    id::{AttemptId, MemberId, SessionId},
    member::Member,
    session::Session,
    time::Moment,
};

/// Stores a session. An attempt makes at most one.
///
/// # Errors
/// [`StoreError::Duplicate`] when the attempt has made one.
pub async fn insert(conn: &mut Conn, session: &Session) -> Result<(), StoreError> {
    let insert = "INSERT INTO session (id, token_hash, member_id, attempt_id, created_at, expires_at) \
                  VALUES ($1, $2, $3, $4, $5, $6)";
    sqlx::query(insert)
        .bind(session.id.as_str())
        .bind(&session.token_hash)
        .bind(session.member_id.as_str())
        .bind(session.attempt_id.as_ref().map(AttemptId::as_str))
        .bind(session.created_at.millis())
        .bind(session.expires_at.millis())
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether a cookie's hash ever was a session's, one that has ended too.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_known(conn: &mut Conn, token_hash: &str) -> Result<bool, StoreError> {
    let select = "SELECT COUNT(*) FROM session WHERE token_hash = $1";
    Ok(sqlx::query_scalar::<_, i64>(select).bind(token_hash).fetch_one(conn).await? > 0)
}

/// The session behind a cookie's hash, if it holds at a moment.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(conn: &mut Conn, token_hash: &str, now: Moment) -> Result<Option<Session>, StoreError> {
    let select = "SELECT id, token_hash, member_id, attempt_id, created_at, expires_at FROM session \
                  WHERE token_hash = $1 AND ended_at IS NULL AND expires_at > $2";
    let row = sqlx::query(select).bind(token_hash).bind(now.millis()).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// The session with an id, if it holds at a moment.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_by_id(conn: &mut Conn, id: &SessionId, now: Moment) -> Result<Option<Session>, StoreError> {
    let select = "SELECT id, token_hash, member_id, attempt_id, created_at, expires_at FROM session \
                  WHERE id = $1 AND ended_at IS NULL AND expires_at > $2";
    let row = sqlx::query(select).bind(id.as_str()).bind(now.millis()).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// Whose session that is and what the member holds, past rights too, oldest first: read by one statement, so that all of it is
/// as of one moment. None when the session does not hold, or its member was deleted.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_holder(
    conn: &mut Conn,
    token_hash: &str,
    now: Moment,
) -> Result<Option<(Member, Vec<Entitlement>)>, StoreError> {
    let select = "SELECT member.id AS holder_id, member.number, member.person_id, member.verified_at, \
                  member.created_at AS joined_at, entitlement.id, entitlement.member_id, entitlement.plan_id, \
                  entitlement.source, entitlement.subscription_id, entitlement.valid_from, entitlement.valid_until, \
                  entitlement.settled_at \
                  FROM session JOIN member ON member.id = session.member_id AND member.deleted_at IS NULL \
                  LEFT JOIN entitlement ON entitlement.member_id = member.id \
                  WHERE session.token_hash = $1 AND session.ended_at IS NULL AND session.expires_at > $2 \
                  ORDER BY entitlement.valid_from, entitlement.id";
    let rows = sqlx::query(select).bind(token_hash).bind(now.millis()).fetch_all(conn).await?;
    let mut holder = None;
    let mut rights = Vec::new();
    for row in rows {
        let row = Row::from(row);
        if holder.is_none() {
            holder = Some(read_holder(&row)?);
        }
        // A member without any right is a row without one.
        if row.opt_text("id")?.is_some() {
            rights.push(entitlement::read(row)?);
        }
    }
    Ok(holder.map(|member| (member, rights)))
}

fn read_holder(row: &Row) -> Result<Member, StoreError> {
    Ok(Member {
        id: row.get("holder_id")?,
        number: row.int("number")?,
        person_id: row.opt("person_id")?,
        verified_at: row.opt_moment("verified_at")?,
        deleted_at: None,
        created_at: row.moment("joined_at")?,
    })
}

fn read(row: Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.get("id")?,
        token_hash: row.text("token_hash")?,
        member_id: row.get("member_id")?,
        attempt_id: row.opt("attempt_id")?,
        created_at: row.moment("created_at")?,
        expires_at: row.moment("expires_at")?,
    })
}

/// Ends a session; `true` only for the first time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end(conn: &mut Conn, id: &SessionId, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    Ok(sqlx::query(update).bind(id.as_str()).bind(now.millis()).execute(conn).await?.rows_affected() == 1)
}

/// Ends all sessions of a member but one. Returns how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_others(
    conn: &mut Conn,
    member_id: &MemberId,
    kept: Option<&SessionId>,
    now: Moment,
) -> Result<u64, StoreError> {
    let update =
        "UPDATE session SET ended_at = $3 WHERE member_id = $1 AND id <> COALESCE($2, '') AND ended_at IS NULL";
    let done = sqlx::query(update)
        .bind(member_id.as_str())
        .bind(kept.map(SessionId::as_str))
        .bind(now.millis())
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

/// Deletes sessions that ended or expired before a moment, with the codes that hang on them. Returns how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn delete_before(conn: &mut Conn, before: Moment) -> Result<u64, StoreError> {
    let old = "SELECT id FROM session WHERE expires_at < $1 OR ended_at < $1";
    let codes = format!("DELETE FROM continue_code WHERE session_id IN ({old})");
    sqlx::query(sqlx::AssertSqlSafe(codes)).bind(before.millis()).execute(&mut *conn).await?;
    let delete = "DELETE FROM session WHERE expires_at < $1 OR ended_at < $1";
    Ok(sqlx::query(delete).bind(before.millis()).execute(conn).await?.rows_affected())
}
