//! Loops. Each waits for a bell or a while, and works until nothing is left; a database that is away is waited for.

mod turn;

use std::{future::Future, time::Duration};

use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::flow::{
    Context, Mailer, Phase, StoreError, Wake, apply_gift, deliver_outbox, fold_counter, pass_time,
    prepare_payments::{self, PrepareError},
    publish_keys::{self, KeysError},
    read_counter::Counters,
    replay_events::{self, Pace, ReplayError},
    sweep_objects::{self, SweepError},
    take_up_cancellation, tell_member, tell_of_end,
    work_inbox::{self, Lanes},
};
use turn::Rhythm;

/// How long a loop sleeps when no bell rings: another node may have left work.
const SLEEP: Duration = Duration::from_millis(500);
/// How often lanes of the inbox look by themselves that the first one wakes.
const LANE_LOOKS_EVERY: Duration = Duration::from_secs(30);
/// The lanes of the inbox: how many customers are worked on at once. Each waits for the gateway most of the time; it answers a hundred
/// reads a second, and would refuse more.
const LANES: [&str; 8] = ["inbox", "inbox 2", "inbox 3", "inbox 4", "inbox 5", "inbox 6", "inbox 7", "inbox 8"];
/// How often the signing keys are looked at: a revoked one is to be gone soon.
const KEYS_EVERY: Duration = Duration::from_secs(2);
/// How often it is looked whether other plans or prices were declared.
const CATALOGUE_EVERY: Duration = Duration::from_secs(10);
/// How often it is looked whether a day has passed since the last comparison with the gateway.
const SWEEP_LOOK_EVERY: Duration = Duration::from_secs(60);
/// How often old rows are dropped.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// The longest turn of a loop that speaks to the database alone.
const DATABASE_TURN_MAX: Duration = Duration::from_secs(120);
/// The longest turn of a loop that also speaks to the outside world, once for each of a batch.
const OUTSIDE_TURN_MAX: Duration = Duration::from_secs(900);
/// How long a loop may take to let go of its leases once time is over.
const LET_GO: Duration = Duration::from_secs(5);

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

/// Which loops a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// All of them.
    Everything,
    /// What every process that serves needs for itself: the counters as others have folded them, and the signing keys.
    Web,
}

/// Loops that run.
pub struct Running {
    context: Context,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Ends the loops once each has finished what it is at; after `bound` they let go of it, with its lease.
    pub async fn stop(mut self, bound: Duration) {
        self.context.stop.advance(Phase::Asked);
        if timeout(bound, self.ended()).await.is_ok() {
            return;
        }
        tracing::warn!("workers are told to let go of what they are at");
        self.context.stop.advance(Phase::Cut);
        if timeout(LET_GO, self.ended()).await.is_err() {
            tracing::error!("workers did not end; their leases run out by themselves");
            self.tasks.iter().for_each(JoinHandle::abort);
        }
    }

    async fn ended(&mut self) {
        while let Some(task) = self.tasks.last_mut() {
            // A task that panicked has ended too.
            let _ = task.await;
            self.tasks.pop();
        }
    }
}

impl Workers {
    /// Starts the loops of a duty.
    pub fn start(self, duty: Duty) -> Running {
        let tasks = match duty {
            Duty::Everything => {
                let mut tasks = self.inbox();
                tasks.extend([
                    self.outbox(),
                    self.mail(),
                    self.counter(),
                    self.schedule(),
                    self.tidy(),
                    self.keys(),
                    self.events(),
                    self.sweep(),
                    self.catalogue(),
                ]);
                tasks
            }
            Duty::Web => vec![self.published(), self.keys()],
        };
        Running { context: self.context, tasks }
    }

    /// A customer whom the gateway is slow about holds up nobody else.
    fn inbox(&self) -> Vec<JoinHandle<()>> {
        let lanes = Lanes::default();
        let lane = |(place, name): (usize, &'static str)| {
            let is_first = place == 0;
            let (wake, lanes) = (self.context.wake.clone(), lanes.clone());
            let sleep_max = if is_first { SLEEP } else { LANE_LOOKS_EVERY };
            let wait = move || rung(sleep_max, wake.clone(), |wake: Wake| async move { wake.inbox_rung().await });
            let rhythm = Rhythm { name, turn_max: OUTSIDE_TURN_MAX, sleep_max };
            self.start_one(rhythm, wait, move |workers| {
                let lanes = lanes.clone();
                async move {
                    match work_inbox::work(&workers.context, &lanes).await {
                        // One of them says so, and goes on asking.
                        Err(error) if error.is_unavailable() && !is_first => Ok(false),
                        worked => worked,
                    }
                }
            })
        };
        LANES.into_iter().enumerate().map(lane).collect()
    }

    fn outbox(&self) -> JoinHandle<()> {
        let wake = self.context.wake.clone();
        let wait = move || rung(SLEEP, wake.clone(), |wake: Wake| async move { wake.outbox_rung().await });
        let rhythm = Rhythm { name: "outbox", turn_max: OUTSIDE_TURN_MAX, sleep_max: SLEEP };
        self.start_one(rhythm, wait, |workers| async move { deliver_outbox::deliver_calls(&workers.context).await })
    }

    /// Apart from the rest of the outbox: a mail server that is slow holds up nothing but mail.
    fn mail(&self) -> JoinHandle<()> {
        let wake = self.context.wake.clone();
        let wait = move || rung(SLEEP, wake.clone(), |wake: Wake| async move { wake.mail_rung().await });
        let rhythm = Rhythm { name: "mail", turn_max: OUTSIDE_TURN_MAX, sleep_max: SLEEP };
        self.start_one(rhythm, wait, |Self { context, counters, mailer, .. }| async move {
            deliver_outbox::deliver_mail(&context, &mailer, &counters.newsroom()).await
        })
    }

    fn counter(&self) -> JoinHandle<()> {
        let wake = self.context.wake.clone();
        let wait = move || rung(SLEEP, wake.clone(), |wake: Wake| async move { wake.counter_rung().await });
        let rhythm = Rhythm { name: "counter", turn_max: DATABASE_TURN_MAX, sleep_max: SLEEP };
        self.start_one(rhythm, wait, |Self { context, counters, .. }| async move {
            fold_counter::fold(&context).await?;
            counters.publish(&context).await?;
            Ok(false)
        })
    }

    /// Counters that another process folds.
    fn published(&self) -> JoinHandle<()> {
        let rhythm = Rhythm { name: "counter", turn_max: DATABASE_TURN_MAX, sleep_max: SLEEP };
        self.start_one(
            rhythm,
            || sleep(SLEEP),
            |Self { context, counters, .. }| async move {
                counters.publish(&context).await?;
                Ok(false)
            },
        )
    }

    fn schedule(&self) -> JoinHandle<()> {
        let rhythm = Rhythm { name: "schedule", turn_max: DATABASE_TURN_MAX, sleep_max: SLEEP };
        self.start_one(
            rhythm,
            || sleep(SLEEP),
            |Self { context, .. }| async move {
                let declared = take_up_cancellation::take_up(&context).await?;
                let sent = apply_gift::send_due(&context).await?;
                let told = tell_member::tell_due(&context).await? || tell_of_end::tell(&context).await? || sent;
                Ok(pass_time::recount_due(&context).await? || declared || told)
            },
        )
    }

    fn tidy(&self) -> JoinHandle<()> {
        let rhythm = Rhythm { name: "tidy", turn_max: DATABASE_TURN_MAX, sleep_max: TIDY_EVERY };
        self.start_one(
            rhythm,
            || sleep(TIDY_EVERY),
            |workers| async move {
                pass_time::tidy(&workers.context).await?;
                looked_after(publish_keys::ensure(&workers.context).await)
            },
        )
    }

    /// Looks for events that no webhook has brought.
    fn events(&self) -> JoinHandle<()> {
        let Listening { every, .. } = self.listening;
        let rhythm = Rhythm { name: "events", turn_max: OUTSIDE_TURN_MAX, sleep_max: every };
        let work = |workers: Self| async move {
            listened(replay_events::replay(&workers.context, &workers.listening.pace).await)
        };
        self.start_one(rhythm, move || sleep(every), work)
    }

    /// Compares everything at the gateway with what is stored, once a day.
    fn sweep(&self) -> JoinHandle<()> {
        let rhythm = Rhythm { name: "sweep", turn_max: OUTSIDE_TURN_MAX, sleep_max: SWEEP_LOOK_EVERY };
        let work = |workers: Self| async move { swept(sweep_objects::work(&workers.context).await) };
        self.start_one(rhythm, || sleep(SWEEP_LOOK_EVERY), work)
    }

    /// Takes to the gateway what was declared anew.
    fn catalogue(&self) -> JoinHandle<()> {
        let rhythm = Rhythm { name: "catalogue", turn_max: OUTSIDE_TURN_MAX, sleep_max: CATALOGUE_EVERY };
        // A start furnishes by itself: the first look comes after it.
        let work = |Self { context, .. }| async move {
            tokio::select! {
                () = sleep(CATALOGUE_EVERY) => furnished(prepare_payments::furnish_if_changed(&context).await),
                () = context.stop.reached(Phase::Asked) => Ok(false),
            }
        };
        self.start_one(rhythm, || std::future::ready(()), work)
    }

    /// Follows keys that another process has made, rotated or revoked.
    fn keys(&self) -> JoinHandle<()> {
        let rhythm = Rhythm { name: "keys", turn_max: DATABASE_TURN_MAX, sleep_max: KEYS_EVERY };
        self.start_one(
            rhythm,
            || sleep(KEYS_EVERY),
            |workers| async move { looked_after(publish_keys::refresh(&workers.context).await) },
        )
    }

    fn start_one<Wait, WaitFuture, Work, WorkFuture>(&self, rhythm: Rhythm, wait: Wait, work: Work) -> JoinHandle<()>
    where
        Wait: Fn() -> WaitFuture + Send + 'static,
        WaitFuture: Future<Output = ()> + Send,
        Work: Fn(Self) -> WorkFuture + Send + 'static,
        WorkFuture: Future<Output = Result<bool, StoreError>> + Send,
    {
        let workers = self.clone();
        turn::start(&self.context, rhythm, wait, move || work(workers.clone()))
    }
}

/// Waits for a bell, at most for so long.
async fn rung<Ring>(sleep_max: Duration, wake: Wake, ring: impl FnOnce(Wake) -> Ring)
where
    Ring: Future<Output = ()>,
{
    // Running out of time is the other way to be woken.
    let _ = timeout(sleep_max, ring(wake)).await;
}

fn listened(replayed: Result<replay_events::Replayed, ReplayError>) -> Result<bool, StoreError> {
    match replayed {
        Ok(replayed) => Ok(replayed.more),
        Err(ReplayError::Internal(error)) => Err(error),
        Err(ReplayError::Gateway(error)) => {
            tracing::warn!(%error, "the gateway's events could not be listed");
            Ok(false)
        }
    }
}

fn swept(more: Result<bool, SweepError>) -> Result<bool, StoreError> {
    match more {
        Ok(more) => Ok(more),
        Err(SweepError::Internal(error)) => Err(error),
        Err(SweepError::Gateway(error)) => {
            tracing::warn!(%error, "the gateway's subscriptions could not be compared");
            Ok(false)
        }
    }
}

fn furnished(furnished: Result<(), PrepareError>) -> Result<bool, StoreError> {
    match furnished {
        Ok(()) => Ok(false),
        Err(PrepareError::Internal(error)) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "plans and prices are not all at the gateway yet");
            Ok(false)
        }
    }
}

fn looked_after(keys: Result<(), KeysError>) -> Result<bool, StoreError> {
    match keys {
        Ok(()) => Ok(false),
        Err(KeysError::Internal(error)) => Err(error),
        Err(error) => {
            tracing::error!(%error, "the signing keys could not be looked after");
            Ok(false)
        }
    }
}
