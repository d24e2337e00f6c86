//! Working through the inbox: whoever has events that are due is fetched and applied; what fails is tried again, later and
//! later, for as long as it takes.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use super::{
    Context, StoreError,
    apply_payment_event::{self, ApplyError},
};
use crate::{domain::time::SECOND_MILLIS, gateway::payment::GatewayError, store};

/// After how long somebody else's work is looked at again, in milliseconds.
const BUSY_MILLIS: i64 = 200;
/// The longest pause between two tries, in milliseconds.
const PAUSE_MAX_MILLIS: i64 = 300 * SECOND_MILLIS;
/// The same where the gateway did not answer: once it does again, nobody waits for long.
const AWAY_PAUSE_MAX_MILLIS: i64 = 30 * SECOND_MILLIS;

/// After how many calls in a row that nobody answered the gateway counts as away: what was put off is due again once it answers.
const AWAY_AFTER: u32 = 5;

/// What the lanes of this process share: what they are at, so that no two take up the same, and whether the gateway answers. Cheap to
/// clone; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Lanes {
    in_hand: Arc<Mutex<BTreeSet<String>>>,
    unanswered: Arc<AtomicU32>,
}

/// A routing key that one lane is at, until this is dropped.
struct Held {
    key: String,
    among: Lanes,
}

impl Lanes {
    fn keys(&self) -> Vec<String> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// None when another lane is at it.
    fn hold(&self, key: String) -> Option<Held> {
        let is_free = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        is_free.then(|| Held { key, among: self.clone() })
    }

    /// Nobody answered.
    fn unanswered(&self) {
        self.unanswered.fetch_add(1, Ordering::Relaxed);
    }

    /// The gateway answered. Says whether it had been away.
    fn answered(&self) -> bool {
        self.unanswered.swap(0, Ordering::Relaxed) >= AWAY_AFTER
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.among.in_hand.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// Works on what has been due for longest and is in nobody's hands. Says whether there was anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn work(context: &Context, lanes: &Lanes) -> Result<bool, StoreError> {
    let Some(held) = take_up(context, lanes).await? else { return Ok(false) };
    // There may be more, for a lane that waits.
    context.wake.inbox();
    apply(context, lanes, &held.key).await?;
    Ok(true)
}

async fn take_up(context: &Context, lanes: &Lanes) -> Result<Option<Held>, StoreError> {
    let mut conn = context.store.read().await?;
    loop {
        let now = context.clock.wall();
        let found = store::webhook_event::find_due_key(&mut conn, now, &lanes.keys()).await?;
        let Some(key) = found else { return Ok(None) };
        if let Some(held) = lanes.hold(key) {
            return Ok(Some(held));
        }
    }
}

/// Applies what is about one key, or puts it off.
async fn apply(context: &Context, lanes: &Lanes, key: &str) -> Result<(), StoreError> {
    match apply_payment_event::apply(context, key).await {
        Ok(()) if lanes.answered() => hurry(context).await,
        Ok(()) => Ok(()),
        Err(ApplyError::Busy) => wait(context, key).await,
        Err(ApplyError::Internal(error)) if error.is_unavailable() => Err(error),
        Err(error) => {
            if is_away(&error) {
                lanes.unanswered();
            }
            fail(context, key, &error).await
        }
    }
}

fn is_away(error: &ApplyError) -> bool {
    matches!(error, ApplyError::Gateway(GatewayError::Unknown(_)))
}

/// The gateway is back: nobody waits for the end of a pause.
async fn hurry(context: &Context) -> Result<(), StoreError> {
    let mut tx = context.store.begin().await?;
    store::webhook_event::hurry(&mut tx, context.clock.wall()).await?;
    tx.commit().await?;
    context.wake.inbox();
    Ok(())
}

async fn fail(context: &Context, key: &str, error: &ApplyError) -> Result<(), StoreError> {
    let mut conn = context.store.read().await?;
    let attempts = store::webhook_event::max_attempts(&mut conn, key).await?;
    drop(conn);
    tracing::warn!(%error, attempts, "a payment event could not be applied yet");
    let pause_max = if is_away(error) { AWAY_PAUSE_MAX_MILLIS } else { PAUSE_MAX_MILLIS };
    put_off(context, key, pause_millis(attempts).min(pause_max), &error.to_string()).await
}

/// The pause after a number of tries, in milliseconds: doubling from half a second to five minutes.
pub(super) fn pause_millis(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or(20);
    (500_i64 << doublings).min(PAUSE_MAX_MILLIS)
}

/// Somebody else is at it: that is no failure.
async fn wait(context: &Context, key: &str) -> Result<(), StoreError> {
    let due_at = context.clock.wall().plus_millis(BUSY_MILLIS);
    let mut tx = context.store.begin().await?;
    store::webhook_event::put_off(&mut tx, key, due_at).await?;
    tx.commit().await
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
    fn a_key_is_in_one_hand() {
        let lanes = Lanes::default();
        let held = lanes.clone().hold("cus_1".to_owned());
        assert!(held.is_some() && lanes.hold("cus_1".to_owned()).is_none());
        assert!(lanes.hold("cus_2".to_owned()).is_some());
        assert_eq!(lanes.keys(), ["cus_1"], "the other was let go of");
        drop(held);
        assert!(lanes.keys().is_empty());
    }

    #[test]
    fn the_gateway_is_back_after_it_was_away() {
        let lanes = Lanes::default();
        lanes.unanswered();
        assert!(!lanes.answered(), "one call that was lost is no outage");
        (0..AWAY_AFTER).for_each(|_| lanes.clone().unanswered());
        assert!(lanes.answered() && !lanes.answered());
    }

    #[test]
    fn the_pause_doubles_up_to_five_minutes() {
        assert_eq!([0, 1, 4, 9, 10, 1_000].map(pause_millis), [500, 1_000, 8_000, 256_000, 300_000, 300_000]);
    }
}
