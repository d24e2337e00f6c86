//! Loops. Each waits for a bell or a while, and works until nothing is left; a database that is away is waited for.

use std::{future::Future, time::Duration};

use tokio::{sync::watch, task::JoinHandle};

use crate::flow::{
    Context, Mailer, StoreError, deliver_outbox, fold_counter, pass_time, publish_keys,
    read_counter::Counters,
    replay_events::{self, Pace, ReplayError},
    work_inbox,
};

/// How long a loop sleeps when no bell rings: another node may have left work.
const SLEEP: Duration = Duration::from_millis(500);
/// How long it sleeps after a failure.
const SLEEP_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// How often the signing keys are looked at: a revoked one is to be gone soon.
const KEYS_EVERY: Duration = Duration::from_secs(2);
/// How often old rows are dropped.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);

/// How the gateway's list of events is read.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    /// How much at a time.
    pub pace: Pace,
    /// How often.
    pub every: Duration,
}

impl Listening {
    /// Webhooks come, and what they do not bring is looked for.
    pub const BESIDE_WEBHOOKS: Self = Self { pace: Pace::BESIDE_WEBHOOKS, every: Duration::from_secs(300) };
    /// No webhook can come.
    pub const INSTEAD_OF_WEBHOOKS: Self = Self { pace: Pace::INSTEAD_OF_WEBHOOKS, every: Duration::from_secs(1) };
}

/// What workers are given.
#[derive(Clone)]
pub struct Workers {
    /// What flows are given.
    pub context: Context,
    /// Where counters are published.
    pub counters: Counters,
    /// Where mail goes.
    pub mailer: Mailer,
    /// How the gateway's list of events is read.
    pub listening: Listening,
}

/// Loops that run.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Ends the loops once each has finished what it is at.
    pub async fn stop(self) {
        // Fails only when every loop has ended already.
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

impl Workers {
    /// Starts all loops.
    pub fn start(self) -> Running {
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            self.inbox(stopped.clone()),
            self.outbox(stopped.clone()),
            self.counter(stopped.clone()),
            self.schedule(stopped.clone()),
            self.keys(stopped.clone()),
            self.events(stopped.clone()),
            self.tidy(stopped),
        ];
        Running { stop, tasks }
    }

    fn inbox(&self, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
        let (context, bell) = (self.context.clone(), self.context.wake.clone());
        let work = move || {
            let context = context.clone();
            async move { work_inbox::work(&context).await }
        };
        spawn("inbox", stopped, move || rung(bell.clone(), Bell::Inbox), work)
    }

    fn outbox(&self, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
        let (workers, bell) = (self.clone(), self.context.wake.clone());
        let work = move || {
            let Self { context, counters, mailer, .. } = workers.clone();
            async move { deliver_outbox::deliver(&context, &mailer, &counters.newsroom()).await }
        };
        spawn("outbox", stopped, move || rung(bell.clone(), Bell::Outbox), work)
    }

    fn counter(&self, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
        let (workers, bell) = (self.clone(), self.context.wake.clone());
        let work = move || {
            let Self { context, counters, .. } = workers.clone();
            async move {
                fold_counter::fold(&context).await?;
                counters.publish(&context).await?;
                Ok(false)
            }
        };
        spawn("counter", stopped, move || rung(bell.clone(), Bell::Counter), work)
    }

    fn schedule(&self, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
        let context = self.context.clone();
        let work = move || {
            let context = context.clone();
            async move { pass_time::recount_due(&context).await }
        };
        spawn("schedule", stopped, || tokio::time::sleep(SLEEP), work)
    }

    /// Follows keys that another node or the command line has rotated or revoked.
    fn keys(&self, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
        let context = self.context.clone();
        let work = move || {
            let context = context.clone();
            async move {
                if let Err(error) = publish_keys::refresh(&context).await {
                    tracing::error!(%error, "the signing keys could not be read anew");
                }
                Ok(false)
            }
        };
        spawn("keys", stopped, || tokio::time::sleep(KEYS_EVERY), work)
    }

    /// Looks for events that no webhook has brought.
    fn events(&self, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
        let (context, Listening { pace, every }) = (self.context.clone(), self.listening);
        let work = move || {
            let context = context.clone();
            async move {
                match replay_events::replay(&context, &pace).await {
                    Ok(replayed) => Ok(replayed.more),
                    Err(ReplayError::Internal(error)) => Err(error),
                    Err(ReplayError::Gateway(error)) => {
                        tracing::warn!(%error, "the gateway's events could not be listed");
                        Ok(false)
                    }
                }
            }
        };
        spawn("events", stopped, move || tokio::time::sleep(every), work)
    }

    fn tidy(&self, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
        let context = self.context.clone();
        let work = move || {
            let context = context.clone();
            async move {
                pass_time::tidy(&context).await?;
                if let Err(error) = publish_keys::ensure(&context).await {
                    tracing::error!(%error, "the signing keys could not be looked after");
                }
                Ok(false)
            }
        };
        spawn("tidy", stopped, || tokio::time::sleep(TIDY_EVERY), work)
    }
}

enum Bell {
    Inbox,
    Outbox,
    Counter,
}

/// Waits for a bell, at most for [`SLEEP`].
async fn rung(wake: crate::flow::Wake, bell: Bell) {
    let ring = async {
        match bell {
            Bell::Inbox => wake.inbox_rung().await,
            Bell::Outbox => wake.outbox_rung().await,
            Bell::Counter => wake.counter_rung().await,
        }
    };
    // Running out of time is the other way to be woken.
    let _ = tokio::time::timeout(SLEEP, ring).await;
}

fn spawn<Wait, WaitFuture, Work, WorkFuture>(
    name: &'static str,
    mut stopped: watch::Receiver<bool>,
    wait: Wait,
    work: Work,
) -> JoinHandle<()>
where
    Wait: Fn() -> WaitFuture + Send + 'static,
    WaitFuture: Future<Output = ()> + Send,
    Work: Fn() -> WorkFuture + Send + 'static,
    WorkFuture: Future<Output = Result<bool, StoreError>> + Send,
{
    tokio::spawn(async move {
        while !*stopped.borrow() {
            match work().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, worker = name, "a worker waits");
                    tokio::time::sleep(SLEEP_AFTER_FAILURE).await;
                }
            }
            tokio::select! {
                () = wait() => {}
                _ = stopped.changed() => {}
            }
        }
    })
}
