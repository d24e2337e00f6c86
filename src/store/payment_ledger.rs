//! The ledger of payments: append-only, one row for each balance transaction of the gateway.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    id::{MemberId, PaymentEntryId, SubscriptionId},
    money::Money,
    payment::{Movement, MovementKind},
    time::Moment,
};

/// Whose movement it is, as far as that is known.
#[derive(Clone, Debug, Default)]
pub struct Owner {
    /// The member.
    pub member_id: Option<MemberId>,
    /// The subscription.
    pub subscription_id: Option<SubscriptionId>,
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
                  charge_ref, gross_minor, tax_minor, fee_minor, net_minor, currency, occurred_at, created_at) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
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
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// A row of a member's, as far as the member cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: MovementKind,
    /// For which subscription.
    pub subscription_id: Option<SubscriptionId>,
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
    let select = "SELECT kind, subscription_id, gross_minor, currency, occurred_at FROM payment_ledger WHERE member_id = $1 \
                  ORDER BY occurred_at DESC, id DESC";
    let rows = sqlx::query(select).bind(member_id.as_str()).fetch_all(conn).await?;
    let line = |row: Row| {
        let gross = Money { amount_minor: row.int("gross_minor")?, currency: row.get("currency")? };
        let (kind, subscription_id) = (row.get("kind")?, row.opt("subscription_id")?);
        Ok(Line { kind, subscription_id, gross, occurred_at: row.moment("occurred_at")? })
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
