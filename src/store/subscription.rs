//! Subscriptions, mirrored from the gateway.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    id::{MemberId, PriceId, SubscriptionId},
    money::Money,
    plan::{Interval, Tax},
    subscription::{Status, Subscription},
    time::Moment,
};

const COLUMNS: &str = "id, gateway_id, gateway_customer_id, member_id, checkout_id, price_id, status, gateway_created_at, \
                       current_period_end, cancel_at, paid_until, duplicate_at, ended_at, trial_until, paused_at, \
                       next_amount_minor";

fn read(row: Row) -> Result<Subscription, StoreError> {
    Ok(Subscription {
        id: row.get("id")?,
        gateway_id: row.text("gateway_id")?,
        gateway_customer_id: row.text("gateway_customer_id")?,
        member_id: row.get("member_id")?,
        checkout_id: row.get("checkout_id")?,
        price_id: row.get("price_id")?,
        status: row.get("status")?,
        gateway_created_at: row.moment("gateway_created_at")?,
        current_period_end: row.opt_moment("current_period_end")?,
        cancel_at: row.opt_moment("cancel_at")?,
        paid_until: row.opt_moment("paid_until")?,
        duplicate_at: row.opt_moment("duplicate_at")?,
        ended_at: row.opt_moment("ended_at")?,
        trial_until: row.opt_moment("trial_until")?,
        paused_at: row.opt_moment("paused_at")?,
        next_amount_minor: row.opt_int("next_amount_minor")?,
    })
}

/// All subscriptions of a member, in the order in which the gateway made them; within the same second, which is as fine as the
/// gateway tells, in the order in which their checkouts were started.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_member(conn: &mut Conn, member_id: &MemberId) -> Result<Vec<Subscription>, StoreError> {
    let text =
        format!("SELECT {COLUMNS} FROM subscription WHERE member_id = $1 ORDER BY gateway_created_at, checkout_id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(member_id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// The subscription that a gateway's one is.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_by_gateway_id(conn: &mut Conn, gateway_id: &str) -> Result<Option<Subscription>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM subscription WHERE gateway_id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(gateway_id).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// The subscriptions that a price bills and that have not ended; duplicates are left out.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_billed_by(conn: &mut Conn, price_id: &PriceId) -> Result<Vec<Subscription>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM subscription WHERE price_id = $1 AND duplicate_at IS NULL AND ended_at IS NULL ORDER BY id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(price_id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// How many subscriptions each price bills, by how they stand; duplicates are left out.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count_by_price(conn: &mut Conn) -> Result<Vec<(PriceId, Status, i64)>, StoreError> {
    let select = "SELECT price_id, status, COUNT(*) AS row_count FROM subscription \
                  WHERE duplicate_at IS NULL AND ended_at IS NULL GROUP BY price_id, status ORDER BY price_id, status";
    let rows = sqlx::query(select).fetch_all(conn).await?;
    let count = |row: Row| Ok((row.get("price_id")?, row.get("status")?, row.int("row_count")?));
    rows.into_iter().map(|row| count(row.into())).collect()
}

/// How the subscriptions stand that are billed by a plan's price, on sale or not; duplicates are left out.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_statuses_of_price(
    conn: &mut Conn,
    plan_slug: &str,
    money: Money,
    interval: Interval,
    tax: Tax,
) -> Result<Vec<Status>, StoreError> {
    let select = "SELECT subscription.status FROM subscription JOIN price ON price.id = subscription.price_id \
                  JOIN plan ON plan.id = price.plan_id WHERE plan.slug = $1 AND price.amount_minor = $2 \
                  AND price.currency = $3 AND price.billing_interval = $4 AND price.tax = $5 \
                  AND subscription.duplicate_at IS NULL";
    let rows = sqlx::query(select)
        .bind(plan_slug)
        .bind(money.amount_minor)
        .bind(money.currency.as_str())
        .bind(interval.as_str())
        .bind(tax.as_str())
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(|row| Row::from(row).get("status")).collect()
}

/// Stores a subscription, or brings the stored one with its gateway's id up to date. Returns what is stored then.
///
/// Whose it is, which checkout made it and whether it is a duplicate stay as they were first stored.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(conn: &mut Conn, draft: &Subscription, now: Moment) -> Result<Subscription, StoreError> {
    let text = format!(
        "INSERT INTO subscription ({COLUMNS}, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17) \
         ON CONFLICT (gateway_id) DO UPDATE SET price_id = excluded.price_id, status = excluded.status, \
         current_period_end = excluded.current_period_end, cancel_at = excluded.cancel_at, \
         paid_until = excluded.paid_until, ended_at = excluded.ended_at, trial_until = excluded.trial_until, \
         paused_at = CASE WHEN excluded.paused_at IS NULL THEN NULL \
         ELSE COALESCE(subscription.paused_at, excluded.paused_at) END, \
         next_amount_minor = excluded.next_amount_minor, changed_at = excluded.changed_at RETURNING {COLUMNS}"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(draft.id.as_str())
        .bind(&draft.gateway_id)
        .bind(&draft.gateway_customer_id)
        .bind(draft.member_id.as_str())
        .bind(draft.checkout_id.as_str())
        .bind(draft.price_id.as_str())
        .bind(draft.status.as_str())
        .bind(draft.gateway_created_at.millis())
        .bind(draft.current_period_end.map(Moment::millis))
        .bind(draft.cancel_at.map(Moment::millis))
        .bind(draft.paid_until.map(Moment::millis))
        .bind(draft.duplicate_at.map(Moment::millis))
        .bind(draft.ended_at.map(Moment::millis))
        .bind(draft.trial_until.map(Moment::millis))
        .bind(draft.paused_at.map(Moment::millis))
        .bind(draft.next_amount_minor)
        .bind(now.millis())
        .fetch_one(conn)
        .await?;
    read(row.into())
}

/// Notes that it is a second one; `true` only for the first time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn mark_duplicate(conn: &mut Conn, id: &SubscriptionId, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE subscription SET duplicate_at = $2, changed_at = $2 WHERE id = $1 AND duplicate_at IS NULL";
    Ok(sqlx::query(update).bind(id.as_str()).bind(now.millis()).execute(conn).await?.rows_affected() == 1)
}
