//! The counter in words: what leads, the sentence under it, what else there is to say.

use super::counter_bar::Bar;
use super::{CampaignState, Chrome, Counter, Outcome, Who};
use crate::text::{Markup, Texts};

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

impl Counter {
    /// Everything that the counter's template says.
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

    /// One quiet line: "399 to go: 24,601 of 25,000 members so far."
    pub(super) fn line(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        let key = match self.state {
            CampaignState::Ended { .. } => "counter-line-ended",
            _ if self.nearly && self.remaining() > 0 => "counter-line-nearly",
            _ => "counter-line",
        };
        let phrase = t.say(key).with("count", self.count).with("goal", self.goal);
        phrase.with("remaining", self.remaining()).text()
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
}
