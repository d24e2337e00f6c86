//! The counter: how far a campaign is, in a number, a sentence and a bar.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Chrome, Price};
use crate::text::{Markup, Texts};

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

/// The counter in words and measures, ready for its template.
#[derive(Debug)]
pub(super) struct CounterWords {
    pub lead: Markup,
    pub lead_rest: Option<Markup>,
    pub sentence: Markup,
    pub after: Option<String>,
    pub settling: Option<String>,
    pub bar: Option<Bar>,
    pub accessible: String,
    /// The same with "{count}" left open, for the script.
    pub accessible_open: String,
    pub moving: bool,
    pub state: &'static str,
}

/// The bar's measures in percent of its width, written as SVG attributes want them.
#[derive(Debug)]
pub(super) struct Bar {
    pub start: i64,
    pub end: i64,
    pub filled: String,
    pub start_label: String,
    pub end_label: Option<String>,
    pub goal_mark: Option<GoalMark>,
    pub ticks: Vec<Tick>,
}

/// The goal within the bar, once it is passed, with its label above.
#[derive(Debug)]
pub(super) struct GoalMark {
    pub at: String,
    pub label: String,
    /// Which end of the label stands at the mark, so that it stays above the bar.
    pub anchor: &'static str,
}

/// One mark on the bar.
#[derive(Debug)]
pub(super) struct Tick {
    pub at: String,
    pub reached: bool,
}

impl Counter {
    /// How many are missing; 0 at or past the goal.
    pub fn remaining(&self) -> i64 {
        (self.goal - self.count).max(0)
    }

    /// The goal that is worked towards now: the goal, or the next stretch goal past it.
    fn next_goal(&self) -> Option<&StretchGoal> {
        let past = matches!(self.state, CampaignState::Reached { .. }) && self.count >= self.goal;
        self.stretch_goals.iter().find(|stretch| past && stretch.goal > self.count)
    }

    fn deadline(&self, chrome: &Chrome) -> String {
        match self.ends_at {
            Some(at) => chrome.texts.deadline(at, &self.time_zone, chrome.now),
            None => String::new(),
        }
    }

    pub(super) fn words(&self, chrome: &Chrome) -> CounterWords {
        let t = chrome.texts;
        let (lead, lead_rest) = self.lead(chrome);
        CounterWords {
            lead,
            lead_rest,
            sentence: self.sentence(chrome),
            after: self.after(t),
            settling: self.settling_words(chrome),
            bar: self.bar(chrome),
            accessible: t.say("counter-accessible").with("count", self.count).with("goal", self.goal).text(),
            accessible_open: t.say("counter-accessible").with("count", "{count}").with("goal", self.goal).text(),
            moving: !matches!(self.state, CampaignState::Ended { .. }),
            state: self.state_name(),
        }
    }

    fn state_name(&self) -> &'static str {
        match self.state {
            CampaignState::Upcoming => "upcoming",
            CampaignState::Live => "live",
            CampaignState::Reached { .. } => "reached",
            CampaignState::Ended { .. } => "ended",
        }
    }

    /// The largest words of the page, and what completes them in smaller ones.
    fn lead(&self, chrome: &Chrome) -> (Markup, Option<Markup>) {
        let t = chrome.texts;
        let number = t.say("counter-number").with("count", self.count).markup();
        match self.state {
            CampaignState::Upcoming => {
                let day = t.day(self.starts_at, &self.time_zone, chrome.now);
                (t.say("counter-upcoming").with("day", day).markup(), None)
            }
            CampaignState::Live if self.nearly && self.remaining() > 0 => {
                (t.say("counter-nearly").with("remaining", self.remaining()).markup(), None)
            }
            CampaignState::Live => (number, Some(t.say("counter-of").with("goal", self.goal).markup())),
            CampaignState::Reached { .. } | CampaignState::Ended { outcome: Outcome::Met, .. } => {
                (number, Some(t.say("counter-members").with("count", self.count).markup()))
            }
            CampaignState::Ended { outcome: Outcome::Missed, .. } => {
                (number, Some(t.say("counter-of").with("goal", self.goal).markup()))
            }
        }
    }

    fn sentence(&self, chrome: &Chrome) -> Markup {
        let t = chrome.texts;
        let who = match self.who {
            Who::PayingMembers => "paying",
            Who::AllMembers => "all",
        };
        let key = match (self.state, self.ends_at.is_some()) {
            (CampaignState::Upcoming, true) => "counter-sentence-upcoming",
            (CampaignState::Upcoming, false) => "counter-sentence-upcoming-open",
            (CampaignState::Live, true) => "counter-sentence-live",
            (CampaignState::Live, false) => "counter-sentence-live-open",
            (CampaignState::Reached { .. }, _) if self.count < self.goal => "counter-sentence-reached-dropped",
            (CampaignState::Reached { .. }, _) => "counter-sentence-reached",
            (CampaignState::Ended { outcome: Outcome::Met, .. }, _) => "counter-sentence-met",
            (CampaignState::Ended { outcome: Outcome::Missed, .. }, _) => "counter-sentence-missed",
        };
        let mut phrase = t.say(key);
        phrase = phrase.with("who", who).with("count", self.count).with("goal", self.goal);
        phrase = phrase.with("deadline", self.deadline(chrome));
        if let CampaignState::Reached { at } = self.state {
            phrase = phrase.with("day", t.day(at, &self.time_zone, chrome.now));
        }
        phrase.markup()
    }

    fn after(&self, t: &Texts) -> Option<String> {
        let next = self.next_goal()?;
        Some(t.say("counter-next").with("goal", next.goal).with("title", next.title.as_str()).text())
    }

    fn settling_words(&self, chrome: &Chrome) -> Option<String> {
        if self.settling <= 0 {
            return None;
        }
        let t = chrome.texts;
        Some(match self.state {
            CampaignState::Ended { final_figure_at: Some(at), .. } => t
                .say("counter-settling-final")
                .with("settling", self.settling)
                .with("day", t.day(at, &self.time_zone, chrome.now))
                .text(),
            _ => t.say("counter-settling").with("settling", self.settling).text(),
        })
    }

    fn bar(&self, chrome: &Chrome) -> Option<Bar> {
        if matches!(self.state, CampaignState::Upcoming) || self.start_count >= self.goal {
            return None;
        }
        let t = chrome.texts;
        let start = self.start_count;
        let passed = self.count > self.goal;
        // Past the goal without a next one, the goal's mark stands inside the bar with a little room behind the count.
        let room = (self.count - start) / 20 + 1;
        let end = match self.next_goal() {
            Some(next) => next.goal,
            None if passed => self.count + room,
            None => self.goal,
        };
        let share = |count: i64| percent(count - start, end - start);
        let day = t.day(self.starts_at, &self.time_zone, chrome.now);
        let inside = |count: i64| count > start && count < end;
        // Where the bar ends in a goal, that goal stands below its end; else its end means nothing.
        let end_goal = (end == self.goal || self.next_goal().is_some()).then_some(end);
        Some(Bar {
            start,
            end,
            filled: share(self.count),
            start_label: t.say("counter-bar-start").with("count", start).with("day", day).text(),
            end_label: end_goal.map(|goal| t.say("counter-bar-goal").with("goal", goal).text()),
            goal_mark: (end > self.goal).then(|| GoalMark {
                at: share(self.goal),
                label: t.say("counter-bar-goal-passed").with("goal", self.goal).text(),
                anchor: anchor(self.goal - start, end - start),
            }),
            ticks: self
                .milestones
                .iter()
                .filter(|milestone| inside(milestone.count))
                .map(|milestone| Tick { at: share(milestone.count), reached: milestone.count <= self.count })
                .collect(),
        })
    }
}

/// Which end of a label stands at its mark: the middle, but near an end of the bar that end.
fn anchor(part: i64, whole: i64) -> &'static str {
    match part * 5 / whole.max(1) {
        0 => "start",
        1..=3 => "middle",
        _ => "end",
    }
}

/// A share of a whole in percent with two decimals, within 0 and 100.
fn percent(part: i64, whole: i64) -> String {
    let share = if whole <= 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    format!("{:.2}%", share.clamp(0.0, 100.0))
}
