//! Entitlements.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    entitlement::Entitlement,
    id::{CheckoutId, MemberId, SubscriptionId},
    time::{Moment, Window},
};

const COLUMNS: &str = "id, member_id, plan_id, source, subscription_id, valid_from, valid_until, settled_at";

pub(super) fn read(row: Row) -> Result<Entitlement, StoreError> {
    Ok(Entitlement {
        id: row.get("id")?,
        member_id: row.get("member_id")?,
        plan_id: row.get("plan_id")?,
        source: row.get("source")?,
        subscription_id: row.opt("subscription_id")?,
        window: Window { from: row.moment("valid_from")?, until: row.opt_moment("valid_until")? },
        settled_at: row.opt_moment("settled_at")?,
    })
}

/// All rights of a member, past ones too, oldest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_member(conn: &mut Conn, member_id: &MemberId) -> Result<Vec<Entitlement>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM entitlement WHERE member_id = $1 ORDER BY valid_from, id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(member_id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// How many members hold a right to a plan at a moment of business time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count_of_plan(conn: &mut Conn, plan_slug: &str, now: Moment) -> Result<i64, StoreError> {
    let select = "SELECT COUNT(DISTINCT entitlement.member_id) FROM entitlement JOIN plan ON plan.id = entitlement.plan_id \
                  WHERE plan.slug = $1 AND entitlement.valid_from <= $2 \
                  AND (entitlement.valid_until IS NULL OR entitlement.valid_until > $2)";
    Ok(sqlx::query_scalar(select).bind(plan_slug).bind(now.millis()).fetch_one(conn).await?)
}

/// What a right hangs on: nothing of the kind, its subscription (named in the right), or the checkout that paid for it.
#[derive(Clone, Copy)]
enum Behind<'a> {
    Nothing,
    Subscription,
    Checkout(&'a CheckoutId),
}

/// Stores a right that neither a subscription nor a checkout stands behind.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, right: &Entitlement, now: Moment) -> Result<(), StoreError> {
    put(conn, right, now, Behind::Nothing).await.map(|_| ())
}

/// Stores the right behind a subscription, or changes the stored one; `true` when that changed anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_of_subscription(conn: &mut Conn, right: &Entitlement, now: Moment) -> Result<bool, StoreError> {
    put(conn, right, now, Behind::Subscription).await
}

/// Stores the right that a checkout paid for, or changes the stored one; `true` when that changed anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_of_checkout(
    conn: &mut Conn,
    right: &Entitlement,
    checkout_id: &CheckoutId,
    now: Moment,
) -> Result<bool, StoreError> {
    put(conn, right, now, Behind::Checkout(checkout_id)).await
}

/// Ends the right that a checkout paid for at a moment of business time, if it lasts longer; `true` when that changed it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_of_checkout(
    conn: &mut Conn,
    checkout_id: &CheckoutId,
    at: Moment,
    now: Moment,
) -> Result<bool, StoreError> {
    end(conn, "checkout_id = $1", checkout_id.as_str(), at, now).await
}

/// Ends the right behind a subscription at a moment of business time, if it lasts longer; `true` when that changed it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_of_subscription(
    conn: &mut Conn,
    subscription_id: &SubscriptionId,
    at: Moment,
    now: Moment,
) -> Result<bool, StoreError> {
    end(conn, "subscription_id = $1", subscription_id.as_str(), at, now).await
}

async fn end(conn: &mut Conn, which: &'static str, id: &str, at: Moment, now: Moment) -> Result<bool, StoreError> {
    let text = format!(
        "UPDATE entitlement SET valid_until = CASE WHEN valid_from > $2 THEN valid_from ELSE $2 END, changed_at = $3 \
         WHERE {which} AND (valid_until IS NULL OR valid_until > $2)"
    );
    let update = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id).bind(at.millis()).bind(now.millis());
    Ok(update.execute(conn).await?.rows_affected() == 1)
}

/// Stores a right; where one hangs on the same thing already, that one is changed, if there is anything to change.
async fn put(conn: &mut Conn, right: &Entitlement, now: Moment, behind: Behind<'_>) -> Result<bool, StoreError> {
    let (checkout_id, unique) = match behind {
        Behind::Nothing => (None, None),
        Behind::Subscription => (None, Some("subscription_id")),
        Behind::Checkout(id) => (Some(id.as_str()), Some("checkout_id")),
    };
    let on_conflict = unique.map_or_else(String::new, |unique| {
        format!(
            "ON CONFLICT ({unique}) DO UPDATE SET plan_id = excluded.plan_id, valid_from = excluded.valid_from, \
             valid_until = excluded.valid_until, settled_at = excluded.settled_at, changed_at = excluded.changed_at \
             WHERE entitlement.plan_id <> excluded.plan_id OR entitlement.valid_from <> excluded.valid_from \
             OR COALESCE(entitlement.valid_until, -1) <> COALESCE(excluded.valid_until, -1) \
             OR COALESCE(entitlement.settled_at, -1) <> COALESCE(excluded.settled_at, -1)"
        )
    });
    let text = format!(
        "INSERT INTO entitlement ({COLUMNS}, created_at, changed_at, checkout_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10) {on_conflict}"
    );
    let written = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(right.id.as_str())
        .bind(right.member_id.as_str())
        .bind(right.plan_id.as_str())
        .bind(right.source.as_str())
        .bind(right.subscription_id.as_ref().map(SubscriptionId::as_str))
        .bind(right.window.from.millis())
        .bind(right.window.until.map(Moment::millis))
        .bind(right.settled_at.map(Moment::millis))
        .bind(now.millis())
        .bind(checkout_id)
        .execute(conn)
        .await?;
    Ok(written.rows_affected() == 1)
}
