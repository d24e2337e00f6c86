//! What all mails share.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::text::{Colour, Texts, Theme};

/// The newsroom that writes, and the language it writes in.
#[derive(Clone, Debug)]
pub struct Letterhead {
    /// The recipient's language.
    pub texts: &'static Texts,
    /// The newsroom's name and colour.
    pub theme: Theme,
    /// The newsroom's zone, for dates.
    pub time_zone: TimeZone,
    /// Business time of writing.
    pub now: Timestamp,
    /// Our own absolute address with the base path, without a slash at its end.
    pub base_url: String,
}

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedMail {
    /// Who writes, by name.
    pub newsroom: String,
    /// One line, without control characters.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part, a whole document.
    pub html: String,
}

impl Letterhead {
    /// The absolute address of the account.
    pub fn account_url(&self) -> String {
        format!("{}/account", self.base_url)
    }

    /// The absolute address of the page to join on.
    pub fn join_url(&self) -> String {
        format!("{}/join", self.base_url)
    }

    /// The absolute address of the page to cancel on.
    pub fn cancel_url(&self) -> String {
        format!("{}/cancel", self.base_url)
    }

    pub(super) fn day(&self, at: Timestamp) -> String {
        self.texts.day(at, &self.time_zone, self.now)
    }

    /// The newsroom's name; texts take it as a value.
    pub(super) fn newsroom(&self) -> &str {
        &self.theme.newsroom
    }

    pub(super) fn paper(&self) -> Colour {
        Colour::PAPER
    }

    pub(super) fn ink(&self) -> Colour {
        Colour::INK
    }

    pub(super) fn night(&self) -> Colour {
        Colour::NIGHT
    }

    pub(super) fn chalk(&self) -> Colour {
        Colour::CHALK
    }
}

/// Puts the parts together. The only way rendering can fail is a failing `Display`, and none of ours does.
pub(super) fn finish(
    head: &Letterhead,
    subject: &str,
    text: impl askama::Template,
    html: impl askama::Template,
) -> RenderedMail {
    let render = |result: Result<String, askama::Error>| {
        result.unwrap_or_else(|error| {
            tracing::error!(%error, "a mail could not be rendered");
            String::new()
        })
    };
    RenderedMail {
        newsroom: head.newsroom().to_owned(),
        subject: one_line(subject),
        text: render(text.render()),
        html: render(html.render()),
    }
}

/// Six digits in two groups, as people read them out: "481 207".
pub(super) fn spaced(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((first, rest)) => format!("{first} {rest}"),
        None => code.to_owned(),
    }
}

/// A name from settings must not be able to add a header.
fn one_line(subject: &str) -> String {
    subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
