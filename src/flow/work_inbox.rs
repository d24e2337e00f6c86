//! Working through the inbox: whoever has events that are due is fetched and applied; what fails is tried again, later and
//! later, for as long as it takes.

use super::{
    Context, Phase, StoreError,
    apply_payment_event::{self, ApplyError},
};
use crate::{domain::time::SECOND_MILLIS, store};

/// How many customers are worked on in one go.
const BATCH: i64 = 32;
/// After how long somebody else's work is looked at again, in milliseconds.
const BUSY_MILLIS: i64 = 200;
/// The longest pause between two tries, in milliseconds.
const PAUSE_MAX_MILLIS: i64 = 300 * SECOND_MILLIS;

/// Works through what is due. Says whether there was anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn work(context: &Context) -> Result<bool, StoreError> {
    let mut conn = context.store.read().await?;
    let keys = store::webhook_event::list_due_keys(&mut conn, context.clock.wall(), BATCH).await?;
    drop(conn);
    for key in &keys {
        if context.stop.has_reached(Phase::Asked) {
            break;
        }
        match apply_payment_event::apply(context, key).await {
            Ok(()) => {}
            Err(ApplyError::Busy) => put_off(context, key, BUSY_MILLIS, "busy").await?,
            Err(ApplyError::Internal(error)) if error.is_unavailable() => return Err(error),
            Err(error) => fail(context, key, &error).await?,
        }
    }
    Ok(!keys.is_empty())
}

async fn fail(context: &Context, key: &str, error: &ApplyError) -> Result<(), StoreError> {
    let mut conn = context.store.read().await?;
    let attempts = store::webhook_event::max_attempts(&mut conn, key).await?;
    drop(conn);
    tracing::warn!(%error, attempts, "a payment event could not be applied yet");
    put_off(context, key, pause_millis(attempts), &error.to_string()).await
}

/// The pause after a number of tries, in milliseconds: doubling from half a second to five minutes.
pub(super) fn pause_millis(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or(20);
    (500_i64 << doublings).min(PAUSE_MAX_MILLIS)
}

async fn put_off(context: &Context, key: &str, millis: i64, reason: &str) -> Result<(), StoreError> {
    let due_at = context.clock.wall().plus_millis(millis);
    let mut tx = context.store.begin().await?;
    store::webhook_event::retry_at(&mut tx, key, due_at, reason).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_five_minutes() {
        assert_eq!([0, 1, 4, 9, 10, 1_000].map(pause_millis), [500, 1_000, 8_000, 256_000, 300_000, 300_000]);
    }
}
