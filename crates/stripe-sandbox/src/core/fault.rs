//! Trouble on the way to the API and back, as a tester sets it: by probabilities and a seed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::Dice;

/// Probabilities (0 to 1) of what may happen to each request to the API.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultSettings {
    /// Seed of the decisions; 0 goes on with the dice as they lie.
    pub seed: u64,
    /// Carried out, and its reply is cut off in the middle.
    pub cut: f64,
    /// The connection is closed before anything is done.
    pub lose: f64,
    /// Carried out at once, and its reply comes `slow_ms` later.
    pub slow: f64,
    /// Milliseconds that a slow reply takes (default 1000, at most a minute).
    pub slow_ms: Option<u64>,
    /// Answered with 500, and nothing is done.
    pub status_500: f64,
    /// Answered with 429, and nothing is done.
    pub status_429: f64,
    /// How the paths begin that this happens to; all, if none is given.
    pub only_path: Option<String>,
    /// What is said in every reply instead of the true word, by object and field (`subscription.status`): as a later version of the API
    /// may say what no client has heard of.
    pub words: BTreeMap<String, String>,
}

/// The longest that a reply is held back, in milliseconds.
const SLOWEST_MS: u64 = 60_000;

impl FaultSettings {
    /// Whether these can be set.
    pub fn is_sound(&self) -> bool {
        let all = [self.cut, self.lose, self.slow, self.status_500, self.status_429];
        all.iter().all(|probability| (0.0..=1.0).contains(probability))
            && self.slow_ms.is_none_or(|wait_ms| wait_ms <= SLOWEST_MS)
            && self.only_path.as_deref().is_none_or(|path| path.starts_with("/v1"))
            && self.words.keys().all(|place| place.contains('.'))
    }
}

/// The settings with their own dice: equal seeds and equal sequences of requests meet equal trouble.
#[derive(Debug)]
pub struct Faults {
    settings: FaultSettings,
    dice: Dice,
}

/// What one request meets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trouble {
    /// What is done instead of the request.
    pub instead: Option<Instead>,
    /// Milliseconds that its reply is held back.
    pub wait_ms: u64,
    /// Its reply is cut off.
    pub is_cut: bool,
}

/// What a request gets that is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// A closed connection.
    Nothing,
    /// An error of Stripe's own.
    Trouble,
    /// An error that says: too many.
    TooMany,
}

impl Faults {
    /// No trouble.
    pub fn new() -> Self {
        Self { settings: FaultSettings::default(), dice: Dice::new(0xFA17) }
    }

    /// Takes new settings; a given seed restarts the dice.
    pub fn set(&mut self, settings: FaultSettings) {
        if settings.seed != 0 {
            self.dice = Dice::new(settings.seed);
        }
        self.settings = settings;
    }

    /// Decides one request. Each one that may meet trouble rolls the dice equally often.
    pub fn meet(&mut self, path: &str) -> Trouble {
        let settings = &self.settings;
        if settings.only_path.as_deref().is_some_and(|start| !path.starts_with(start)) {
            return Trouble::default();
        }
        let (lost, refused, broken) = (
            self.dice.chance(settings.lose),
            self.dice.chance(settings.status_429),
            self.dice.chance(settings.status_500),
        );
        let (slow, cut) = (self.dice.chance(settings.slow), self.dice.chance(settings.cut));
        let instead = match (lost, refused, broken) {
            (true, _, _) => Some(Instead::Nothing),
            (_, true, _) => Some(Instead::TooMany),
            (_, _, true) => Some(Instead::Trouble),
            _ => None,
        };
        let wait_ms = if slow { settings.slow_ms.unwrap_or(1000) } else { 0 };
        Trouble { instead, wait_ms, is_cut: cut && instead.is_none() }
    }

    /// A reply, with the words that are wanted in it.
    pub fn reword(&self, body: String) -> String {
        let words = &self.settings.words;
        if words.is_empty() {
            return body;
        }
        let Ok(mut reply) = serde_json::from_str::<Value>(&body) else { return body };
        reword(&mut reply, words);
        serde_json::to_string_pretty(&reply).unwrap_or(body)
    }
}

fn reword(value: &mut Value, words: &BTreeMap<String, String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| reword(item, words)),
        Value::Object(fields) => {
            let kind = fields.get("object").and_then(Value::as_str).map(str::to_owned);
            for (place, word) in words {
                if let Some((object, field)) = place.rsplit_once('.')
                    && kind.as_deref() == Some(object)
                    && let Some(there) = fields.get_mut(field)
                {
                    *there = Value::from(word.as_str());
                }
            }
            fields.values_mut().for_each(|inner| reword(inner, words));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(settings: FaultSettings) -> Faults {
        let mut faults = Faults::new();
        faults.set(settings);
        faults
    }

    #[test]
    fn the_seed_decides() {
        let wild = FaultSettings { seed: 9, cut: 0.3, lose: 0.2, slow: 0.5, status_500: 0.1, ..Default::default() };
        let run = |seed| {
            let mut faults = set(FaultSettings { seed, ..wild.clone() });
            (0..200).map(|_| faults.meet("/v1/x")).collect::<Vec<_>>()
        };
        assert_eq!(run(9), run(9));
        assert_ne!(run(9), run(10));
        assert!(run(9).iter().any(|trouble| trouble.is_cut) && run(9).iter().any(|trouble| trouble.instead.is_some()));
    }

    #[test]
    fn other_paths_neither_meet_trouble_nor_roll() {
        let only = FaultSettings { seed: 3, lose: 0.5, only_path: Some("/v1/refunds".into()), ..Default::default() };
        let (mut one, mut other) = (set(only.clone()), set(only));
        for _ in 0..50 {
            assert_eq!(one.meet("/v1/customers"), Trouble::default());
            assert_eq!(one.meet("/v1/refunds"), other.meet("/v1/refunds"));
        }
    }

    #[test]
    fn words_are_said_of_their_object_alone() {
        let words = [("a.status".to_owned(), "strange".to_owned()), ("c.d.kind".to_owned(), "new".to_owned())];
        let faults = set(FaultSettings { words: words.into(), ..Default::default() });
        let told = serde_json::json!({"object": "list", "data": [
            {"object": "a", "status": "true", "in": {"object": "b", "status": "true"}}, {"object": "c.d", "kind": "old"}, {"object": "a"},
        ]});
        let reply: Value = serde_json::from_str(&faults.reword(told.to_string())).unwrap();
        let wanted = serde_json::json!({"object": "list", "data": [
            {"object": "a", "status": "strange", "in": {"object": "b", "status": "true"}}, {"object": "c.d", "kind": "new"}, {"object": "a"},
        ]});
        assert_eq!(reply, wanted);
        assert_eq!(Faults::new().reword("as it was".to_owned()), "as it was");
    }

    #[test]
    fn probabilities_have_bounds() {
        assert!(FaultSettings { cut: 1.0, ..Default::default() }.is_sound());
        assert!(!FaultSettings { cut: 1.1, ..Default::default() }.is_sound());
        assert!(!FaultSettings { slow_ms: Some(60_001), ..Default::default() }.is_sound());
        assert!(!FaultSettings { only_path: Some("/p".into()), ..Default::default() }.is_sound());
        let words = [("status".to_owned(), "strange".to_owned())].into();
        assert!(!FaultSettings { words, ..Default::default() }.is_sound());
    }
}
