//! The gateway's customers: who each is here, and the lease under which its state is fetched and applied.

use super::{Conn, StoreError, row::Row};
use crate::domain::{id::MemberId, time::Moment};

/// A lease with its fencing number: what is applied under it fails once somebody else has taken a newer one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The gateway's customer.
    pub customer_id: String,
    /// Rises with each lease.
    pub fence: i64,
}

/// Takes the lease of a customer, making its row if there is none; none while somebody else holds it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn lease(
    conn: &mut Conn,
    customer_id: &str,
    now: Moment,
    leased_until: Moment,
) -> Result<Option<Lease>, StoreError> {
    let upsert = "INSERT INTO gateway_customer (id, fence, leased_until, created_at) VALUES ($1, 1, $3, $2) \
                  ON CONFLICT (id) DO UPDATE SET fence = gateway_customer.fence + 1, leased_until = excluded.leased_until \
                  WHERE gateway_customer.leased_until <= $2 RETURNING fence";
    let row = sqlx::query(upsert)
        .bind(customer_id)
        .bind(now.millis())
        .bind(leased_until.millis())
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(Lease { customer_id: customer_id.to_owned(), fence: Row::from(row).int("fence")? })).transpose()
}

/// Ends a lease in the transaction that applies what was fetched under it; `false` when a newer one was taken meanwhile:
/// then nothing may be applied.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_lease(conn: &mut Conn, lease: &Lease) -> Result<bool, StoreError> {
    let update = "UPDATE gateway_customer SET leased_until = 0 WHERE id = $1 AND fence = $2";
    Ok(sqlx::query(update).bind(&lease.customer_id).bind(lease.fence).execute(conn).await?.rows_affected() == 1)
}

/// Notes who a customer is here, making its row if there is none. Who it is never changes.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_member(
    conn: &mut Conn,
    customer_id: &str,
    member_id: &MemberId,
    now: Moment,
) -> Result<(), StoreError> {
    let upsert = "INSERT INTO gateway_customer (id, member_id, created_at) VALUES ($1, $2, $3) \
                  ON CONFLICT (id) DO UPDATE SET member_id = COALESCE(gateway_customer.member_id, excluded.member_id)";
    sqlx::query(upsert).bind(customer_id).bind(member_id.as_str()).bind(now.millis()).execute(conn).await?;
    Ok(())
}

/// All that is stored of a customer's subscriptions and payments made once, of rights and movements of money, in lines of words and numbers that change
/// when anything of it does. Nothing personal is in them.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn standing(conn: &mut Conn, customer_id: &str) -> Result<Vec<String>, StoreError> {
    let select = "SELECT subscription.gateway_id || ' ' || subscription.status || ' ' || subscription.price_id || \
         ' period end ' || COALESCE(CAST(subscription.current_period_end AS TEXT), '-') || \
         ' cancel ' || COALESCE(CAST(subscription.cancel_at AS TEXT), '-') || \
         ' ended ' || COALESCE(CAST(subscription.ended_at AS TEXT), '-') || \
         ' paid until ' || COALESCE(CAST(subscription.paid_until AS TEXT), '-') || \
         ' right ' || COALESCE(CAST(entitlement.valid_from AS TEXT), '-') || \
         ' to ' || COALESCE(CAST(entitlement.valid_until AS TEXT), '-') || \
         ' settled ' || COALESCE(CAST(entitlement.settled_at AS TEXT), '-') || \
         ' movements ' || CAST((SELECT COUNT(*) FROM payment_ledger WHERE subscription_id = subscription.id) AS TEXT) \
         FROM subscription LEFT JOIN entitlement ON entitlement.subscription_id = subscription.id \
         WHERE subscription.gateway_customer_id = $1 ORDER BY subscription.gateway_id";
    let mut lines: Vec<String> = sqlx::query_scalar(select).bind(customer_id).fetch_all(&mut *conn).await?;
    let once = "SELECT contribution.charge_ref || ' ' || contribution.state || \
         ' settled ' || COALESCE(CAST(contribution.settled_at AS TEXT), '-') || \
         ' right ' || COALESCE(CAST(entitlement.valid_from AS TEXT), '-') || \
         ' to ' || COALESCE(CAST(entitlement.valid_until AS TEXT), '-') || \
         ' movements ' || CAST((SELECT COUNT(*) FROM payment_ledger WHERE charge_ref = contribution.charge_ref) AS TEXT) \
         FROM gateway_customer JOIN contribution ON contribution.member_id = gateway_customer.member_id \
         LEFT JOIN entitlement ON entitlement.checkout_id = contribution.checkout_id \
         WHERE gateway_customer.id = $1 ORDER BY contribution.charge_ref";
    lines.extend(sqlx::query_scalar::<_, String>(once).bind(customer_id).fetch_all(conn).await?);
    Ok(lines)
}

/// The customers that a member is, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_member(conn: &mut Conn, member_id: &MemberId) -> Result<Vec<String>, StoreError> {
    let select = "SELECT id FROM gateway_customer WHERE member_id = $1 ORDER BY created_at DESC, id DESC";
    Ok(sqlx::query_scalar(select).bind(member_id.as_str()).fetch_all(conn).await?)
}
