//! Everything the sandbox knows, in one place behind one lock: objects, clock, deliveries.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::{
    card::Behaviour,
    delivery::Delivery,
    error::ApiError,
    ids::{Dice, new_id},
    json::Peek,
    persist::Changes,
    settings::{Chaos, Settings},
};

/// The private part of an object (what Stripe knows and does not show); left out of every answer.
pub const PRIVATE: &str = "_sandbox";

/// Something that falls due: (unix seconds, order of entry, object id).
pub type Due = (i64, u64, String);

/// The whole state. Changes happen within [`World::attempt`], which takes them back if they end in a refusal.
#[derive(Debug)]
pub struct World {
    /// Objects by id, with their private part.
    pub(crate) objects: HashMap<String, Value>,
    /// Ids by object type, oldest first.
    pub(crate) order: BTreeMap<String, Vec<String>>,
    /// What falls due; entries may be stale and are checked when they fire.
    pub(crate) agenda: BTreeSet<Due>,
    /// The same for each test clock.
    pub(crate) own_agendas: BTreeMap<String, BTreeSet<Due>>,
    /// Whose time it is, while something happens in a test clock's.
    pub(crate) own_time: super::own_time::OwnTime,
    pub(crate) sequence: u64,
    /// What goes out, by number.
    pub(crate) deliveries: BTreeMap<u64, Delivery>,
    /// Numbers of those that wait for an attempt.
    pub(crate) waiting: BTreeSet<u64>,
    /// Answers kept by idempotency key.
    pub(crate) kept_answers: super::idempotency::KeptAnswers,
    /// The sandbox's time now, unix milliseconds; set by whoever starts a change.
    pub(crate) now_ms: i64,
    /// How far the clock runs ahead of real time, in milliseconds.
    pub(crate) offset_ms: i64,
    pub(crate) dice: Dice,
    pub(crate) settings: Settings,
    pub(crate) chaos: Chaos,
    pub(crate) public_url: String,
    /// The account that the key belongs to.
    pub(crate) account_id: String,
    /// Whether the key is one for live mode; no money moves all the same.
    pub(crate) livemode: bool,
    /// The address that a loaded state was written under.
    pub(crate) written_url: String,
    /// The request that is being answered, for events.
    pub(crate) request: Option<(String, Option<String>)>,
    /// What is to be written down.
    pub(crate) changes: Changes,
    undo: Vec<(String, Option<Value>)>,
    pub(crate) fresh_events: Vec<String>,
    /// Grows with every change that must be kept.
    pub(crate) revision: u64,
}

impl World {
    /// An empty world.
    pub fn new(seed: u64, public_url: String) -> Self {
        Self {
            objects: HashMap::new(),
            order: BTreeMap::new(),
            agenda: BTreeSet::new(),
            own_agendas: BTreeMap::new(),
            own_time: Default::default(),
            sequence: 0,
            deliveries: BTreeMap::new(),
            kept_answers: Default::default(),
            now_ms: 0,
            offset_ms: 0,
            dice: Dice::new(seed),
            settings: Settings::default(),
            chaos: Chaos::new(seed),
            public_url,
            account_id: String::new(),
            livemode: false,
            written_url: String::new(),
            request: None,
            changes: Changes::default(),
            waiting: BTreeSet::new(),
            undo: Vec::new(),
            fresh_events: Vec::new(),
            revision: 0,
        }
    }

    /// Takes on the account and the mode of a key: another key is another account.
    pub fn belong_to(&mut self, api_key: &str) {
        self.account_id = account_of(api_key);
        self.livemode = ["sk_live_", "rk_live_"].iter().any(|prefix| api_key.starts_with(prefix));
    }

    /// Now, in unix seconds of the sandbox's clock.
    pub fn now(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }

    /// The address of a hosted page.
    pub fn page_url(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }

    /// Runs a change; a refusal takes it back, unless it says that its traces stay.
    pub fn attempt<T>(&mut self, change: impl FnOnce(&mut Self) -> Result<T, ApiError>) -> Result<T, ApiError> {
        self.take_back();
        let outcome = change(self);
        match &outcome {
            Err(error) if !error.keeps_changes => self.take_back(),
            _ => self.keep(),
        }
        outcome
    }

    /// Runs a change that never ends in a refusal.
    pub fn settle<T>(&mut self, change: impl FnOnce(&mut Self) -> T) -> T {
        self.take_back();
        let outcome = change(self);
        self.keep();
        outcome
    }

    /// Runs a change to see what it would come to, and takes it back whole: nothing of it is kept, told or counted.
    pub fn rehearse<T>(&mut self, change: impl FnOnce(&mut Self) -> T) -> T {
        let (undo, fresh) = (std::mem::take(&mut self.undo), std::mem::take(&mut self.fresh_events));
        let (dice, sequence, noted) = (self.dice.clone(), self.sequence, self.changes.objects.len());
        let outcome = change(self);
        self.take_back();
        if self.sequence != sequence {
            let agendas = std::iter::once(&mut self.agenda).chain(self.own_agendas.values_mut());
            agendas.for_each(|agenda| agenda.retain(|(_, entered, _)| *entered <= sequence));
        }
        self.changes.objects.truncate(noted);
        (self.undo, self.fresh_events, self.dice, self.sequence) = (undo, fresh, dice, sequence);
        outcome
    }

    fn keep(&mut self) {
        if !self.undo.is_empty() {
            self.revision += 1;
        }
        self.undo.clear();
        for event_id in std::mem::take(&mut self.fresh_events) {
            self.post(&event_id);
        }
    }

    /// At the start of a change, this undoes one that a panic left half made.
    fn take_back(&mut self) {
        self.fresh_events.clear();
        while let Some((id, before)) = self.undo.pop() {
            match before {
                Some(value) => {
                    self.objects.insert(id, value);
                }
                None => self.forget(&id),
            }
        }
    }

    /// Removes an object altogether (no trace in lists).
    pub(crate) fn forget(&mut self, id: &str) {
        self.changes.objects.push(id.to_owned());
        if let Some(value) = self.objects.remove(id)
            && let Some(ids) = self.order.get_mut(value.str("object"))
        {
            // What is taken back is mostly the newest.
            if let Some(place) = ids.iter().rposition(|kept| kept == id) {
                ids.remove(place);
            }
        }
    }

    /// A new id for an object type.
    pub fn new_id(&mut self, object: &str) -> String {
        new_id(object, &mut self.dice)
    }

    /// Adds a new object; its `id` and `object` must be set.
    pub fn insert(&mut self, value: Value) -> String {
        let id = value.str("id").to_owned();
        self.order.entry(value.str("object").to_owned()).or_default().push(id.clone());
        self.changes.objects.push(id.clone());
        self.undo.push((id.clone(), None));
        self.objects.insert(id.clone(), value);
        id
    }

    /// The stored object with its private part, whatever its type.
    pub fn find(&self, id: &str) -> Option<&Value> {
        self.objects.get(id)
    }

    /// The stored object of a known type; what is not there reads as null.
    pub fn get(&self, id: &str) -> &Value {
        self.objects.get(id).unwrap_or(&Value::Null)
    }

    /// An object named by a path or a parameter: of this type, and not deleted.
    pub fn named(&self, object: &str, id: &str, param: &str) -> Result<&Value, ApiError> {
        let noun = object.rsplit_once('.').map_or(object, |(_, noun)| noun);
        match self.objects.get(id) {
            Some(value) if value.str("object") == object && !value[PRIVATE].flag("deleted") => Ok(value),
            _ => Err(ApiError::missing(noun, id, param)),
        }
    }

    /// Changes an object without an event.
    pub fn change(&mut self, id: &str, change: impl FnOnce(&mut Value)) {
        if let Some(value) = self.objects.get_mut(id) {
            self.changes.objects.push(id.to_owned());
            self.undo.push((id.to_owned(), Some(value.clone())));
            change(value);
        }
    }

    /// Changes an object and announces `event` with what was different before; no difference, no event.
    pub fn update(&mut self, id: &str, event: &str, change: impl FnOnce(&mut Value)) {
        let before = self.render(id);
        self.change(id, change);
        self.announce_change(id, event, &before);
    }

    /// Ids of one type, oldest first.
    pub fn ids_of(&self, object: &str) -> &[String] {
        self.order.get(object).map(Vec::as_slice).unwrap_or_default()
    }

    /// Objects of one type, newest first, with their private parts.
    pub fn newest<'a>(&'a self, object: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.order.get(object).into_iter().flatten().rev().filter_map(|id| self.objects.get(id))
    }

    /// Has the object looked at when this time comes.
    pub fn schedule(&mut self, due: i64, id: &str) {
        self.sequence += 1;
        self.enter((due, self.sequence, id.to_owned()));
    }

    /// Has the object looked at when this time comes, and writes the time down so that a restart knows it too.
    pub fn put_off(&mut self, id: &str, due: i64) {
        self.change(id, |value| value[PRIVATE]["due"] = due.into());
        self.schedule(due, id);
    }

    /// Whether an object was put off to this time; asking takes the note away.
    pub fn comes_due(&mut self, id: &str, due: i64) -> bool {
        let comes = self.get(id)[PRIVATE].number("due") == Some(due);
        if comes {
            self.change(id, |value| value[PRIVATE]["due"] = Value::Null);
        }
        comes
    }

    /// What a payment method does when it is charged.
    pub fn behaviour(&self, payment_method: &str) -> Behaviour {
        serde_json::from_value(self.get(payment_method)[PRIVATE]["behaviour"].clone()).unwrap_or(Behaviour::Declined)
    }
}

/// An account's id that a key always leads to.
fn account_of(api_key: &str) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    api_key.hash(&mut hasher);
    format!("acct_{:016x}", hasher.finish())
}
