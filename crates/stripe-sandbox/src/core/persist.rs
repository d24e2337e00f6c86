//! The state file: everything, written beside and renamed over, so that a kill at any moment leaves a whole one.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::Path,
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

const FORMAT: u32 = 1;

#[derive(Serialize)]
struct SavedRef<'a> {
    format: u32,
    offset_ms: i64,
    now_ms: i64,
    sequence: u64,
    dice: &'a Dice,
    settings: &'a Settings,
    chaos: &'a Chaos,
    kept_answers: &'a KeptAnswers,
    deliveries: &'a BTreeMap<u64, Delivery>,
    objects: Vec<&'a Value>,
}

#[derive(Deserialize)]
struct Saved {
    format: u32,
    offset_ms: i64,
    now_ms: i64,
    sequence: u64,
    dice: Dice,
    settings: Settings,
    chaos: Chaos,
    kept_answers: KeptAnswers,
    deliveries: BTreeMap<u64, Delivery>,
    objects: Vec<Value>,
}

impl World {
    /// The whole state as bytes.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let saved = SavedRef {
            format: FORMAT,
            offset_ms: self.offset_ms,
            now_ms: self.now_ms,
            sequence: self.sequence,
            dice: &self.dice,
            settings: &self.settings,
            chaos: &self.chaos,
            kept_answers: &self.kept_answers,
            deliveries: &self.deliveries,
            objects: self.order.values().flatten().filter_map(|id| self.objects.get(id)).collect(),
        };
        serde_json::to_vec(&saved).map_err(io::Error::other)
    }

    /// Takes the state from bytes that [`World::to_bytes`] wrote; what falls due is found again from the objects.
    pub fn load(&mut self, bytes: &[u8]) -> io::Result<()> {
        let saved: Saved = serde_json::from_slice(bytes).map_err(io::Error::other)?;
        if saved.format != FORMAT {
            return Err(io::Error::other(format!("its format is {}, and this sandbox reads {FORMAT}", saved.format)));
        }
        self.offset_ms = saved.offset_ms;
        self.now_ms = saved.now_ms;
        self.sequence = saved.sequence;
        self.dice = saved.dice;
        self.settings = saved.settings;
        self.chaos = saved.chaos;
        self.kept_answers = saved.kept_answers;
        self.deliveries = saved.deliveries;
        self.objects = HashMap::with_capacity(saved.objects.len());
        for object in saved.objects {
            let id = object.str("id").to_owned();
            self.order.entry(object.str("object").to_owned()).or_default().push(id.clone());
            self.objects.insert(id, object);
        }
        crate::billing::agenda::fill(self);
        // An attempt that was under way when the process ended is made again at once.
        for delivery in self.deliveries.values_mut() {
            delivery.next_ms = delivery.next_ms.min(crate::clock::wall_now_ms());
        }
        Ok(())
    }
}

/// Writes bytes beside the file and renames them over it.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    fs::write(&beside, bytes)?;
    fs::rename(&beside, path)
}
