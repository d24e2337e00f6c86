//! Coming back from paying. What the page's address says is not believed: the gateway is asked.

use super::{
    Context, StoreError,
    apply_payment_event::{self, ApplyError},
};
use crate::{
    domain::{
        checkout::{Checkout, CheckoutState},
        id::{CheckoutId, MemberId},
        time::HOUR_MILLIS,
    },
    store,
};

/// For how long after it was started a checkout may sign its browser in, in milliseconds.
const CLAIM_WITHIN_MILLIS: i64 = 24 * HOUR_MILLIS;

/// A checkout as its payer may see it.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The checkout.
    pub checkout: Checkout,
    /// Whether this browser may be signed in by it: it started it, and the payment made the member.
    pub may_claim: bool,
}

/// Brings a checkout up to date with the gateway. None for an unknown one, and in any other browser than the one that
/// started it: then nothing is told.
///
/// # Errors
/// [`StoreError`] from the database. A gateway that does not answer is waited for by the workers, not here.
pub async fn look(context: &Context, id: &CheckoutId, browser_hash: &str) -> Result<Option<Finished>, StoreError> {
    let Some(mut checkout) = find(context, id).await?.filter(|checkout| checkout.browser_hash == browser_hash) else {
        return Ok(None);
    };
    if matches!(checkout.state, CheckoutState::Open | CheckoutState::Settling)
        && let Some(session_id) = &checkout.gateway_session_id
    {
        match apply_payment_event::apply_checkout(context, session_id).await {
            // A worker is at it: the page looks again in a moment.
            Ok(()) | Err(ApplyError::Busy) => {}
            Err(ApplyError::Gateway(error)) => tracing::warn!(%error, "a checkout could not be looked up"),
            Err(ApplyError::Internal(error)) => return Err(error),
        }
        checkout = find(context, id).await?.unwrap_or(checkout);
    }
    let may_claim = checkout.state == CheckoutState::Paid && checkout.made_member && checkout.claimed_at.is_none();
    Ok(Some(Finished { checkout, may_claim }))
}

/// Lets the browser that started a paid checkout in as the member whom the payment made. Returns that member, exactly once.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn claim(
    context: &Context,
    id: &CheckoutId,
    browser_hash: &str,
) -> Result<Option<(MemberId, Checkout)>, StoreError> {
    let now = context.clock.wall();
    let started_after = now.plus_millis(-CLAIM_WITHIN_MILLIS);
    let mut tx = context.store.begin().await?;
    let claimed = store::checkout::claim(&mut tx, id, browser_hash, started_after, now).await?;
    let checkout = store::checkout::find(&mut tx, id).await?.filter(|_| claimed);
    tx.commit().await?;
    Ok(checkout.and_then(|checkout| Some((checkout.member_id.clone()?, checkout))))
}

async fn find(context: &Context, id: &CheckoutId) -> Result<Option<Checkout>, StoreError> {
    let mut conn = context.store.read().await?;
    store::checkout::find(&mut conn, id).await
}
