//! The campaign's own page: the counter as the hero, the pitch, how is counted, the way in.

use askama::Template;
use jiff::Timestamp;

use super::counter_words::CounterWords;
use super::{Chrome, Counter, finish};
use crate::domain::entitlement::Source;
use crate::text::Texts;

/// The campaign page, `/` and `/campaigns/{slug}`.
#[derive(Clone, Debug)]
pub struct CampaignPage {
    /// Its title: "25,000 members by the end of the year".
    pub title: String,
    /// Why, in the newsroom's own plain words; blank lines part paragraphs.
    pub pitch: String,
    /// How far it is.
    pub counter: Counter,
    /// How is counted.
    pub counting: Counting,
    /// The member who is looking.
    pub member: Option<MemberGreeting>,
    /// As of when the numbers are.
    pub as_of: Timestamp,
}

/// The member who is looking at the campaign.
#[derive(Clone, Debug)]
pub struct MemberGreeting {
    /// Whether the member is one of those counted.
    pub counted: bool,
    /// Whether the member had a membership, and has none now.
    pub former: bool,
}

/// How is counted, as the campaign's rule says.
#[derive(Clone, Debug)]
pub struct Counting {
    /// Whether those who left are taken off again.
    pub net: bool,
    /// Whether only those count who joined within the campaign's time.
    pub joined_only: bool,
    /// Where a membership may come from to count.
    pub sources: Vec<Source>,
    /// People whose list is elsewhere.
    pub offset: Option<Offset>,
}

/// A number of people whose list we do not have.
#[derive(Clone, Debug)]
pub struct Offset {
    /// How many.
    pub count: i64,
    /// Counted when.
    pub at: Timestamp,
    /// By whom.
    pub author: String,
    /// Why: "still billed by the old system".
    pub reason: String,
    /// Nobody has looked for 35 days.
    pub stale: bool,
}

/// One step on the way.
struct Step {
    count: String,
    title: String,
    note: Option<String>,
    reached: bool,
}

fn step(t: &Texts, count: i64, title: &str, note: Option<String>, reached: bool) -> Step {
    Step { count: t.number(count), title: title.to_owned(), note, reached }
}

#[derive(Template)]
#[template(path = "campaign.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: &'a str,
    description: String,
    view: &'a CampaignPage,
    counter: &'a Counter,
    words: CounterWords,
    rule: Vec<String>,
}

impl CampaignPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let words = self.counter.words(chrome);
        finish(Page {
            chrome,
            t: chrome.texts,
            title: &self.title,
            description: self.counter.line(chrome),
            view: self,
            counter: &self.counter,
            words,
            rule: self.rule(chrome),
        })
    }

    fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.pitch.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
    }

    fn join_path(&self, chrome: &Chrome) -> String {
        chrome.link(&format!("/join?campaign={}", self.counter.slug))
    }

    fn is_open(&self) -> bool {
        !matches!(self.counter.state, super::CampaignState::Ended { .. })
    }

    /// Milestones, the goal and what comes after it, in one ascending list.
    fn steps(&self, chrome: &Chrome) -> Vec<Step> {
        let t = chrome.texts;
        let counter = &self.counter;
        let mut steps: Vec<(i64, Step)> = Vec::new();
        for milestone in &counter.milestones {
            let note = milestone
                .reached_at
                .map(|at| t.say("step-reached").with("day", t.day(at, &counter.time_zone, chrome.now)).text());
            let reached = milestone.reached_at.is_some() || milestone.count <= counter.count;
            steps.push((milestone.count, step(t, milestone.count, &milestone.title, note, reached)));
        }
        let goal = t.say("step-goal").text();
        steps.push((counter.goal, step(t, counter.goal, &goal, None, counter.count >= counter.goal)));
        for stretch in &counter.stretch_goals {
            let note = Some(t.say("step-stretch").text());
            steps.push((stretch.goal, step(t, stretch.goal, &stretch.title, note, counter.count >= stretch.goal)));
        }
        steps.sort_by_key(|(count, _)| *count);
        steps.into_iter().map(|(_, step)| step).collect()
    }

    /// The counting rule as sentences.
    fn rule(&self, chrome: &Chrome) -> Vec<String> {
        let t = chrome.texts;
        let zone = &self.counter.time_zone;
        let counting = &self.counting;
        let mut sentences = vec![self.who_counts(t)];
        let key = if counting.net { "net" } else { "gross" };
        sentences.push(t.say(&self.rule_key(key)).text());
        if let Some(offset) = &counting.offset {
            let phrase = t.say("rule-offset").with("count", offset.count).with("reason", offset.reason.as_str());
            let day = t.full_day(offset.at, zone);
            sentences.push(phrase.with("author", offset.author.as_str()).with("day", day.as_str()).text());
            if offset.stale {
                sentences.push(t.say("rule-offset-stale").with("day", day.as_str()).text());
            }
        }
        sentences.push(t.say("rule-as-of").with("moment", t.moment(self.as_of, zone, chrome.now)).text());
        sentences
    }

    /// An ended campaign's rule is told in the past.
    fn rule_key(&self, name: &str) -> String {
        if self.is_open() { format!("rule-{name}") } else { format!("rule-ended-{name}") }
    }

    /// The greeting's key, if there is one to say.
    fn greeting_key(&self, member: &MemberGreeting) -> Option<&'static str> {
        match (member.counted, self.is_open()) {
            (true, true) => Some("campaign-greeting-counted"),
            (true, false) => Some("campaign-greeting-was-counted"),
            (false, true) if member.former => Some("campaign-greeting-former"),
            (false, true) => Some("campaign-greeting"),
            (false, false) => None,
        }
    }

    fn who_counts(&self, t: &Texts) -> String {
        let key = match (self.counter.who, self.counting.joined_only) {
            (super::Who::PayingMembers, false) => "paying-total",
            (super::Who::PayingMembers, true) => "paying-joined",
            (super::Who::AllMembers, false) => "all-total",
            (super::Who::AllMembers, true) => "all-joined",
        };
        let sources: Vec<String> = self.counting.sources.iter().map(|source| t.source(*source)).collect();
        t.say(&self.rule_key(key)).with("sources", t.list_or(&sources)).text()
    }
}
