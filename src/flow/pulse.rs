//! Whether the loops of this process are alive: each tells when it begins a turn.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The last sign of life of each loop. Cheap to clone; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<Mutex<BTreeMap<&'static str, Beat>>>);

#[derive(Debug)]
struct Beat {
    at: Instant,
    bound: Duration,
}

impl Pulse {
    /// A loop is alive at a moment, and will tell again within a bound.
    pub fn beat(&self, name: &'static str, at: Instant, bound: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, Beat { at, bound });
    }

    /// The loops that should have told again by a moment, and have not.
    pub fn silent(&self, now: Instant) -> Vec<&'static str> {
        let beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_silent = |beat: &Beat| now.saturating_duration_since(beat.at) > beat.bound;
        beats.iter().filter(|(_, beat)| is_silent(beat)).map(|(name, _)| *name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_tell_in_time_is_silent() {
        let (pulse, began) = (Pulse::default(), Instant::now());
        let second = Duration::from_secs(1);
        pulse.beat("inbox", began, second * 10);
        pulse.beat("outbox", began, second * 60);
        assert_eq!(pulse.silent(began + second * 10), [""; 0]);
        assert_eq!(pulse.clone().silent(began + second * 11), ["inbox"]);
        pulse.beat("inbox", began + second * 11, second * 10);
        assert_eq!(pulse.silent(began + second * 12), [""; 0]);
    }
}
