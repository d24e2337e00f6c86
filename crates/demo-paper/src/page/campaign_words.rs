//! The campaign in the paper's own words: one set for each of its states.

use super::campaign_bar::Bar;
use crate::masthead::Campaign;
use crate::words;

/// What the strip and the gate say.
pub struct Strip {
    /// `24,601`.
    pub count: String,
    /// `399`: what is missing, when that should lead.
    pub to_go: Option<String>,
    /// `25,000`.
    pub goal: String,
    /// The way from the campaign's first day to the goal; none before that day.
    pub bar: Option<Bar>,
    /// `Help us reach 25,000 by 31 December, midnight in Lisbon.`
    pub appeal: String,
}

impl Strip {
    /// The words for a campaign as it is now.
    pub fn of(campaign: &Campaign) -> Self {
        let goal = words::number(campaign.goal);
        let is_running = campaign.state == "live" && campaign.remaining > 0;
        Self {
            count: words::number(campaign.count),
            to_go: (is_running && campaign.nearly).then(|| words::number(campaign.remaining)),
            bar: Bar::of(campaign),
            appeal: appeal(campaign, &goal),
            goal,
        }
    }
}

fn appeal(campaign: &Campaign, goal: &str) -> String {
    let deadline = campaign.ends_at.as_deref().and_then(|end| words::deadline(end, &campaign.time_zone));
    match (campaign.state.as_str(), deadline) {
        ("live", Some(deadline)) if campaign.remaining > 0 => format!("Help us reach {goal} {deadline}."),
        ("live", None) if campaign.remaining > 0 => format!("Help us reach {goal}."),
        ("live" | "reached", _) => format!("The goal was {goal}, and there is room for you."),
        _ => "There is room for you.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(state: &str, count: i64) -> Campaign {
        let goal = 25_000;
        let remaining = (goal - count).max(0);
        Campaign {
            count,
            goal,
            start_count: Some(23_900),
            stretch_goals: Vec::new(),
            remaining,
            nearly: remaining < 2500,
            state: state.to_owned(),
            starts_at: "2026-08-31T23:00:00Z".to_owned(),
            ends_at: Some("2027-01-01T00:00:00Z".to_owned()),
            time_zone: "Europe/Lisbon".to_owned(),
        }
    }

    #[test]
    fn near_the_goal_what_is_missing_leads() {
        let strip = Strip::of(&campaign("live", 24_601));
        assert_eq!(strip.to_go.as_deref(), Some("399"));
        assert_eq!(strip.appeal, "Help us reach 25,000 by 31 December, midnight in Lisbon.");
        assert_eq!(Strip::of(&campaign("live", 12_000)).to_go, None);
    }

    #[test]
    fn past_the_goal_nothing_is_missing() {
        for state in ["live", "reached"] {
            let strip = Strip::of(&campaign(state, 25_012));
            assert_eq!(strip.to_go, None);
            assert_eq!(strip.appeal, "The goal was 25,000, and there is room for you.");
        }
        assert_eq!(Strip::of(&campaign("ended", 25_012)).appeal, "There is room for you.");
    }
}
