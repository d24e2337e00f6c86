//! An event of the payment gateway comes in: verify, store, then answer. Nothing in it is believed yet.

use super::{Context, StoreError};
use crate::{
    domain::{payment_event::PaymentEvent, time::Moment},
    gateway::payment::signature::{self, SignatureError},
    store::{self, webhook_event::Intake},
};

/// Why an event is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The signature is wrong: nothing was written.
    #[error("the event's signature is wrong")]
    Invalid,
    /// The signature is right, and the body is no event: nothing was written.
    #[error("the body is not an event")]
    NotAnEvent,
    /// The signature is right and too old.
    #[error("the event was signed too long ago")]
    Stale,
    /// The database did not take it: the gateway will send it again.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// What a delivery was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// New, and stored.
    Stored,
    /// Stored before.
    Duplicate,
}

/// Types that concern nobody's state here, whatever they are about.
const IGNORED: [&str; 8] =
    ["product.", "price.", "plan.", "coupon.", "payout.", "balance.", "billing_portal.", "test_helpers."];

/// Takes a delivery. When this returns, the event is stored.
///
/// # Errors
/// [`ReceiveError`].
pub async fn receive(
    context: &Context,
    secrets: &[String],
    livemode: bool,
    header: &str,
    body: &[u8],
) -> Result<Received, ReceiveError> {
    let now: Moment = context.clock.wall();
    signature::verify(header, body, secrets, now).map_err(|error| match error {
        SignatureError::Invalid => ReceiveError::Invalid,
        SignatureError::Stale => ReceiveError::Stale,
    })?;
    let text = std::str::from_utf8(body).map_err(|_| ReceiveError::NotAnEvent)?;
    let event = PaymentEvent::read(body).map_err(|_| ReceiveError::NotAnEvent)?;
    Ok(if take_in(context, &event, text, livemode).await? { Received::Stored } else { Received::Duplicate })
}

/// Stores an event that the gateway has sent or listed, and wakes the worker. Says whether it is new.
///
/// # Errors
/// [`StoreError`]; then it is not stored.
pub(super) async fn take_in(
    context: &Context,
    event: &PaymentEvent,
    body: &str,
    livemode: bool,
) -> Result<bool, StoreError> {
    let intake = intake(event, livemode);
    if intake == Intake::Quarantined {
        tracing::warn!(event = %event.id, kind = %event.kind, "an event of another mode or account is set aside");
    }
    // Stripe redelivers for three days; the event id makes this idempotent. One statement is a transaction by itself.
    let mut conn = context.store.write_once().await?;
    let is_new = store::webhook_event::insert(&mut conn, event, body, intake, context.clock.wall()).await?;
    drop(conn);
    context.wake.inbox();
    Ok(is_new)
}

fn intake(event: &PaymentEvent, livemode: bool) -> Intake {
    if event.livemode != livemode || event.account.is_some() {
        Intake::Quarantined
    } else if event.routing_key.is_none() || IGNORED.iter().any(|prefix| event.kind.starts_with(prefix)) {
        Intake::Ignored
    } else {
        Intake::Pending
    }
}
