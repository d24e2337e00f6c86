//! The mail that brings a gift's code, to whom it is given or to the giver who hands it over.

use askama::Template;
use jiff::Timestamp;

use super::letterhead::{Letterhead, RenderedMail, finish};
use crate::{
    domain::{gift::Note, mail::GiftTo},
    text::Texts,
};

/// A gift's code.
#[derive(Clone, Debug)]
pub struct GiftMail {
    /// "Supporter".
    pub plan: String,
    /// For how many months it opens the plan.
    pub months: i64,
    /// The code, in groups.
    pub code: String,
    /// The first moment at which it can no longer be redeemed.
    pub redeem_until: Timestamp,
    /// What the giver wrote.
    pub note: Note,
    /// To whom it goes.
    pub to: GiftTo,
    /// Whether it was mailed before.
    pub is_reminder: bool,
}

/// What it says.
struct Words {
    subject: String,
    preview: String,
    paragraphs: Vec<String>,
    /// Who wrote the words below; empty when there are none.
    writes: String,
    /// The giver's own words: paragraphs of lines.
    message: Vec<Vec<String>>,
    redeem_url: String,
    foot: String,
}

#[derive(Template)]
#[template(path = "mail_gift.html")]
struct Html<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    said: &'a Words,
    code: &'a str,
}

#[derive(Template)]
#[template(path = "mail_gift.txt")]
struct Text<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    said: &'a Words,
    code: &'a str,
}

impl GiftMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let (t, said, code) = (head.texts, self.words(head), self.code.as_str());
        let html = Html { head, t, subject: &said.subject, preview: &said.preview, said: &said, code };
        finish(head, &said.subject, Text { head, t, said: &said, code }, html)
    }

    fn words(&self, head: &Letterhead) -> Words {
        let t = head.texts;
        let day = t.full_day(self.redeem_until, &head.time_zone);
        let from = self.note.from.as_deref();
        let say = |key: &str| {
            let phrase = t.say(key).with("newsroom", head.newsroom()).with("plan", self.plan.as_str());
            phrase.with("months", self.months).with("day", day.as_str()).with("from", from.unwrap_or_default()).text()
        };
        let (subject, body, foot) = match (self.to, from) {
            (GiftTo::Giver, _) => ("mail-gift-subject-giver", "mail-gift-body-giver", "mail-gift-foot-giver"),
            (GiftTo::Reader, Some(_)) => ("mail-gift-subject-from", "mail-gift-body-from", "mail-gift-foot"),
            (GiftTo::Reader, None) => ("mail-gift-subject", "mail-gift-body", "mail-gift-foot"),
        };
        let (subject, how) = match (self.is_reminder, self.to) {
            (true, _) => ("mail-gift-subject-reminder", "mail-gift-how-reminder"),
            (false, GiftTo::Reader) => (subject, "mail-gift-how"),
            (false, GiftTo::Giver) => (subject, "mail-gift-how-giver"),
        };
        let message = self.message();
        let writes = match (message.is_empty(), from) {
            (true, _) => String::new(),
            (false, Some(_)) => say("mail-gift-writes-from"),
            (false, None) => say("mail-gift-writes"),
        };
        Words {
            subject: say(subject),
            preview: say("mail-gift-preview"),
            paragraphs: vec![say(body), say(how)],
            writes,
            message,
            redeem_url: format!("{}/gift/redeem", head.base_url),
            foot: say(foot),
        }
    }

    /// What the giver wrote, for its reader and once.
    fn message(&self) -> Vec<Vec<String>> {
        let is_for_reader = self.to == GiftTo::Reader && !self.is_reminder;
        let message = self.note.message.as_deref().filter(|_| is_for_reader).unwrap_or_default();
        let paragraphs = message.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
        paragraphs.map(|paragraph| paragraph.lines().map(str::to_owned).collect()).collect()
    }
}
