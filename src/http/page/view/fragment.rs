//! The counter as a piece of HTML for other people's pages: complete without a style and without a script.

use askama::Template;
use jiff::Timestamp;

use super::counter_words::CounterWords;
use super::{CampaignState, Chrome, Counter, finish, widget_css};
use crate::text::{Markup, Texts};

/// How much room the counter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// The number large, the bar, the sentence, the way in.
    Bar,
    /// A strip above an article.
    Compact,
    /// A few words within a line.
    Text,
}

/// A look that does not follow the page around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Ink on paper.
    Light,
    /// Chalk on night.
    Dark,
}

/// The counter for another website. All addresses in it are absolute.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// How far the campaign is.
    pub counter: Counter,
    /// As of when the numbers are.
    pub as_of: Timestamp,
    /// Where one joins.
    pub join_url: String,
    /// The member's own page.
    pub account_url: String,
    /// How much room it takes.
    pub variant: Variant,
    /// A look of its own; else it follows the page around it.
    pub scheme: Option<Scheme>,
    /// Whether the reader is known to be a member, and is greeted as one.
    pub for_member: bool,
    /// Whether the style stands in the fragment, for pages that do not link the stylesheet.
    pub inline_style: bool,
    /// Whether its links leave the frame that it is in.
    pub opens_on_top: bool,
}

#[derive(Template)]
#[template(path = "fragment.html")]
struct Page<'a> {
    view: &'a Fragment,
    counter: &'a Counter,
    t: &'a Texts,
    words: CounterWords,
    classes: String,
    greeting: Option<Markup>,
    text: Markup,
    act: Act,
    from: Option<String>,
    style: Option<Markup>,
}

/// The one thing to do.
struct Act {
    url: String,
    words: String,
    is_join: bool,
}

impl Fragment {
    /// The HTML.
    pub fn render(&self, chrome: &Chrome) -> String {
        let (t, counter) = (chrome.texts, &self.counter);
        let greeting = || t.say("campaign-greeting-counted").with("count", counter.count).markup();
        finish(Page {
            view: self,
            counter,
            t,
            words: counter.words(chrome),
            classes: self.classes(),
            greeting: self.for_member.then(greeting),
            text: t.say("widget-text").with("count", counter.count).with("goal", counter.goal).markup(),
            act: self.act(t),
            from: counter.from_price.as_ref().filter(|_| !self.for_member).map(|price| price.words(t)),
            // Our own stylesheet with the newsroom's colours, which are parsed: nothing in it can close the element.
            style: self.inline_style.then(|| Markup::trusted(widget_css(&chrome.theme))),
        })
    }

    fn classes(&self) -> String {
        let variant = match self.variant {
            Variant::Bar => "masthead-bar",
            Variant::Compact => "masthead-compact",
            Variant::Text => "masthead-text",
        };
        let scheme = match self.scheme {
            Some(Scheme::Light) => " masthead-light",
            Some(Scheme::Dark) => " masthead-dark",
            None => "",
        };
        format!("masthead-counter {variant}{scheme}")
    }

    fn act(&self, t: &Texts) -> Act {
        let ended = matches!(self.counter.state, CampaignState::Ended { .. });
        let (url, key) = match (self.for_member, ended) {
            (true, _) => (&self.account_url, "nav-account"),
            (false, true) => (&self.join_url, "campaign-join-after"),
            (false, false) => (&self.join_url, "campaign-join"),
        };
        Act { url: url.clone(), words: t.say(key).text(), is_join: !self.for_member }
    }

    /// Whether the strip has room for what leads: near the goal, where the sentence does not say it.
    fn strip_leads(&self) -> bool {
        matches!(self.counter.state, CampaignState::Live) && self.counter.nearly && self.counter.remaining() > 0
    }
}
