//! Waking workers, so that work begins at once instead of at the next look.

use std::sync::Arc;

use tokio::sync::Notify;

/// Bells for the workers. Ringing one that nobody waits for is remembered once.
#[derive(Clone, Debug, Default)]
pub struct Wake {
    inbox: Arc<Notify>,
    outbox: Arc<Notify>,
    mail: Arc<Notify>,
    counter: Arc<Notify>,
}

impl Wake {
    /// An event came in.
    pub fn inbox(&self) {
        self.inbox.notify_one();
    }

    /// A message was posted.
    pub fn outbox(&self) {
        self.outbox.notify_one();
        self.mail.notify_one();
    }

    /// A campaign's ledger grew, or a campaign changed.
    pub fn counter(&self) {
        self.counter.notify_one();
    }

    /// Waits for [`Wake::inbox`].
    pub async fn inbox_rung(&self) {
        self.inbox.notified().await;
    }

    /// Waits for [`Wake::outbox`].
    pub async fn outbox_rung(&self) {
        self.outbox.notified().await;
    }

    /// Waits for [`Wake::outbox`], for whoever sends mail.
    pub async fn mail_rung(&self) {
        self.mail.notified().await;
    }

    /// Waits for [`Wake::counter`].
    pub async fn counter_rung(&self) {
        self.counter.notified().await;
    }
}
