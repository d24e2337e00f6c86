//! What a tester sets: dunning, and how badly the webhooks behave.

use serde::{Deserialize, Serialize};

use super::ids::Dice;

/// What happens to a subscription when the last retry of a renewal has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterLastRetry {
    /// It ends.
    #[default]
    Cancel,
    /// It becomes `unpaid`.
    MarkUnpaid,
    /// It stays `past_due`.
    LeavePastDue,
}

/// The account's billing settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Days between the attempts to collect a failed renewal.
    pub retry_days: Vec<u32>,
    /// What follows the last of them.
    pub after_last_retry: AfterLastRetry,
}

impl Default for Settings {
    fn default() -> Self {
        Self { retry_days: vec![3, 5, 7], after_last_retry: AfterLastRetry::Cancel }
    }
}

/// Probabilities (0 to 1) of what may happen to each webhook delivery.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChaosSettings {
    /// Seed of the decisions; 0 keeps the sandbox's.
    pub seed: u64,
    /// Delivered a second time.
    pub duplicate: f64,
    /// Held back up to `delay_ms` at random, so that later events overtake it.
    pub reorder: f64,
    /// Held back for the whole of `delay_ms`.
    pub delay: f64,
    /// Never delivered (it still stands in the list of events).
    pub drop: f64,
    /// Milliseconds of delay (default 1000).
    pub delay_ms: Option<u64>,
}

/// The settings with their own dice, so that they do not move the ids.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Chaos {
    /// What was asked for.
    pub settings: ChaosSettings,
    dice: Dice,
}

/// What happens to one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// Milliseconds to wait before each copy; empty = dropped.
    pub first_ms: Option<u64>,
    /// The second copy, if there is one.
    pub second_ms: Option<u64>,
}

impl Chaos {
    /// No chaos.
    pub fn new(seed: u64) -> Self {
        Self { settings: ChaosSettings::default(), dice: Dice::new(seed ^ 0xC4A0) }
    }

    /// Takes new settings; a given seed restarts the dice.
    pub fn set(&mut self, settings: ChaosSettings) {
        if settings.seed != 0 {
            self.dice = Dice::new(settings.seed);
        }
        self.settings = settings;
    }

    /// Decides one delivery.
    pub fn fate(&mut self) -> Fate {
        let longest_ms = self.settings.delay_ms.unwrap_or(1000);
        let settings = self.settings.clone();
        let dropped = self.dice.chance(settings.drop);
        let wait_ms = match (self.dice.chance(settings.delay), self.dice.chance(settings.reorder)) {
            (true, _) => longest_ms,
            (false, true) => self.dice.between(0, longest_ms),
            _ => 0,
        };
        let again = self.dice.chance(settings.duplicate);
        let again_ms = if again { Some(wait_ms + self.dice.between(0, longest_ms)) } else { None };
        Fate { first_ms: (!dropped).then_some(wait_ms), second_ms: again_ms.filter(|_| !dropped) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(settings: &ChaosSettings) -> Vec<Fate> {
        let mut chaos = Chaos::new(1);
        chaos.set(settings.clone());
        (0..300).map(|_| chaos.fate()).collect()
    }

    #[test]
    fn every_kind_of_chaos_follows_its_seed() {
        let each = [
            ChaosSettings { seed: 4, duplicate: 0.5, ..Default::default() },
            ChaosSettings { seed: 4, reorder: 0.5, ..Default::default() },
            ChaosSettings { seed: 4, delay: 0.5, ..Default::default() },
            ChaosSettings { seed: 4, drop: 0.5, ..Default::default() },
        ];
        for settings in each {
            assert_eq!(fates(&settings), fates(&settings));
            assert_ne!(fates(&settings), fates(&ChaosSettings { seed: 5, ..settings.clone() }), "{settings:?}");
        }
    }

    #[test]
    fn certain_things_happen_always() {
        let dropped = ChaosSettings { drop: 1.0, duplicate: 1.0, ..Default::default() };
        assert!(fates(&dropped).iter().all(|fate| *fate == Fate { first_ms: None, second_ms: None }));
        let delayed = ChaosSettings { delay: 1.0, delay_ms: Some(7), duplicate: 1.0, ..Default::default() };
        assert!(fates(&delayed).iter().all(|fate| fate.first_ms == Some(7) && fate.second_ms >= Some(7)));
        let plain = Fate { first_ms: Some(0), second_ms: None };
        assert!(fates(&ChaosSettings::default()).iter().all(|fate| *fate == plain));
    }
}
