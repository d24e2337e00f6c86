//! A budget for starting checkouts: card testers try many; a reader tries once or twice.

use super::{Context, StoreError, spend};

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

/// Takes one from a client's budget.
///
/// # Errors
/// [`LimitError`].
pub async fn take(context: &Context, client: &str) -> Result<(), LimitError> {
    let mut tx = context.store.begin().await?;
    let spent = spend::hourly(context, &mut tx, "checkout_client", client).await?;
    tx.commit().await?;
    if spent.used > context.settings.limits.checkouts_per_client_hour {
        return Err(LimitError::UsedUp { retry_after_seconds: spent.retry_after_seconds });
    }
    Ok(())
}
