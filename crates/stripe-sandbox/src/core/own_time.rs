//! Customers with a test clock live in a time of their own: it stands still until it is advanced.

use serde_json::{Map, Value};

use super::{
    json::Peek,
    world::{Due, World},
};
use crate::http::route::Call;

/// Fields that lead from an object to its customer, or to another object that does.
const LEAD_ON: &[&str] = &["customer", "subscription", "invoice", "payment_intent", "charge"];
/// How many of them in a row.
const STEPS: u8 = 4;

/// What a test clock has while something happens in its time.
#[derive(Debug, Default)]
pub struct OwnTime {
    /// The clock whose time it is; none: everybody's.
    clock: Option<String>,
    /// Everybody's time meanwhile, unix milliseconds.
    outside_ms: Option<i64>,
}

impl World {
    /// The test clock that an object goes by.
    pub fn clock_of(&self, id: &str) -> Option<String> {
        self.clock_within(id, STEPS)
    }

    fn clock_within(&self, id: &str, steps: u8) -> Option<String> {
        let value = self.find(id)?;
        if value.str("object") == "test_helpers.test_clock" {
            return Some(id.to_owned());
        }
        if let Some(clock) = value.text("test_clock") {
            return Some(clock.to_owned());
        }
        let next = LEAD_ON.iter().filter_map(|field| value.text(field)).find(|next| *next != id);
        next.filter(|_| steps > 0).and_then(|next| self.clock_within(next, steps - 1))
    }

    /// The test clock of what a call is about.
    pub fn clock_of_call(&self, call: &Call) -> Option<String> {
        let named = ["test_clock"].iter().chain(LEAD_ON).filter_map(|field| call.params.text(field));
        call.ids.iter().map(String::as_str).chain(named).find_map(|id| self.clock_of(id))
    }

    /// The test clock of what one of the sandbox's controls is about.
    pub fn clock_of_params(&self, path: &str, params: &Map<String, Value>) -> Option<String> {
        let named = LEAD_ON.iter().filter_map(|field| params.text(field));
        path.split('/').chain(named).find_map(|id| self.clock_of(id))
    }

    /// Runs something in a test clock's time, or in everybody's if there is none.
    pub fn in_time_of<T>(&mut self, clock: Option<String>, work: impl FnOnce(&mut Self) -> T) -> T {
        let Some(clock) = clock else { return work(self) };
        let frozen_ms = self.get(&clock).int("frozen_time") * 1000;
        self.own_time = OwnTime { clock: Some(clock), outside_ms: Some(self.now_ms) };
        self.now_ms = frozen_ms;
        let outcome = work(self);
        self.leave_own_time();
        outcome
    }

    /// Back to everybody's time; also after a panic in between.
    pub fn leave_own_time(&mut self) {
        if let Some(outside_ms) = std::mem::take(&mut self.own_time).outside_ms {
            self.now_ms = outside_ms;
        }
    }

    /// Everybody's time, in unix seconds: events go by it.
    pub fn outside_now(&self) -> i64 {
        self.own_time.outside_ms.unwrap_or(self.now_ms).div_euclid(1000)
    }

    /// Enters something that falls due, in the time that is now.
    pub fn enter(&mut self, due: Due) {
        match &self.own_time.clock {
            Some(clock) => self.own_agendas.entry(clock.clone()).or_default().insert(due),
            None => self.agenda.insert(due),
        };
    }

    /// Takes what falls due first, up to `until` (unix seconds), in the time that is now.
    pub fn take_first_due(&mut self, until: i64) -> Option<Due> {
        let agenda = match &self.own_time.clock {
            Some(clock) => self.own_agendas.entry(clock.clone()).or_default(),
            None => &mut self.agenda,
        };
        agenda.first().is_some_and(|(due, _, _)| *due <= until).then(|| agenda.pop_first()).flatten()
    }

    /// Enters an object in the agenda of the time that it goes by.
    pub fn schedule_in_its_time(&mut self, due: i64, id: &str) {
        self.own_time.clock = self.clock_of(id);
        self.schedule(due, id);
        self.own_time.clock = None;
    }

    /// The customer's test clock, for the field of that name.
    pub fn clock_field(&self, customer: &str) -> Value {
        self.get(customer).at("test_clock").clone()
    }
}
