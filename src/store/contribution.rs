//! Payments made once.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    contribution::Contribution,
    id::{CheckoutId, MemberId},
    time::Moment,
};

const COLUMNS: &str = "checkout_id, member_id, plan_id, charge_ref, made_at, settled_at, state, opens_months";

fn read(row: Row) -> Result<Contribution, StoreError> {
    Ok(Contribution {
        checkout_id: row.get("checkout_id")?,
        member_id: row.get("member_id")?,
        plan_id: row.get("plan_id")?,
        charge_ref: row.text("charge_ref")?,
        made_at: row.moment("made_at")?,
        settled_at: row.opt_moment("settled_at")?,
        state: row.get("state")?,
        opens_months: row.opt_int("opens_months")?,
    })
}

/// The payment that a checkout came to.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(conn: &mut Conn, checkout_id: &CheckoutId) -> Result<Option<Contribution>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM contribution WHERE checkout_id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(checkout_id.as_str()).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// A member's payments, the oldest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_member(conn: &mut Conn, member_id: &MemberId) -> Result<Vec<Contribution>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM contribution WHERE member_id = $1 ORDER BY made_at, checkout_id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(member_id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Stores a payment, or what has become of it; `true` when that changed anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(conn: &mut Conn, contribution: &Contribution, now: Moment) -> Result<bool, StoreError> {
    let insert = format!(
        "INSERT INTO contribution ({COLUMNS}, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (checkout_id) DO UPDATE SET charge_ref = excluded.charge_ref, made_at = excluded.made_at, \
         settled_at = excluded.settled_at, state = excluded.state, changed_at = excluded.changed_at \
         WHERE contribution.charge_ref <> excluded.charge_ref OR contribution.made_at <> excluded.made_at \
         OR contribution.state <> excluded.state OR COALESCE(contribution.settled_at, -1) <> COALESCE(excluded.settled_at, -1)"
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(insert))
        .bind(contribution.checkout_id.as_str())
        .bind(contribution.member_id.as_str())
        .bind(contribution.plan_id.as_str())
        .bind(&contribution.charge_ref)
        .bind(contribution.made_at.millis())
        .bind(contribution.settled_at.map(Moment::millis))
        .bind(contribution.state.as_str())
        .bind(contribution.opens_months)
        .bind(now.millis())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
