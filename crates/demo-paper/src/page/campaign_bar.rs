//! The bar under the campaign's words, on the scale of Masthead's own: it begins at the campaign's first day and is labelled.

use crate::masthead::Campaign;
use crate::words;

/// The bar and its two ends.
#[derive(Debug, PartialEq, Eq)]
pub struct Bar {
    /// The count at its beginning, for the script.
    pub start: i64,
    /// `23,900 on 1 September`.
    pub start_label: String,
    /// `25,000`; none where the bar ends in no goal.
    pub end_label: Option<String>,
    /// How full it is, in tenths of a percent from 0 to 1000.
    pub filled_permille: i64,
}

impl Bar {
    /// The bar of a campaign as it is now; none before the first day, nor where there is no way to go.
    pub fn of(campaign: &Campaign) -> Option<Self> {
        let start = campaign.start_count.unwrap_or(0);
        if campaign.state == "upcoming" || start >= campaign.goal {
            return None;
        }
        let end = end(campaign, start);
        let is_goal = end == campaign.goal || campaign.stretch_goals.iter().any(|stretch| stretch.goal == end);
        let from = words::number(start);
        let day = words::first_day(&campaign.starts_at, &campaign.time_zone);
        Some(Self {
            start,
            start_label: day.map_or_else(|| from.clone(), |day| format!("{from} on {day}")),
            end_label: is_goal.then(|| words::number(end)),
            filled_permille: permille(campaign.count - start, end - start),
        })
    }
}

/// Where the bar ends: at the goal, past it at the next one, past all of them a little behind the count.
fn end(campaign: &Campaign, start: i64) -> i64 {
    let is_past = campaign.state == "reached" && campaign.count >= campaign.goal;
    match campaign.stretch_goals.iter().find(|stretch| is_past && stretch.goal > campaign.count) {
        Some(next) => next.goal,
        None if campaign.count > campaign.goal => campaign.count + (campaign.count - start) / 20 + 1,
        None => campaign.goal,
    }
}

/// The first member is seen: never thinner than six tenths of a percent.
fn permille(part: i64, whole: i64) -> i64 {
    if part <= 0 { 0 } else { (part * 1000 / whole.max(1)).clamp(6, 1000) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masthead::StretchGoal;

    fn campaign(state: &str, count: i64) -> Campaign {
        Campaign {
            count,
            goal: 25_000,
            start_count: Some(23_900),
            stretch_goals: vec![StretchGoal { goal: 27_000 }],
            remaining: (25_000 - count).max(0),
            nearly: true,
            state: state.to_owned(),
            starts_at: "2026-08-31T23:00:00Z".to_owned(),
            ends_at: None,
            time_zone: "Europe/Lisbon".to_owned(),
        }
    }

    #[test]
    fn it_begins_at_the_first_day_so_that_the_last_steps_are_seen() {
        let bar = Bar::of(&campaign("live", 24_601)).expect("a bar");
        assert_eq!((bar.start_label.as_str(), bar.end_label.as_deref()), ("23,900 on 1 September", Some("25,000")));
        assert_eq!(bar.filled_permille, 637);
        assert_eq!(Bar::of(&campaign("live", 23_901)).expect("a bar").filled_permille, 6);
        assert_eq!(Bar::of(&campaign("upcoming", 23_900)), None);
    }

    #[test]
    fn past_the_goal_it_goes_on_as_mastheads_own_does() {
        let next = Bar::of(&campaign("reached", 25_010)).expect("a bar");
        assert_eq!((next.end_label.as_deref(), next.filled_permille), (Some("27,000"), 358));
        let ended = Bar::of(&campaign("ended", 25_010)).expect("a bar");
        assert_eq!((ended.end_label.as_deref(), ended.filled_permille), (None, 951));
    }
}
