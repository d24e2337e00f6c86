//! What all parts of a running sandbox share.

use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::{
    billing::agenda,
    clock::{SandboxClock, wall_now_ms},
    core::{
        error::ApiError,
        fault::{Faults, Trouble},
        ids::Dice,
        refusal::{self, Refusal},
        world::World,
    },
    journal::Journal,
};

/// The state behind its lock, and what must happen after each change of it.
pub struct Shared {
    world: Mutex<World>,
    request_dice: Mutex<Dice>,
    journal: Mutex<Option<Journal>>,
    /// The clock that the sandbox goes by.
    pub clock: SandboxClock,
    /// The only key that the API takes.
    pub api_key: String,
    /// Requests that a tester wants refused.
    pub refusals: Mutex<Vec<Refusal>>,
    /// Trouble that a tester wants.
    pub faults: Mutex<Faults>,
    /// Woken when there may be webhooks to send.
    pub wake: Notify,
}

impl Shared {
    /// Around a loaded world.
    pub fn new(world: World, api_key: String, journal: Option<Journal>) -> Self {
        let clock = SandboxClock::default();
        clock.set_offset_ms(world.offset_ms);
        // Request ids come from their own dice: reading must not move the ids of objects.
        let request_dice = Mutex::new(Dice::new(wall_now_ms() as u64));
        Self {
            world: Mutex::new(world),
            request_dice,
            journal: Mutex::new(journal),
            clock,
            api_key,
            refusals: Mutex::default(),
            faults: Mutex::new(Faults::new()),
            wake: Notify::new(),
        }
    }

    /// Runs something on the state at the sandbox's present time, keeps what changed, and sends what is to be sent.
    ///
    /// # Errors
    /// The state file could not be written; the change stands in memory.
    pub fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> io::Result<T> {
        let mut world = self.lock();
        let before = world.revision;
        self.catch_up(&mut world);
        let result = work(&mut world);
        self.clock.set_offset_ms(world.offset_ms);
        if world.revision != before {
            self.save(&mut world)?;
            self.wake.notify_one();
        }
        Ok(result)
    }

    /// Moves the clock forward to a time (unix milliseconds), firing all that falls due on the way; returns how much did.
    ///
    /// # Errors
    /// As [`Shared::with`].
    pub fn advance_to(&self, target_ms: i64) -> io::Result<usize> {
        self.with(|world| {
            let fired = agenda::run_until(world, target_ms.div_euclid(1000));
            world.offset_ms = world.offset_ms.max(target_ms - wall_now_ms());
            world.now_ms = target_ms.max(world.now_ms);
            world.revision += 1;
            fired
        })
    }

    /// Fires what has fallen due by itself.
    ///
    /// # Errors
    /// As [`Shared::with`].
    pub fn tick(&self) -> io::Result<()> {
        let due = {
            let world = self.lock();
            world.agenda.first().is_some_and(|(due, _, _)| *due * 1000 <= wall_now_ms() + world.offset_ms)
        };
        if due { self.with(|_| ()) } else { Ok(()) }
    }

    /// Refuses a request if that was arranged.
    ///
    /// # Errors
    /// The refusal.
    pub fn refuse_if_arranged(&self, method: &str, path: &str) -> Result<(), ApiError> {
        refusal::refuse(&mut self.refusals.lock().unwrap_or_else(PoisonError::into_inner), method, path)
    }

    /// What a request meets on its way, by the tester's wish.
    pub fn trouble_for(&self, path: &str) -> Trouble {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).meet(path)
    }

    /// A reply, with the words in it that the tester wishes.
    pub fn reworded(&self, body: String) -> String {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).reword(body)
    }

    /// A new request id.
    pub fn request_id(&self) -> String {
        format!("req_{}", self.request_dice.lock().unwrap_or_else(PoisonError::into_inner).text(14))
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        // A panic in a handler leaves at worst a half-made change; a test bench goes on with it.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn catch_up(&self, world: &mut World) {
        world.request = None;
        world.leave_own_time();
        let now_ms = wall_now_ms() + world.offset_ms;
        agenda::run_until(world, now_ms.div_euclid(1000));
        world.now_ms = world.now_ms.max(now_ms);
    }

    fn save(&self, world: &mut World) -> io::Result<()> {
        match self.journal.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(journal) => journal.write(world),
            None => {
                world.changes = Default::default();
                Ok(())
            }
        }
    }
}
