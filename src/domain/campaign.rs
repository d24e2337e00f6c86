//! Campaigns: a goal, a counting rule, a window, and the state that follows from them.

use serde::{Deserialize, Serialize};

use super::{
    counting::CountingRule,
    id::CampaignId,
    time::{DAY_MILLIS, Moment, Window},
};

/// After how long without a check an offset is shown as stale.
pub const OFFSET_STALE_AFTER_MILLIS: i64 = 35 * DAY_MILLIS;

/// A further goal behind the goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StretchGoal {
    /// Members.
    pub goal: i64,
    /// What it makes possible.
    pub title: String,
}

/// A number on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// Members.
    pub count: i64,
    /// What it makes possible.
    pub title: String,
    /// When the tally first stood there.
    #[serde(default)]
    pub reached_at: Option<Moment>,
}

/// A campaign as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// The campaign's id.
    pub id: CampaignId,
    /// Its name in addresses.
    pub slug: String,
    /// Its headline.
    pub title: String,
    /// Why it is run.
    pub pitch: String,
    /// The goal, in members.
    pub goal_members: i64,
    /// The count on the first day, where the bar begins, as far as it is known.
    pub start_members: Option<i64>,
    /// Who counts.
    pub rule: CountingRule,
    /// `[starts_at, ends_at)` in business time.
    pub window: Window,
    /// The IANA name of the zone that the window is meant in.
    pub time_zone: String,
    /// Goals behind the goal, rising.
    pub stretch_goals: Vec<StretchGoal>,
    /// Numbers on the way, rising.
    pub milestones: Vec<Milestone>,
    /// When it became public; none for a draft.
    pub published_at: Option<Moment>,
    /// When the tally first stood at the goal.
    pub reached_at: Option<Moment>,
    /// The count that was frozen at the end.
    pub frozen_members: Option<i64>,
    /// The sum of the folded ledger rows.
    pub tally_members: i64,
    /// Rises with each change of what the counter shows.
    pub version: i64,
    /// Business time of the last fold.
    pub as_of: Moment,
}

/// Where a campaign stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// Not public.
    Draft,
    /// Public; the window is ahead.
    Upcoming,
    /// Running.
    Live,
    /// Running, and the goal was reached once.
    Reached,
    /// Over.
    Ended,
}

/// How an ended campaign ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The frozen count is at or above the goal.
    Met,
    /// It is below.
    Missed,
}

impl Campaign {
    /// Where the campaign stands at a moment of business time.
    pub fn state(&self, now: Moment) -> CampaignState {
        let over = self.window.until.is_some_and(|until| now >= until);
        match () {
            () if self.published_at.is_none() => CampaignState::Draft,
            () if over || self.frozen_members.is_some() => CampaignState::Ended,
            () if now < self.window.from => CampaignState::Upcoming,
            () if self.reached_at.is_some() => CampaignState::Reached,
            () => CampaignState::Live,
        }
    }

    /// The number to show, in members: the frozen one once there is one, never below zero.
    pub fn count_members(&self) -> i64 {
        self.frozen_members.unwrap_or(self.tally_members).max(0)
    }

    /// How it ended; none while it runs.
    pub fn outcome(&self, now: Moment) -> Option<Outcome> {
        (self.state(now) == CampaignState::Ended)
            .then(|| if self.count_members() >= self.goal_members { Outcome::Met } else { Outcome::Missed })
    }

    /// Tenths of a percent of the goal, cut down, not capped.
    pub fn permille(&self) -> i64 {
        self.count_members().saturating_mul(1_000) / self.goal_members.max(1)
    }

    /// How many are missing, in members; zero once the goal is reached.
    pub fn remaining_members(&self) -> i64 {
        (self.goal_members - self.count_members()).max(0)
    }

    /// Whether it runs, lacks something, and has at least 90%.
    pub fn is_nearly(&self, now: Moment) -> bool {
        self.state(now) == CampaignState::Live && self.permille() >= 900 && self.remaining_members() > 0
    }
}

/// A bare number for people whose list is elsewhere: public, dated, with author and reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Members.
    pub members: i64,
    /// When it was last checked, in business time.
    pub at: Moment,
    /// Who says so.
    pub author: String,
    /// Why they count.
    pub reason: String,
}

impl Offset {
    /// Whether nobody has checked it for 35 days.
    pub fn is_stale(&self, now: Moment) -> bool {
        now.millis_since(self.at) > OFFSET_STALE_AFTER_MILLIS
    }
}
