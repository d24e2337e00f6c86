//! The state as bytes: whole, and as the changes of one step.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    delivery::Delivery,
    idempotency::KeptAnswers,
    ids::Dice,
    json::Peek,
    settings::{Chaos, Settings},
    world::World,
};

const FORMAT: u32 = 3;

/// What has changed since it was last written down.
#[derive(Debug, Default)]
pub struct Changes {
    /// Ids of objects, in the order of their first change; removed ones among them.
    pub objects: Vec<String>,
    /// Numbers of deliveries.
    pub deliveries: Vec<u64>,
    /// Idempotency keys.
    pub keys: Vec<String>,
}

/// What is small and written with every step.
#[derive(Serialize, Deserialize)]
struct Head {
    public_url: String,
    offset_ms: i64,
    now_ms: i64,
    sequence: u64,
    dice: Dice,
    settings: Settings,
    chaos: Chaos,
}

/// What is read first, of any format.
#[derive(Deserialize)]
struct Written {
    format: u32,
}

#[derive(Serialize, Deserialize)]
struct Whole<O> {
    format: u32,
    generation: u64,
    head: Head,
    kept_answers: KeptAnswers,
    deliveries: BTreeMap<u64, Delivery>,
    objects: Vec<O>,
}

#[derive(Serialize, Deserialize)]
struct Step<O> {
    head: Head,
    objects: Vec<O>,
    gone: Vec<String>,
    kept_answers: KeptAnswers,
    deliveries: BTreeMap<u64, Delivery>,
}

impl World {
    fn head(&self) -> Head {
        Head {
            public_url: self.public_url.clone(),
            offset_ms: self.offset_ms,
            now_ms: self.now_ms,
            sequence: self.sequence,
            dice: self.dice.clone(),
            settings: self.settings.clone(),
            chaos: self.chaos.clone(),
        }
    }

    fn take_head(&mut self, head: Head) {
        self.written_url = head.public_url;
        self.offset_ms = head.offset_ms;
        self.now_ms = head.now_ms;
        self.sequence = head.sequence;
        self.dice = head.dice;
        self.settings = head.settings;
        self.chaos = head.chaos;
    }

    /// The whole state.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn to_bytes(&self, generation: u64) -> io::Result<Vec<u8>> {
        let whole = Whole {
            format: FORMAT,
            generation,
            head: self.head(),
            kept_answers: self.kept_answers.clone(),
            deliveries: self.deliveries.clone(),
            objects: self.order.values().flatten().filter_map(|id| self.objects.get(id)).collect(),
        };
        serde_json::to_vec(&whole).map_err(io::Error::other)
    }

    /// What has changed since this was last asked, as one line.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn take_step(&mut self) -> io::Result<Vec<u8>> {
        let changes = std::mem::take(&mut self.changes);
        let mut seen = HashSet::new();
        let ids: Vec<String> = changes.objects.into_iter().filter(|id| seen.insert(id.clone())).collect();
        let numbered =
            changes.deliveries.iter().filter_map(|number| Some((*number, self.deliveries.get(number)?.clone())));
        let step = Step {
            head: self.head(),
            objects: ids.iter().filter_map(|id| self.objects.get(id)).collect(),
            gone: ids.iter().filter(|id| !self.objects.contains_key(*id)).cloned().collect(),
            kept_answers: self.kept_answers.only(&changes.keys),
            deliveries: numbered.collect(),
        };
        let mut line = serde_json::to_vec(&step).map_err(io::Error::other)?;
        line.push(b'\n');
        Ok(line)
    }

    /// Takes the state from [`World::to_bytes`]; returns its generation.
    ///
    /// # Errors
    /// The bytes are not such a state, or of another format.
    pub fn load(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let written: Written = serde_json::from_slice(bytes).map_err(io::Error::other)?;
        if written.format != FORMAT {
            let sentence = format!("its format is {}, and this sandbox reads {FORMAT}", written.format);
            return Err(io::Error::other(sentence));
        }
        let whole: Whole<Value> = serde_json::from_slice(bytes).map_err(io::Error::other)?;
        self.take_head(whole.head);
        self.kept_answers = whole.kept_answers;
        self.deliveries = whole.deliveries;
        self.objects = HashMap::with_capacity(whole.objects.len());
        whole.objects.into_iter().for_each(|object| self.put(object));
        Ok(whole.generation)
    }

    /// Applies one line of [`World::take_step`].
    ///
    /// # Errors
    /// The line is not such a step.
    pub fn apply_step(&mut self, line: &[u8]) -> io::Result<()> {
        let step: Step<Value> = serde_json::from_slice(line).map_err(io::Error::other)?;
        self.take_head(step.head);
        self.kept_answers.absorb(step.kept_answers);
        self.deliveries.extend(step.deliveries);
        step.objects.into_iter().for_each(|object| self.put(object));
        step.gone.iter().for_each(|id| self.forget(id));
        Ok(())
    }

    fn put(&mut self, object: Value) {
        let id = object.str("id").to_owned();
        let kind = object.str("object").to_owned();
        if self.objects.insert(id.clone(), object).is_none() {
            self.order.entry(kind).or_default().push(id);
        }
    }

    /// Hosted pages have moved with the sandbox, if its address is another one than last time.
    fn move_pages(&mut self) {
        let (old, new) = (std::mem::take(&mut self.written_url), self.public_url.clone());
        if old == new || old.is_empty() {
            return;
        }
        for object in self.objects.values_mut() {
            for field in ["url", "hosted_invoice_url", "invoice_pdf", "receipt_url"] {
                if let Some(path) = object.text(field).and_then(|url| url.strip_prefix(&old)) {
                    object[field] = Value::from(format!("{new}{path}"));
                }
            }
        }
    }

    /// Finds again, after loading, what falls due and what waits to be sent.
    pub fn wake_up(&mut self) {
        self.move_pages();
        crate::billing::agenda::fill(self);
        self.find_waiting(crate::clock::wall_now_ms());
        self.changes = Changes::default();
    }
}
