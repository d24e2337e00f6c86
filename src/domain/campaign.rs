//! Campaigns: a goal, a counting rule, a window, and the state that follows from them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    counting::CountingRule,
    id::CampaignId,
    time::{DAY_MILLIS, Moment, Window},
};

/// After how long without a check an offset is shown as stale.
pub const OFFSET_STALE_AFTER_MILLIS: i64 = 35 * DAY_MILLIS;

/// A further goal behind the goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StretchGoal {
    /// Members.
    pub goal: i64,
    /// What it makes possible.
    pub title: String,
}

/// A number on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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

    /// The moment as of which members are judged: now while the window lasts, its last moment afterwards. So whoever is looked at
    /// late, after the end, is counted as they stood at the end.
    pub fn judged_at(&self, now: Moment) -> Moment {
        self.window.until.map_or(now, |until| now.min(until.plus_millis(-1)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        counting::{Basis, Leavers, Who},
        entropy::Entropy,
    };

    struct Fixed;
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(3);
        }
    }

    fn campaign(tally_members: i64) -> Campaign {
        Campaign {
            id: CampaignId::mint(Moment::from_millis(0), &Fixed),
            slug: "goal".to_owned(),
            title: String::new(),
            pitch: String::new(),
            goal_members: 25_000,
            start_members: None,
            rule: CountingRule {
                who: Who::PayingMembers,
                basis: Basis::Total,
                leavers: Leavers::Net,
                sources: CountingRule::DEFAULT_SOURCES.to_vec(),
            },
            window: Window { from: Moment::from_millis(100), until: Some(Moment::from_millis(200)) },
            time_zone: "Europe/Kyiv".to_owned(),
            stretch_goals: vec![],
            milestones: vec![],
            published_at: Some(Moment::from_millis(0)),
            reached_at: None,
            frozen_members: None,
            tally_members,
            version: 1,
            as_of: Moment::from_millis(0),
        }
    }

    #[test]
    fn a_campaign_goes_from_draft_to_its_end() {
        let state = |campaign: &Campaign, now| campaign.state(Moment::from_millis(now));
        let draft = Campaign { published_at: None, ..campaign(0) };
        assert_eq!(state(&draft, 150), CampaignState::Draft);
        assert_eq!(state(&campaign(0), 99), CampaignState::Upcoming);
        assert_eq!(state(&campaign(0), 100), CampaignState::Live);
        let reached = Campaign { reached_at: Some(Moment::from_millis(120)), ..campaign(24_998) };
        assert_eq!(state(&reached, 150), CampaignState::Reached);
        assert_eq!(state(&reached, 200), CampaignState::Ended);
        assert_eq!(reached.outcome(Moment::from_millis(200)), Some(Outcome::Missed));
        let frozen = Campaign { frozen_members: Some(25_000), ..campaign(24_000) };
        assert_eq!((frozen.count_members(), frozen.outcome(Moment::from_millis(300))), (25_000, Some(Outcome::Met)));
    }

    #[test]
    fn percent_is_cut_down_and_not_capped() {
        assert_eq!(campaign(24_601).permille(), 984);
        assert_eq!(campaign(24_999).permille(), 999);
        assert_eq!(campaign(30_000).permille(), 1_200);
        assert_eq!(campaign(-3).count_members(), 0);
    }

    #[test]
    fn nearly_is_from_ninety_percent_until_nothing_is_missing() {
        let nearly = |tally| campaign(tally).is_nearly(Moment::from_millis(150));
        assert_eq!([22_499, 22_500, 24_999, 25_000].map(nearly), [false, true, true, false]);
        assert!(!campaign(24_000).is_nearly(Moment::from_millis(250)));
    }

    #[test]
    fn an_offset_is_stale_after_35_days() {
        let offset = Offset { members: 1, at: Moment::from_millis(0), author: String::new(), reason: String::new() };
        assert!(!offset.is_stale(Moment::from_millis(35 * DAY_MILLIS)));
        assert!(offset.is_stale(Moment::from_millis(35 * DAY_MILLIS + 1)));
    }
}
