//! The ledger of payments: append-only, one row for each balance transaction of the gateway.

use super::{
    Conn, StoreError,
    row::{Row, list_among},
};
use crate::domain::{
    id::{MemberId, PaymentEntryId, PriceId, SubscriptionId},
    money::Money,
    payment::{Movement, MovementKind},
    statement::Entry,
    time::{Moment, Window},
};

/// Whose movement it is and what for, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The member.
    pub member_id: Option<MemberId>,
    /// The subscription.
    pub subscription_id: Option<SubscriptionId>,
    /// The price that was paid.
    pub price_id: Option<PriceId>,
    /// Its plan.
    pub plan_slug: Option<String>,
}

/// Appends a movement; `false` when its row is there already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn append(
    conn: &mut Conn,
    id: &PaymentEntryId,
    movement: &Movement,
    owner: &Owner,
    now: Moment,
) -> Result<bool, StoreError> {
    let insert = "INSERT INTO payment_ledger (id, balance_transaction_id, kind, member_id, subscription_id, invoice_ref, \
                  charge_ref, gross_minor, tax_minor, fee_minor, net_minor, currency, occurred_at, created_at, \
                  source_ref, price_id, plan_slug, tax_rate) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
                  ON CONFLICT (balance_transaction_id) DO NOTHING";
    let done = sqlx::query(insert)
        .bind(id.as_str())
        .bind(&movement.balance_transaction_id)
        .bind(movement.kind.as_str())
        .bind(owner.member_id.as_ref().map(MemberId::as_str))
        .bind(owner.subscription_id.as_ref().map(SubscriptionId::as_str))
        .bind(movement.invoice_ref.as_deref())
        .bind(movement.charge_ref.as_deref())
        .bind(movement.gross.amount_minor)
        .bind(movement.tax_minor)
        .bind(movement.fee_minor)
        .bind(movement.net_minor)
        .bind(movement.gross.currency.as_str())
        .bind(movement.occurred_at.millis())
        .bind(now.millis())
        .bind(movement.source_ref.as_deref())
        .bind(owner.price_id.as_ref().map(PriceId::as_str))
        .bind(owner.plan_slug.as_deref())
        .bind(movement.tax_rate.as_deref())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Which of these balance transactions have their row.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_posted(conn: &mut Conn, ids: &[&str]) -> Result<Vec<String>, StoreError> {
    let select = "SELECT balance_transaction_id FROM payment_ledger WHERE balance_transaction_id IN";
    list_among(conn, select, ids).await
}

/// A row of a member's, as far as the member cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: MovementKind,
    /// For which subscription.
    pub subscription_id: Option<SubscriptionId>,
    /// The gateway's charge that it is of.
    pub charge_ref: Option<String>,
    /// What moved.
    pub gross: Money,
    /// When.
    pub occurred_at: Moment,
}

/// A member's rows, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_member(conn: &mut Conn, member_id: &MemberId) -> Result<Vec<Line>, StoreError> {
    let select = "SELECT kind, subscription_id, charge_ref, gross_minor, currency, occurred_at FROM payment_ledger WHERE member_id = $1 \
                  ORDER BY occurred_at DESC, id DESC";
    let rows = sqlx::query(select).bind(member_id.as_str()).fetch_all(conn).await?;
    let line = |row: Row| {
        let gross = Money { amount_minor: row.int("gross_minor")?, currency: row.get("currency")? };
        let (kind, subscription_id) = (row.get("kind")?, row.opt("subscription_id")?);
        let charge_ref = row.opt_text("charge_ref")?;
        Ok(Line { kind, subscription_id, charge_ref, gross, occurred_at: row.moment("occurred_at")? })
    };
    rows.into_iter().map(|row| line(row.into())).collect()
}

/// The sum of a currency's rows, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// How many rows.
    pub rows: i64,
    /// What moved.
    pub gross_minor: i64,
    /// What the gateway kept.
    pub fee_minor: i64,
    /// What is left.
    pub net_minor: i64,
}

/// Adds up a currency's rows.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sum(conn: &mut Conn, currency: &str) -> Result<Sums, StoreError> {
    let select = "SELECT COUNT(*) AS row_count, CAST(COALESCE(SUM(gross_minor), 0) AS BIGINT) AS gross, \
                  CAST(COALESCE(SUM(fee_minor), 0) AS BIGINT) AS fee, CAST(COALESCE(SUM(net_minor), 0) AS BIGINT) AS net \
                  FROM payment_ledger WHERE currency = $1";
    let row = Row::from(sqlx::query(select).bind(currency).fetch_one(conn).await?);
    Ok(Sums {
        rows: row.int("row_count")?,
        gross_minor: row.int("gross")?,
        fee_minor: row.int("fee")?,
        net_minor: row.int("net")?,
    })
}

/// Whose a charge is and what for, by what was posted of it first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_owner_of_charge(conn: &mut Conn, charge_ref: &str) -> Result<Option<Owner>, StoreError> {
    let select = "SELECT member_id, subscription_id, price_id, plan_slug FROM payment_ledger WHERE charge_ref = $1 \
                  ORDER BY occurred_at, id LIMIT 1";
    let Some(row) = sqlx::query(select).bind(charge_ref).fetch_optional(conn).await? else { return Ok(None) };
    let row = Row::from(row);
    Ok(Some(Owner {
        member_id: row.opt("member_id")?,
        subscription_id: row.opt("subscription_id")?,
        price_id: row.opt("price_id")?,
        plan_slug: row.opt_text("plan_slug")?,
    }))
}

/// A stretch's rows, the oldest first: everybody's, or one member's. An open-ended stretch ends with the last row.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_within(
    conn: &mut Conn,
    window: &Window,
    member_id: Option<&MemberId>,
) -> Result<Vec<Entry>, StoreError> {
    let select = "SELECT balance_transaction_id, kind, member_id, plan_slug, price_id, source_ref, charge_ref, invoice_ref, \
                  gross_minor, tax_minor, tax_rate, fee_minor, net_minor, currency, occurred_at FROM payment_ledger \
                  WHERE occurred_at >= $1 AND occurred_at < $2 AND ($3 = '' OR member_id = $3) \
                  ORDER BY occurred_at, balance_transaction_id";
    let until = window.until.map_or(i64::MAX, Moment::millis);
    let rows = sqlx::query(select)
        .bind(window.from.millis())
        .bind(until)
        .bind(member_id.map_or("", MemberId::as_str))
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(|row| entry(&row.into())).collect()
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        balance_transaction_id: row.text("balance_transaction_id")?,
        kind: row.get("kind")?,
        member_id: row.opt("member_id")?,
        plan_slug: row.opt_text("plan_slug")?,
        price_id: row.opt("price_id")?,
        source_ref: row.opt_text("source_ref")?,
        charge_ref: row.opt_text("charge_ref")?,
        invoice_ref: row.opt_text("invoice_ref")?,
        gross: Money { amount_minor: row.int("gross_minor")?, currency: row.get("currency")? },
        tax_minor: row.int("tax_minor")?,
        tax_rate: row.opt_text("tax_rate")?,
        fee_minor: row.int("fee_minor")?,
        net_minor: row.int("net_minor")?,
        occurred_at: row.moment("occurred_at")?,
    })
}

/// What each currency's net amounts came to before a moment: everybody's, or one member's.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sum_before(
    conn: &mut Conn,
    before: Moment,
    member_id: Option<&MemberId>,
) -> Result<Vec<Money>, StoreError> {
    let select = "SELECT currency, CAST(SUM(net_minor) AS BIGINT) AS net FROM payment_ledger \
                  WHERE occurred_at < $1 AND ($2 = '' OR member_id = $2) GROUP BY currency ORDER BY currency";
    let member_id = member_id.map_or("", MemberId::as_str);
    let rows = sqlx::query(select).bind(before.millis()).bind(member_id).fetch_all(conn).await?;
    let money = |row: Row| Ok(Money { amount_minor: row.int("net")?, currency: row.get("currency")? });
    rows.into_iter().map(|row| money(row.into())).collect()
}
