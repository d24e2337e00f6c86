//! Members.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    id::{MemberId, PersonId},
    member::Member,
    time::Moment,
};

const COLUMNS: &str = "id, number, person_id, verified_at, deleted_at, created_at";

fn read(row: Row) -> Result<Member, StoreError> {
    Ok(Member {
        id: row.get("id")?,
        number: row.int("number")?,
        person_id: row.opt("person_id")?,
        verified_at: row.opt_moment("verified_at")?,
        deleted_at: row.opt_moment("deleted_at")?,
        created_at: row.moment("created_at")?,
    })
}

/// The member behind an id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(conn: &mut Conn, id: &MemberId) -> Result<Option<Member>, StoreError> {
    let select = format!("SELECT {COLUMNS} FROM member WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(select)).bind(id.as_str()).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// The member that a person is.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_by_person(conn: &mut Conn, person_id: &PersonId) -> Result<Option<Member>, StoreError> {
    let select = format!("SELECT {COLUMNS} FROM member WHERE person_id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(select)).bind(person_id.as_str()).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// Makes the person a member with the next number, or finds the member that they are already (then `false`).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_or_insert(
    conn: &mut Conn,
    id: &MemberId,
    person_id: &PersonId,
    now: Moment,
) -> Result<(Member, bool), StoreError> {
    if let Some(member) = find_by_person(&mut *conn, person_id).await? {
        return Ok((member, false));
    }
    let take = "UPDATE member_number SET next = next + 1 WHERE id = 1 RETURNING next - 1";
    let number: i64 = sqlx::query_scalar(take).fetch_one(&mut *conn).await?;
    // Taking the number locks its row, so whoever raced us has committed and the look below sees it.
    if let Some(member) = find_by_person(&mut *conn, person_id).await? {
        return Ok((member, false));
    }
    let insert =
        format!("INSERT INTO member (id, number, person_id, created_at) VALUES ($1, $2, $3, $4) RETURNING {COLUMNS}");
    let row = sqlx::query(sqlx::AssertSqlSafe(insert))
        .bind(id.as_str())
        .bind(number)
        .bind(person_id.as_str())
        .bind(now.millis())
        .fetch_one(conn)
        .await?;
    Ok((read(row.into())?, true))
}

/// Takes the member's fence: until the transaction ends, no other change of this member's membership goes on.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn take_fence(conn: &mut Conn, id: &MemberId) -> Result<Option<Member>, StoreError> {
    let update = format!("UPDATE member SET fence = fence + 1 WHERE id = $1 RETURNING {COLUMNS}");
    let row = sqlx::query(sqlx::AssertSqlSafe(update)).bind(id.as_str()).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// Notes that the address answered; `true` only for the first time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn verify(conn: &mut Conn, id: &MemberId, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE member SET verified_at = $2 WHERE id = $1 AND verified_at IS NULL";
    Ok(sqlx::query(update).bind(id.as_str()).bind(now.millis()).execute(conn).await?.rows_affected() == 1)
}

/// Gives the member another person's row, that is, another address; `false` if that person is a member already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_person(conn: &mut Conn, id: &MemberId, person_id: &PersonId) -> Result<bool, StoreError> {
    let update = "UPDATE member SET person_id = $2 WHERE id = $1 \
                  AND NOT EXISTS (SELECT 1 FROM member AS other WHERE other.person_id = $2)";
    Ok(sqlx::query(update).bind(id.as_str()).bind(person_id.as_str()).execute(conn).await?.rows_affected() == 1)
}

/// Notes when time alone next changes what the member may do or whether they count.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_recount_at(conn: &mut Conn, id: &MemberId, at: Option<Moment>) -> Result<(), StoreError> {
    let update = "UPDATE member SET recount_at = $2 WHERE id = $1";
    sqlx::query(update).bind(id.as_str()).bind(at.map(Moment::millis)).execute(conn).await?;
    Ok(())
}

/// Lets that moment come for every member at once: after a campaign's rule was declared.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn recount_all(conn: &mut Conn) -> Result<(), StoreError> {
    sqlx::query("UPDATE member SET recount_at = 0").execute(conn).await?;
    Ok(())
}

/// Members for whom that moment has come, the longest waiting first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_due_for_recount(conn: &mut Conn, now: Moment, limit: i64) -> Result<Vec<MemberId>, StoreError> {
    let select = "SELECT id FROM member WHERE recount_at <= $1 ORDER BY recount_at, id LIMIT $2";
    let rows = sqlx::query(select).bind(now.millis()).bind(limit).fetch_all(conn).await?;
    rows.into_iter().map(|row| Row::from(row).get("id")).collect()
}

/// Every member's id after one, in order: for walking through all of them.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_ids_after(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<MemberId>, StoreError> {
    let select = "SELECT id FROM member WHERE id > $1 ORDER BY id LIMIT $2";
    let rows = sqlx::query(select).bind(after).bind(limit).fetch_all(conn).await?;
    rows.into_iter().map(|row| Row::from(row).get("id")).collect()
}
