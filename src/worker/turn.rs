//! One loop: turn after turn, until told to stop. A turn that fails, panics or takes too long is told, and the next one comes.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::flow::{Context, Phase, StoreError};

/// How long a loop sleeps after a failure.
const SLEEP_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// By how much a sign of life may come late, beyond the longest turn and the longest sleep.
const PULSE_SLACK: Duration = Duration::from_secs(30);

/// What a loop is called, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    /// Its name in logs and in `/readyz`.
    pub name: &'static str,
    /// The longest that one turn may take.
    pub turn_max: Duration,
    /// The longest that it sleeps between two.
    pub sleep_max: Duration,
}

/// Starts a loop: `work` says whether it is to come again at once, `wait` ends when there may be something to do.
pub fn start<Wait, WaitFuture, Work, WorkFuture>(
    context: &Context,
    rhythm: Rhythm,
    wait: Wait,
    work: Work,
) -> JoinHandle<()>
where
    Wait: Fn() -> WaitFuture + Send + 'static,
    WaitFuture: Future<Output = ()> + Send,
    Work: Fn() -> WorkFuture + Send + 'static,
    WorkFuture: Future<Output = Result<bool, StoreError>> + Send,
{
    let (stop, pulse) = (context.stop.clone(), context.pulse.clone());
    let bound = rhythm.turn_max + rhythm.sleep_max + PULSE_SLACK;
    tokio::spawn(async move {
        while !stop.has_reached(Phase::Asked) {
            pulse.beat(rhythm.name, Instant::now(), bound);
            let is_well = match turn(rhythm, work()).await {
                Some(true) => continue,
                Some(false) => true,
                None => false,
            };
            tokio::select! {
                () = wait(), if is_well => {}
                () = sleep(SLEEP_AFTER_FAILURE), if !is_well => {}
                () = stop.reached(Phase::Asked) => {}
            }
        }
    })
}

/// One turn: whether to come again at once; none when it went wrong, which is told here.
async fn turn(rhythm: Rhythm, work: impl Future<Output = Result<bool, StoreError>>) -> Option<bool> {
    let Rhythm { name, turn_max, .. } = rhythm;
    // A loop outlives a turn that panics: the next message or event may be a better one.
    match timeout(turn_max, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(Ok(again))) => return Some(again),
        Ok(Ok(Err(error))) => tracing::warn!(%error, worker = name, "a worker waits"),
        Ok(Err(_)) => tracing::error!(worker = name, "a worker's turn panicked"),
        Err(_) => tracing::error!(worker = name, seconds = turn_max.as_secs(), "a worker's turn took too long"),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const RHYTHM: Rhythm =
        Rhythm { name: "tried", turn_max: Duration::from_millis(20), sleep_max: Duration::from_millis(1) };

    #[tokio::test]
    async fn a_turn_that_goes_wrong_is_only_a_turn() {
        assert_eq!(turn(RHYTHM, async { Ok(true) }).await, Some(true));
        assert_eq!(turn(RHYTHM, async { Err(StoreError::SchemaBehind) }).await, None);
        assert_eq!(turn(RHYTHM, std::future::pending()).await, None);
        let panics = async {
            assert!(std::hint::black_box(false), "a turn that panics on purpose");
            Ok(false)
        };
        assert_eq!(turn(RHYTHM, panics).await, None);
    }
}
