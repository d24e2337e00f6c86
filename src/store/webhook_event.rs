//! The inbox: events of the payment gateway, stored before they are answered, applied once.

use super::{
    Backlog, Conn, StoreError,
    row::{Row, list_among},
};
use crate::domain::{payment_event::PaymentEvent, time::Moment};

/// What is to be done with an event that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// Apply it.
    Pending,
    /// Nothing: it concerns nobody's state.
    Ignored,
    /// Nothing, but staff should see it.
    Quarantined,
}

impl Intake {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ignored => "ignored",
            Self::Quarantined => "quarantined",
        }
    }
}

/// Stores an event; `false` when it is stored already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(
    conn: &mut Conn,
    event: &PaymentEvent,
    body: &str,
    intake: Intake,
    now: Moment,
) -> Result<bool, StoreError> {
    let insert = "INSERT INTO webhook_event (id, type, object_id, routing_key, livemode, account, body, received_at, state, \
                  due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8) ON CONFLICT (id) DO NOTHING";
    let done = sqlx::query(insert)
        .bind(&event.id)
        .bind(&event.kind)
        .bind(event.object_id.as_deref())
        .bind(event.routing_key.as_deref())
        .bind(i64::from(event.livemode))
        .bind(event.account.as_deref())
        .bind(body)
        .bind(now.millis())
        .bind(intake.as_str())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Which of these events are stored already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_known(conn: &mut Conn, ids: &[&str]) -> Result<Vec<String>, StoreError> {
    list_among(conn, "SELECT id FROM webhook_event WHERE id IN", ids).await
}

/// Whose state is to be fetched because of an event that is due, the one that has waited longest; none of the keys that are in hand.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_due_key(conn: &mut Conn, now: Moment, in_hand: &[String]) -> Result<Option<String>, StoreError> {
    let others: String = (0..in_hand.len()).map(|place| format!(" AND routing_key <> ${}", place + 2)).collect();
    let select = format!(
        "SELECT routing_key FROM webhook_event WHERE state = 'pending' AND due_at <= $1 AND routing_key IS NOT NULL{others} \
         ORDER BY due_at, id LIMIT 1"
    );
    let mut select = sqlx::query_scalar(sqlx::AssertSqlSafe(select)).bind(now.millis());
    for key in in_hand {
        select = select.bind(key);
    }
    Ok(select.fetch_optional(conn).await?)
}

/// The ids of the pending events about a key: what a fetch that starts now will settle.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_pending(conn: &mut Conn, routing_key: &str) -> Result<Vec<String>, StoreError> {
    let select = "SELECT id FROM webhook_event WHERE state = 'pending' AND routing_key = $1 ORDER BY received_at, id";
    Ok(sqlx::query_scalar(select).bind(routing_key).fetch_all(conn).await?)
}

/// Notes that an event was applied; `true` only for the first time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn mark_done(conn: &mut Conn, id: &str, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE webhook_event SET state = 'done', done_at = $2, last_error = NULL \
                  WHERE id = $1 AND state = 'pending'";
    Ok(sqlx::query(update).bind(id).bind(now.millis()).execute(conn).await?.rows_affected() == 1)
}

/// Puts all pending events about a key off after a failure.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn retry_at(conn: &mut Conn, routing_key: &str, due_at: Moment, error: &str) -> Result<(), StoreError> {
    let update = "UPDATE webhook_event SET attempts = attempts + 1, due_at = $2, last_error = $3 \
                  WHERE routing_key = $1 AND state = 'pending'";
    sqlx::query(update).bind(routing_key).bind(due_at.millis()).bind(error).execute(conn).await?;
    Ok(())
}

/// Lets all pending events about a key wait, since somebody is at them.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_off(conn: &mut Conn, routing_key: &str, due_at: Moment) -> Result<(), StoreError> {
    let update = "UPDATE webhook_event SET due_at = $2 WHERE routing_key = $1 AND state = 'pending'";
    sqlx::query(update).bind(routing_key).bind(due_at.millis()).execute(conn).await?;
    Ok(())
}

/// Makes everything due that was put off, in the order in which it came.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn hurry(conn: &mut Conn, now: Moment) -> Result<(), StoreError> {
    let update = "UPDATE webhook_event SET due_at = received_at WHERE state = 'pending' AND due_at > $1";
    sqlx::query(update).bind(now.millis()).execute(conn).await?;
    Ok(())
}

/// The most tries that any pending event about a key has had.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn max_attempts(conn: &mut Conn, routing_key: &str) -> Result<i64, StoreError> {
    let select = "SELECT CAST(COALESCE(MAX(attempts), 0) AS BIGINT) FROM webhook_event \
                  WHERE routing_key = $1 AND state = 'pending'";
    Ok(sqlx::query_scalar(select).bind(routing_key).fetch_one(conn).await?)
}

/// How many events stand in a state (`pending`, `done`, `ignored`, `quarantined`).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count(conn: &mut Conn, state: &str) -> Result<i64, StoreError> {
    let select = "SELECT COUNT(*) FROM webhook_event WHERE state = $1";
    Ok(sqlx::query_scalar(select).bind(state).fetch_one(conn).await?)
}

/// What waits to be applied, and since when.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn backlog(conn: &mut Conn) -> Result<Backlog, StoreError> {
    let select = "SELECT COUNT(*) AS waiting, MIN(received_at) AS oldest_at FROM webhook_event WHERE state = 'pending'";
    let row = Row::from(sqlx::query(select).fetch_one(conn).await?);
    Ok(Backlog { waiting: row.int("waiting")?, oldest_at: row.opt_moment("oldest_at")? })
}

/// Drops the bodies of events received before a moment. Returns how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn drop_bodies_before(conn: &mut Conn, before: Moment) -> Result<u64, StoreError> {
    let update =
        "UPDATE webhook_event SET body = NULL WHERE received_at < $1 AND body IS NOT NULL AND state <> 'pending'";
    Ok(sqlx::query(update).bind(before.millis()).execute(conn).await?.rows_affected())
}
