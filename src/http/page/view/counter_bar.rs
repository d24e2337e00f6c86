//! The counter's bar: measures in percent, since nothing is styled inline.

use super::{CampaignState, Chrome, Counter};

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
    /// The bar; none before the first day, nor where there is no way to go.
    pub(super) fn bar(&self, chrome: &Chrome) -> Option<Bar> {
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
            filled: if self.count > start { percent_seen(self.count - start, end - start) } else { share(start) },
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

/// As [`percent`], but never thinner than can be seen: the first member of a campaign is a member.
fn percent_seen(part: i64, whole: i64) -> String {
    if part * 1000 < whole * 6 { "0.60%".to_owned() } else { percent(part, whole) }
}

/// A share of a whole in percent with two decimals, within 0 and 100.
fn percent(part: i64, whole: i64) -> String {
    let share = if whole <= 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    format!("{:.2}%", share.clamp(0.0, 100.0))
}
