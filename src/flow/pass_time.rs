//! What time alone brings about: rights that end or begin, old rows that are no longer needed.

use super::{Context, StoreError, recount_member};
use crate::{
    domain::time::{DAY_MILLIS, Moment},
    store,
};

/// How many members are recounted in one go.
const BATCH: i64 = 100;
/// For how long event bodies are kept, in milliseconds.
const BODY_KEPT_MILLIS: i64 = 30 * DAY_MILLIS;
/// For how long idempotency keys, attempts and budgets are remembered, in milliseconds.
const SHORTLY_KEPT_MILLIS: i64 = DAY_MILLIS;
/// For how long sessions that ended, messages that went out, unpaid checkouts and addresses that never answered are kept, in
/// milliseconds.
const KEPT_MILLIS: i64 = 30 * DAY_MILLIS;

/// Recounts the members for whom a moment has come. Says whether there were any.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn recount_due(context: &Context) -> Result<bool, StoreError> {
    let now: Moment = context.clock.business();
    let mut conn = context.store.read().await?;
    let due = store::member::list_due_for_recount(&mut conn, now, BATCH).await?;
    drop(conn);
    for member_id in &due {
        recount_member::recount_now(context, member_id, "time").await?;
    }
    Ok(!due.is_empty())
}

/// Drops what is no longer needed: what hangs on something first, people last.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn tidy(context: &Context) -> Result<(), StoreError> {
    let now = context.clock.wall();
    let shortly = now.plus_millis(-SHORTLY_KEPT_MILLIS);
    let kept = now.plus_millis(-KEPT_MILLIS);
    let mut tx = context.store.begin().await?;
    store::webhook_event::drop_bodies_before(&mut tx, now.plus_millis(-BODY_KEPT_MILLIS)).await?;
    store::idempotency::forget_before(&mut tx, shortly).await?;
    store::budget::forget_before(&mut tx, shortly).await?;
    store::session::delete_before(&mut tx, kept).await?;
    store::attempt::delete_before(&mut tx, shortly).await?;
    store::outbox::delete_before(&mut tx, kept).await?;
    store::checkout::delete_unpaid_before(&mut tx, kept).await?;
    store::person::delete_strangers_before(&mut tx, kept).await?;
    tx.commit().await
}
