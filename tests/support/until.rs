//! Waiting for a condition, with a bound.

use std::{
    future::Future,
    time::{Duration, Instant},
};

/// How long anything may take that happens by itself; far more than it needs, so that a slow machine fails nothing.
const BOUND: Duration = Duration::from_secs(20);

/// Asks until there is an answer; panics with `what` when there is none in time.
pub async fn until<T, Asked: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> Asked) -> T {
    let deadline = Instant::now() + BOUND;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited {} s in vain for: {what}", BOUND.as_secs());
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
}
