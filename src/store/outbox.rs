//! Messages that go out. Posted in the transaction of their cause, claimed by a lease, kept without a body once sent.

use serde::{Deserialize, Serialize};

use super::{
    Backlog, Conn, StoreError,
    row::{Row, to_json},
};
use crate::domain::{
    id::{OutboxId, PersonId},
    mail::Mail,
    time::Moment,
};

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Message {
    /// Write to the person.
    Mail {
        /// What to write.
        mail: Mail,
    },
    /// Cancel a subscription at the gateway now and send back what was paid for it.
    CancelAndRefund {
        /// The gateway's subscription.
        gateway_subscription_id: String,
    },
    /// Cancel a subscription at the gateway now, and give up what is owed for it; what was paid for it stays.
    CancelSubscription {
        /// The gateway's subscription.
        gateway_subscription_id: String,
    },
    /// Let a subscription at the gateway end with its paid period, or later; what was paid for it stays.
    EndSubscription {
        /// The gateway's subscription.
        gateway_subscription_id: String,
        /// The later moment, in milliseconds of business time.
        later_at_millis: Option<i64>,
    },
    /// Make a checkout session at the gateway impossible to pay.
    ExpireCheckout {
        /// The gateway's session.
        gateway_session_id: String,
    },
}

impl Message {
    /// What is to be done, as the table and the audit name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mail { .. } => "mail",
            Self::CancelAndRefund { .. } => "cancel_and_refund",
            Self::CancelSubscription { .. } => "cancel_subscription",
            Self::EndSubscription { .. } => "end_subscription",
            Self::ExpireCheckout { .. } => "expire_checkout",
        }
    }
}

/// Which messages one loop sends: a slow mail server is not to hold up the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Mail.
    Mail,
    /// What the payment gateway is asked to do.
    Gateway,
}

/// A message to post.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The message's id; the idempotency key of what it does outside.
    pub id: OutboxId,
    /// To whom, for mail.
    pub person_id: Option<PersonId>,
    /// What to do.
    pub message: Message,
    /// When it was caused, by the wall clock; it is due at once.
    pub now: Moment,
    /// After which it is not worth doing, by the wall clock.
    pub expires_at: Moment,
}

/// A message that this worker holds the lease of.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The message's id.
    pub id: OutboxId,
    /// To whom, for mail.
    pub person_id: Option<PersonId>,
    /// What to do.
    pub message: Message,
    /// How many times it was tried before.
    pub attempts: i64,
    /// What came of it the last time.
    pub last_error: Option<String>,
    /// After which it is not worth doing.
    pub expires_at: Moment,
}

/// Posts a message: it goes out if and only if the transaction commits.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn post(conn: &mut Conn, draft: &Draft) -> Result<(), StoreError> {
    let insert = "INSERT INTO outbox (id, kind, person_id, payload, created_at, due_at, expires_at) \
                  VALUES ($1, $2, $3, $4, $5, $5, $6)";
    sqlx::query(insert)
        .bind(draft.id.as_str())
        .bind(draft.message.kind())
        .bind(draft.person_id.as_ref().map(PersonId::as_str))
        .bind(to_json(&draft.message))
        .bind(draft.now.millis())
        .bind(draft.expires_at.millis())
        .execute(conn)
        .await?;
    Ok(())
}

/// Has the very same done now, if it waits to be done; `false` when it does not.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn hurry(conn: &mut Conn, message: &Message, now: Moment) -> Result<bool, StoreError> {
    let update =
        "UPDATE outbox SET due_at = $3 WHERE kind = $1 AND payload = $2 AND sent_at IS NULL AND given_up_at IS NULL";
    let query = sqlx::query(update).bind(message.kind()).bind(to_json(message)).bind(now.millis());
    Ok(query.execute(conn).await?.rows_affected() > 0)
}

/// Takes the lease of up to `limit` messages of a lane that are due. Those that are soonest of no more use come first, so that
/// a code to sign in does not wait behind a thousand receipts.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn claim(
    conn: &mut Conn,
    lane: Lane,
    now: Moment,
    leased_until: Moment,
    limit: i64,
) -> Result<Vec<Claimed>, StoreError> {
    // The predicate stands twice: on PostgreSQL two workers may pick the same rows, and only one of them updates each.
    let claim = "UPDATE outbox SET leased_until = $2, attempts = attempts + 1 \
                 WHERE id IN (SELECT id FROM outbox WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <= $1 \
                              AND leased_until <= $1 AND CASE WHEN kind = 'mail' THEN 1 ELSE 0 END = $4 \
                              ORDER BY expires_at, due_at, id LIMIT $3) \
                 AND sent_at IS NULL AND given_up_at IS NULL AND leased_until <= $1 \
                 RETURNING id, person_id, payload, attempts, expires_at, last_error";
    let rows = sqlx::query(claim)
        .bind(now.millis())
        .bind(leased_until.millis())
        .bind(limit)
        .bind(i64::from(lane == Lane::Mail))
        .fetch_all(conn)
        .await?;
    let mut claimed: Vec<Claimed> = rows.into_iter().map(|row| read(row.into())).collect::<Result<_, _>>()?;
    claimed.sort_by(|a, b| (a.expires_at, &a.id).cmp(&(b.expires_at, &b.id)));
    Ok(claimed)
}

fn read(row: Row) -> Result<Claimed, StoreError> {
    Ok(Claimed {
        id: row.get("id")?,
        person_id: row.opt("person_id")?,
        message: row.json("payload")?,
        attempts: row.int("attempts")? - 1,
        last_error: row.opt_text("last_error")?,
        expires_at: row.moment("expires_at")?,
    })
}

/// Notes that a message went out, whoever holds its lease by now.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn mark_sent(conn: &mut Conn, id: &OutboxId, now: Moment) -> Result<(), StoreError> {
    let update =
        "UPDATE outbox SET sent_at = $2, given_up_at = NULL, last_error = NULL WHERE id = $1 AND sent_at IS NULL";
    sqlx::query(update).bind(id.as_str()).bind(now.millis()).execute(conn).await?;
    Ok(())
}

/// Lets go of a message that failed, to be tried again at `due_at`. Whoever has claimed it since keeps it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn retry_at(conn: &mut Conn, message: &Claimed, due_at: Moment, error: &str) -> Result<(), StoreError> {
    let update = "UPDATE outbox SET due_at = $2, leased_until = 0, last_error = $3 \
                  WHERE id = $1 AND attempts = $4 + 1 AND sent_at IS NULL AND given_up_at IS NULL";
    let query = sqlx::query(update).bind(message.id.as_str()).bind(due_at.millis()).bind(error);
    query.bind(message.attempts).execute(conn).await?;
    Ok(())
}

/// Gives a message up for good. Says whether it did: whoever has claimed it since keeps it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn give_up(conn: &mut Conn, message: &Claimed, now: Moment, error: &str) -> Result<bool, StoreError> {
    let update = "UPDATE outbox SET given_up_at = $2, leased_until = 0, last_error = $3 \
                  WHERE id = $1 AND attempts = $4 + 1 AND sent_at IS NULL AND given_up_at IS NULL";
    let query = sqlx::query(update).bind(message.id.as_str()).bind(now.millis()).bind(error);
    Ok(query.bind(message.attempts).execute(conn).await?.rows_affected() == 1)
}

/// Lets go of a message that was claimed and not tried: it is as if nobody had claimed it. Whoever has claimed it since keeps
/// it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn release(conn: &mut Conn, message: &Claimed) -> Result<(), StoreError> {
    let update = "UPDATE outbox SET leased_until = 0, attempts = attempts - 1 \
                  WHERE id = $1 AND attempts = $2 + 1 AND sent_at IS NULL AND given_up_at IS NULL";
    sqlx::query(update).bind(message.id.as_str()).bind(message.attempts).execute(conn).await?;
    Ok(())
}

/// How many messages were given up, of those that are still kept.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count_given_up(conn: &mut Conn) -> Result<i64, StoreError> {
    let select = "SELECT COUNT(*) FROM outbox WHERE given_up_at IS NOT NULL";
    Ok(sqlx::query_scalar(select).fetch_one(conn).await?)
}

/// How many messages wait.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count_waiting(conn: &mut Conn) -> Result<i64, StoreError> {
    let select = "SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND given_up_at IS NULL";
    Ok(sqlx::query_scalar(select).fetch_one(conn).await?)
}

/// What waits, and since when.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn backlog(conn: &mut Conn) -> Result<Backlog, StoreError> {
    let select = "SELECT COUNT(*) AS waiting, MIN(created_at) AS oldest_at FROM outbox \
                  WHERE sent_at IS NULL AND given_up_at IS NULL";
    let row = Row::from(sqlx::query(select).fetch_one(conn).await?);
    Ok(Backlog { waiting: row.int("waiting")?, oldest_at: row.opt_moment("oldest_at")? })
}

/// Deletes messages that went out, or were given up, before a moment. Returns how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn delete_before(conn: &mut Conn, before: Moment) -> Result<u64, StoreError> {
    let delete = "DELETE FROM outbox WHERE sent_at < $1 OR given_up_at < $1";
    Ok(sqlx::query(delete).bind(before.millis()).execute(conn).await?.rows_affected())
}
