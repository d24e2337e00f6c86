//! Declarations that a contract ends.

use serde::{Deserialize, Serialize};

use super::{
    Conn, StoreError,
    row::{Row, to_json},
};
use crate::domain::{
    cancellation::{Declaration, Request, State},
    id::{CancellationId, PersonId, SubscriptionId},
    time::Moment,
};

const COLUMNS: &str = "id, person_id, kind, declared, received_at, answered, state, subscription_id, ends_at";

/// What was typed, as the table keeps it.
#[derive(Serialize, Deserialize)]
struct Declared {
    name: String,
    membership: Option<String>,
    on: Option<String>,
    reason: Option<String>,
}

fn read(row: Row) -> Result<Request, StoreError> {
    let Declared { name, membership, on, reason } = row.json("declared")?;
    let on = on.map(|text| text.parse().map_err(|_| StoreError::Corrupt { column: "declared" })).transpose()?;
    Ok(Request {
        id: row.get("id")?,
        person_id: row.get("person_id")?,
        declaration: Declaration { kind: row.get("kind")?, name, membership, on, reason },
        received_at: row.moment("received_at")?,
        answered: row.flag("answered")?,
        state: row.get("state")?,
        subscription_id: row.opt("subscription_id")?,
        ends_at: row.opt_moment("ends_at")?,
    })
}

/// Stores a declaration.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, request: &Request, now: Moment) -> Result<(), StoreError> {
    let text = format!(
        "INSERT INTO cancellation_request ({COLUMNS}, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    );
    let Declaration { kind, name, membership, on, reason } = request.declaration.clone();
    let declared = Declared { name, membership, on: on.map(|date| date.to_string()), reason };
    sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(request.id.as_str())
        .bind(request.person_id.as_str())
        .bind(kind.as_str())
        .bind(to_json(&declared))
        .bind(request.received_at.millis())
        .bind(i64::from(request.answered))
        .bind(request.state.as_str())
        .bind(request.subscription_id.as_ref().map(SubscriptionId::as_str))
        .bind(request.ends_at.map(Moment::millis))
        .bind(now.millis())
        .execute(conn)
        .await?;
    Ok(())
}

/// The declaration behind an id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(conn: &mut Conn, id: &CancellationId) -> Result<Option<Request>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM cancellation_request WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.as_str()).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// The declarations whose id ends with these digits, the oldest first; for a whole id the one behind it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_by_last_digits(conn: &mut Conn, digits: &str) -> Result<Vec<Request>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM cancellation_request WHERE id LIKE '%' || $1 ORDER BY received_at, id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(digits).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Declarations in a state, the oldest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(conn: &mut Conn, state: State, limit: i64) -> Result<Vec<Request>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM cancellation_request WHERE state = $1 ORDER BY received_at, id LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(state.as_str()).bind(limit).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// The last declaration from an address that was applied to a subscription.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_last_of_subscription(
    conn: &mut Conn,
    person_id: &PersonId,
    id: &SubscriptionId,
) -> Result<Option<Request>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM cancellation_request WHERE person_id = $1 AND subscription_id = $2 \
         ORDER BY received_at DESC, id DESC LIMIT 1"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(person_id.as_str()).bind(id.as_str());
    query.fetch_optional(conn).await?.map(|row| read(row.into())).transpose()
}

/// Takes a declaration from one state to another, with what it was applied to and when that ends; `false` if it is no longer in
/// the first state.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn advance(
    conn: &mut Conn,
    id: &CancellationId,
    (from, to): (State, State),
    subscription_id: Option<&SubscriptionId>,
    ends_at: Option<Moment>,
    now: Moment,
) -> Result<bool, StoreError> {
    let update = "UPDATE cancellation_request SET state = $3, subscription_id = COALESCE($4, subscription_id), \
                  ends_at = COALESCE($5, ends_at), changed_at = $6 WHERE id = $1 AND state = $2";
    let query = sqlx::query(update).bind(id.as_str()).bind(from.as_str()).bind(to.as_str());
    let query = query.bind(subscription_id.map(SubscriptionId::as_str)).bind(ends_at.map(Moment::millis));
    Ok(query.bind(now.millis()).execute(conn).await?.rows_affected() == 1)
}
