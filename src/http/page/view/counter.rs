//! The counter: how far a campaign is, in a number, a sentence and a bar.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Chrome, Price};

/// Where a campaign stands, as readers are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CampaignState {
    /// It has not begun.
    Upcoming,
    /// It runs.
    Live,
    /// The goal was reached at that moment, and it still runs. Survives a drop below the goal.
    Reached {
        /// When.
        at: Timestamp,
    },
    /// It is over, with a frozen count.
    Ended {
        /// How it went.
        outcome: Outcome,
        /// When the figure is final, while payments still settle.
        final_figure_at: Option<Timestamp>,
    },
}

/// How a campaign went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The frozen count is the goal or more.
    Met,
    /// It is less.
    Missed,
}

/// Who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Those who pay.
    PayingMembers,
    /// Everyone with a confirmed address.
    AllMembers,
}

/// A number on the way to the goal that is worth a mark.
#[derive(Clone, Debug)]
pub struct Milestone {
    /// At how many.
    pub count: i64,
    /// What happens then.
    pub title: String,
    /// When it was reached.
    pub reached_at: Option<Timestamp>,
}

/// What comes after the goal.
#[derive(Clone, Debug)]
pub struct StretchGoal {
    /// How many.
    pub goal: i64,
    /// What happens then.
    pub title: String,
}

/// How far a campaign is. All counts are people.
#[derive(Clone, Debug)]
pub struct Counter {
    /// Its slug; the counter's own JSON is found by it.
    pub slug: String,
    /// Where it stands.
    pub state: CampaignState,
    /// Who counts.
    pub who: Who,
    /// How many there are now, or were when it ended.
    pub count: i64,
    /// Payments that are still settling and do not count yet.
    pub settling: i64,
    /// How many there shall be.
    pub goal: i64,
    /// What is missing leads from here on (90%).
    pub nearly: bool,
    /// How many there were on the first day: where the bar begins.
    pub start_count: i64,
    /// The first moment.
    pub starts_at: Timestamp,
    /// The first moment after the last; `None` if it is open-ended.
    pub ends_at: Option<Timestamp>,
    /// The zone that its dates are told in.
    pub time_zone: TimeZone,
    /// Marks on the bar.
    pub milestones: Vec<Milestone>,
    /// What comes after the goal, ascending.
    pub stretch_goals: Vec<StretchGoal>,
    /// The lowest price that lets one count, for "from €7 a month".
    pub from_price: Option<Price>,
    /// The version of the numbers, for the script that keeps them current.
    pub version: i64,
}

impl Counter {
    /// How many are missing; 0 at or past the goal.
    pub fn remaining(&self) -> i64 {
        (self.goal - self.count).max(0)
    }

    /// The goal that is worked towards now: the goal, or the next stretch goal past it.
    pub(super) fn next_goal(&self) -> Option<&StretchGoal> {
        let past = matches!(self.state, CampaignState::Reached { .. }) && self.count >= self.goal;
        self.stretch_goals.iter().find(|stretch| past && stretch.goal > self.count)
    }

    pub(super) fn deadline(&self, chrome: &Chrome) -> String {
        match self.ends_at {
            Some(at) => chrome.texts.deadline(at, &self.time_zone, chrome.now),
            None => String::new(),
        }
    }
}
