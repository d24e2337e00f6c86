//! Budgets for starting checkouts: card testers try many cards, from one place or from many; a reader tries once or twice.

use super::{Context, StoreError, check_out::Order, spend};
use crate::store::Conn;

/// Why no checkout may be started now.
#[derive(Debug, thiserror::Error)]
pub enum LimitError {
    /// The budget is used up for now.
    #[error("too many checkouts from this address")]
    UsedUp {
        /// After how many seconds there is a new one.
        retry_after_seconds: u64,
    },
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Takes one from a client's budget: before anything else is looked at.
///
/// # Errors
/// [`LimitError`].
pub async fn take(context: &Context, client: &str) -> Result<(), LimitError> {
    let mut tx = context.store.begin().await?;
    let taken =
        take_one(context, &mut tx, "checkout_client", client, context.settings.limits.checkouts_per_client_hour);
    let outcome = taken.await;
    tx.commit().await?;
    outcome
}

/// Takes one from the budgets of whoever is to pay, and of everybody, for a new checkout. An address that has a membership has the same
/// budget as one that has none.
///
/// # Errors
/// [`LimitError`]; then the caller's transaction is not to commit.
pub(super) async fn take_for(context: &Context, conn: &mut Conn, order: &Order) -> Result<(), LimitError> {
    let limits = &context.settings.limits;
    let member = order.member_id.as_ref().map(ToString::to_string);
    let payer = member.or_else(|| order.email.as_ref().map(|email| email.key().to_owned())).unwrap_or_default();
    take_one(context, conn, "checkout_payer", &payer, limits.checkouts_per_address_hour).await?;
    take_one(context, conn, "checkout_total", "", limits.checkouts_total_hour).await
}

async fn take_one(context: &Context, conn: &mut Conn, name: &str, subject: &str, most: i64) -> Result<(), LimitError> {
    let spent = spend::hourly(context, conn, name, subject).await?;
    if spent.used > most {
        return Err(LimitError::UsedUp { retry_after_seconds: spent.retry_after_seconds });
    }
    Ok(())
}
