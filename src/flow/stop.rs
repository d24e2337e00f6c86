//! How far stopping has gone: what serves, what works and who asks whether all is well follow it.

use std::sync::Arc;

use tokio::sync::watch;

/// How far stopping has gone; it only goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Nobody has asked.
    Runs,
    /// It will stop soon: it says that it is not ready, and serves as before.
    Announced,
    /// Nothing new is begun; what is begun is finished.
    Asked,
    /// The time for finishing is over: what is under way is let go of, with its lease.
    Cut,
}

/// A flag that everybody sees who holds a clone.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<Phase>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Runs)))
    }
}

impl Stop {
    /// Goes on to a phase; going back does nothing.
    pub fn advance(&self, to: Phase) {
        self.0.send_if_modified(|phase| {
            let is_later = to > *phase;
            if is_later {
                *phase = to;
            }
            is_later
        });
    }

    /// Whether it has come to a phase, or beyond.
    pub fn has_reached(&self, phase: Phase) -> bool {
        *self.0.borrow() >= phase
    }

    /// Waits until it has come to a phase.
    pub async fn reached(&self, phase: Phase) {
        // Fails only when there is no sender any more, and this holds it.
        let _ = self.0.subscribe().wait_for(|now| *now >= phase).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_only_goes_forward() {
        let stop = Stop::default();
        assert!(!stop.has_reached(Phase::Announced));
        stop.clone().advance(Phase::Asked);
        stop.advance(Phase::Announced);
        assert!(stop.has_reached(Phase::Asked) && !stop.has_reached(Phase::Cut));
        stop.reached(Phase::Announced).await;
    }
}
