//! Rights that staff enter: paid by bank transfer or in cash, or billed by an earlier system.

use super::{Conn, StoreError, entitlement::read, row::Row};
use crate::domain::{
    entitlement::{Entitlement, Source},
    id::{EntitlementId, MemberId, OfflinePaymentId, PlanId},
    money::Money,
    statement::OfflineEntry,
    time::{Moment, Window},
};

const COLUMNS: &str = "id, member_id, plan_id, source, subscription_id, valid_from, valid_until, settled_at";

/// A right as entered, with the other side's name for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The right.
    pub right: Entitlement,
    /// The other side's number or words.
    pub reference: Option<String>,
}

/// Money that staff noted.
#[derive(Clone, Debug)]
pub struct OfflinePayment<'a> {
    /// Its id.
    pub id: OfflinePaymentId,
    /// Who paid.
    pub member_id: &'a MemberId,
    /// For which right.
    pub entitlement_id: &'a EntitlementId,
    /// How much.
    pub money: Money,
    /// The bank's or the receipt's words.
    pub reference: Option<&'a str>,
    /// When it was noted, in business time.
    pub noted_at: Moment,
}

/// What is told of a right's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// That it comes.
    Ahead,
    /// That it came.
    Ended,
}

/// The youngest right of a member to a plan from a source.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(
    conn: &mut Conn,
    member_id: &MemberId,
    plan_id: &PlanId,
    source: Source,
) -> Result<Option<Entered>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS}, reference FROM entitlement WHERE member_id = $1 AND plan_id = $2 AND source = $3 \
         ORDER BY valid_from DESC, id DESC LIMIT 1"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(member_id.as_str()).bind(plan_id.as_str());
    let row = query.bind(source.as_str()).fetch_optional(conn).await?.map(Row::from);
    row.map(|row| Ok(Entered { reference: row.opt_text("reference")?, right: read(row)? })).transpose()
}

/// Notes the other side's name for a right that was stored.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_reference(conn: &mut Conn, id: &EntitlementId, reference: &str) -> Result<(), StoreError> {
    let update = "UPDATE entitlement SET reference = $2 WHERE id = $1";
    sqlx::query(update).bind(id.as_str()).bind(reference).execute(conn).await?;
    Ok(())
}

/// Gives a right another stretch of business time; `true` when that changed it. What was told of its end before no longer holds.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_window(conn: &mut Conn, id: &EntitlementId, window: &Window, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE entitlement SET valid_from = $2, valid_until = $3, changed_at = $4, reminded_at = NULL, \
                  end_told_at = NULL WHERE id = $1 AND (valid_from <> $2 OR COALESCE(valid_until, -1) <> COALESCE($3, -1))";
    let query = sqlx::query(update).bind(id.as_str()).bind(window.from.millis());
    let query = query.bind(window.until.map(Moment::millis)).bind(now.millis());
    Ok(query.execute(conn).await?.rows_affected() == 1)
}

/// Offline rights whose end is to be told: it lies in `(after, until]`, the like has not been told, and the member holds nothing
/// that lasts longer. The soonest end first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_to_tell(
    conn: &mut Conn,
    told: Told,
    (after, until): (Moment, Moment),
    limit: i64,
) -> Result<Vec<Entitlement>, StoreError> {
    let untold = match told {
        Told::Ahead => "reminded_at IS NULL",
        Told::Ended => "end_told_at IS NULL",
    };
    let text = format!(
        "SELECT {COLUMNS} FROM entitlement WHERE source = 'offline' AND {untold} AND valid_until > $1 AND valid_until <= $2 \
         AND valid_until > valid_from AND NOT EXISTS (SELECT 1 FROM entitlement AS other \
         WHERE other.member_id = entitlement.member_id AND other.id <> entitlement.id \
         AND (other.valid_until IS NULL OR other.valid_until > entitlement.valid_until)) \
         ORDER BY valid_until, id LIMIT $3"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(after.millis()).bind(until.millis()).bind(limit);
    query.fetch_all(conn).await?.into_iter().map(|row| read(row.into())).collect()
}

/// Notes that a right's end was told; `true` only for the first time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn mark_told(conn: &mut Conn, id: &EntitlementId, told: Told, now: Moment) -> Result<bool, StoreError> {
    let update = match told {
        Told::Ahead => "UPDATE entitlement SET reminded_at = $2 WHERE id = $1 AND reminded_at IS NULL",
        Told::Ended => "UPDATE entitlement SET end_told_at = $2 WHERE id = $1 AND end_told_at IS NULL",
    };
    Ok(sqlx::query(update).bind(id.as_str()).bind(now.millis()).execute(conn).await?.rows_affected() == 1)
}

/// Notes money that came.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn note_payment(conn: &mut Conn, payment: &OfflinePayment<'_>) -> Result<(), StoreError> {
    let insert = "INSERT INTO offline_payment (id, member_id, entitlement_id, amount_minor, currency, reference, noted_at) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(insert)
        .bind(payment.id.as_str())
        .bind(payment.member_id.as_str())
        .bind(payment.entitlement_id.as_str())
        .bind(payment.money.amount_minor)
        .bind(payment.money.currency.as_str())
        .bind(payment.reference)
        .bind(payment.noted_at.millis())
        .execute(conn)
        .await?;
    Ok(())
}

/// What was noted in a stretch of time, the oldest first: for everybody, or for one member.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_payments_within(
    conn: &mut Conn,
    window: &Window,
    member_id: Option<&MemberId>,
) -> Result<Vec<OfflineEntry>, StoreError> {
    let select = "SELECT offline_payment.id, offline_payment.member_id, plan.slug, offline_payment.amount_minor, \
                  offline_payment.currency, offline_payment.reference, offline_payment.noted_at FROM offline_payment \
                  LEFT JOIN entitlement ON entitlement.id = offline_payment.entitlement_id \
                  LEFT JOIN plan ON plan.id = entitlement.plan_id \
                  WHERE offline_payment.noted_at >= $1 AND offline_payment.noted_at < $2 \
                  AND ($3 = '' OR offline_payment.member_id = $3) ORDER BY offline_payment.noted_at, offline_payment.id";
    let query = sqlx::query(select).bind(window.from.millis()).bind(window.until.map_or(i64::MAX, Moment::millis));
    let rows = query.bind(member_id.map_or("", MemberId::as_str)).fetch_all(conn).await?;
    let entry = |row: Row| {
        Ok(OfflineEntry {
            id: row.get("id")?,
            member_id: row.get("member_id")?,
            plan_slug: row.opt_text("slug")?,
            money: Money { amount_minor: row.int("amount_minor")?, currency: row.get("currency")? },
            reference: row.opt_text("reference")?,
            noted_at: row.moment("noted_at")?,
        })
    };
    rows.into_iter().map(|row| entry(row.into())).collect()
}

/// When a member's payments were noted.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_payment_times(conn: &mut Conn, member_id: &MemberId) -> Result<Vec<Moment>, StoreError> {
    let select = "SELECT noted_at FROM offline_payment WHERE member_id = $1 ORDER BY noted_at";
    let times: Vec<i64> = sqlx::query_scalar(select).bind(member_id.as_str()).fetch_all(conn).await?;
    Ok(times.into_iter().map(Moment::from_millis).collect())
}

/// How much was noted for a member in a currency, in minor units.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sum_payments(conn: &mut Conn, member_id: &MemberId, currency: &str) -> Result<i64, StoreError> {
    let select = "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM offline_payment \
                  WHERE member_id = $1 AND currency = $2";
    Ok(sqlx::query_scalar(select).bind(member_id.as_str()).bind(currency).fetch_one(conn).await?)
}
