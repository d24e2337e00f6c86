//! Loops. Each waits for a bell or a while, and works until nothing is left; a database that is away is waited for.

use std::{future::Future, time::Duration};

use tokio::{sync::watch, task::JoinHandle};

use crate::{
    domain::newsroom::Newsroom,
    flow::{
        Context, Mailer, StoreError, deliver_outbox, fold_counter, pass_time, publish_keys, read_counter::Counters,
        work_inbox,
    },
};

/// How long a loop sleeps when no bell rings: another node may have left work.
const SLEEP: Duration = Duration::from_millis(500);
/// How long it sleeps after a failure.
const SLEEP_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// How often old rows are dropped.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);

/// What workers are given.
#[derive(Clone)]
pub struct Workers {
    /// What flows are given.
    pub context: Context,
    /// Where counters are published.
    pub counters: Counters,
    /// Where mail goes.
    pub mailer: Mailer,
    /// How the newsroom presents itself.
    pub newsroom: Newsroom,
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
        let mut tasks = Vec::new();
        let mut add = |task| tasks.push(task);
        let Self { context, counters, mailer, newsroom } = self;

        let (own, bell) = (context.clone(), context.wake.clone());
        add(spawn(
            "inbox",
            stopped.clone(),
            move || rung(bell.clone(), Bell::Inbox),
            move || {
                let context = own.clone();
                async move { work_inbox::work(&context).await }
            },
        ));
        let (own, bell) = (context.clone(), context.wake.clone());
        add(spawn(
            "outbox",
            stopped.clone(),
            move || rung(bell.clone(), Bell::Outbox),
            move || {
                let (context, mailer, newsroom) = (own.clone(), mailer.clone(), newsroom.clone());
                async move { deliver_outbox::deliver(&context, &mailer, &newsroom).await }
            },
        ));
        let (own, bell) = (context.clone(), context.wake.clone());
        add(spawn(
            "counter",
            stopped.clone(),
            move || rung(bell.clone(), Bell::Counter),
            move || {
                let (context, counters) = (own.clone(), counters.clone());
                async move {
                    fold_counter::fold(&context).await?;
                    counters.publish(&context).await?;
                    Ok(false)
                }
            },
        ));
        let own = context.clone();
        add(spawn(
            "schedule",
            stopped.clone(),
            || tokio::time::sleep(SLEEP),
            move || {
                let context = own.clone();
                async move { pass_time::recount_due(&context).await }
            },
        ));
        add(spawn(
            "tidy",
            stopped,
            || tokio::time::sleep(TIDY_EVERY),
            move || {
                let context = context.clone();
                async move {
                    pass_time::tidy(&context).await?;
                    if let Err(error) = publish_keys::ensure(&context).await {
                        tracing::error!(%error, "the signing keys could not be looked after");
                    }
                    Ok(false)
                }
            },
        ));
        Running { stop, tasks }
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
