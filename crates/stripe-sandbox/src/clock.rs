//! The sandbox's clock: real time and an offset that only grows.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Real time, in unix milliseconds.
pub fn wall_now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// A handle on the clock that everything in the sandbox goes by; copies share it.
#[derive(Debug, Clone, Default)]
pub struct SandboxClock {
    offset_ms: Arc<AtomicI64>,
}

impl SandboxClock {
    /// The sandbox's time, in unix milliseconds.
    pub fn now_unix_millis(&self) -> i64 {
        wall_now_ms() + self.offset_ms.load(Ordering::SeqCst)
    }

    pub(crate) fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::SeqCst);
    }
}

/// How far the clock of a running sandbox is ahead of real time, in milliseconds, asked over its address.
///
/// # Errors
/// It does not answer, or what answers is no sandbox.
pub async fn ahead_ms(url: &str) -> Result<i64, reqwest::Error> {
    #[derive(serde::Deserialize)]
    struct Answer {
        offset_seconds: i64,
    }
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
    let address = format!("{}/_sandbox/clock", url.trim_end_matches('/'));
    let answer: Answer = client.get(address).send().await?.error_for_status()?.json().await?;
    Ok(answer.offset_seconds * 1000)
}
