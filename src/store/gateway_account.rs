//! Letting go of a payment gateway's account: what was kept of it is worth nothing in another one.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    id::{MemberId, SubscriptionId},
    time::Moment,
};

/// A membership that was billed in the account that is let go of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billed {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// Whose it was.
    pub member_id: MemberId,
}

/// All subscriptions that still stand, in the order of their members, so that whoever takes several fences takes them in one
/// order.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_billed(conn: &mut Conn) -> Result<Vec<Billed>, StoreError> {
    let select = "SELECT id, member_id FROM subscription WHERE status <> 'canceled' ORDER BY member_id, id";
    let rows = sqlx::query(select).fetch_all(conn).await?;
    let read = |row: Row| Ok(Billed { subscription_id: row.get("id")?, member_id: row.get("member_id")? });
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Forgets every id that the account gave: products, prices, customers; ends what it billed and what was about to be paid, and
/// puts its events and what was to be done there aside. The ledger stays.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn forget_objects(conn: &mut Conn, business_now: Moment, now: Moment) -> Result<(), StoreError> {
    for text in [
        "UPDATE plan SET gateway_product_id = NULL",
        "UPDATE price SET gateway_price_id = NULL",
        "UPDATE gateway_customer SET member_id = NULL",
        "UPDATE webhook_event SET state = 'quarantined' WHERE state = 'pending'",
    ] {
        sqlx::query(text).execute(&mut *conn).await?;
    }
    let subscriptions = "UPDATE subscription SET status = 'canceled', cancel_at = NULL, ended_at = $1, changed_at = $2 \
                         WHERE status <> 'canceled'";
    sqlx::query(subscriptions).bind(business_now.millis()).bind(now.millis()).execute(&mut *conn).await?;
    let checkouts = "UPDATE checkout SET state = 'expired', changed_at = $1 \
                     WHERE state = 'creating' OR state = 'open' OR state = 'settling'";
    sqlx::query(checkouts).bind(now.millis()).execute(&mut *conn).await?;
    let outbox = "UPDATE outbox SET given_up_at = $1, last_error = 'the account was changed' \
                  WHERE kind <> 'mail' AND sent_at IS NULL AND given_up_at IS NULL";
    sqlx::query(outbox).bind(now.millis()).execute(&mut *conn).await?;
    Ok(())
}
