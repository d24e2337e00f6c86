//! The mails about the end of what was paid by bank transfer or in cash.

use askama::Template;
use jiff::Timestamp;

use super::letterhead::{Letterhead, RenderedMail, finish};
use crate::text::Texts;

/// A membership that nobody's card renews ends, or has ended.
#[derive(Clone, Debug)]
pub struct OfflineEndMail {
    /// "Supporter".
    pub plan_title: String,
    /// The first moment after it.
    pub until: Timestamp,
    /// Whether that is over.
    pub has_ended: bool,
}

#[derive(Template)]
#[template(path = "mail_offline_end.html")]
struct Html<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    heading: &'a str,
    body: &'a str,
}

#[derive(Template)]
#[template(path = "mail_offline_end.txt")]
struct Text<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    heading: &'a str,
    body: &'a str,
}

impl OfflineEndMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let (subject_key, heading_key, body_key) = match self.has_ended {
            false => ("mail-offline-subject-ahead", "mail-offline-heading-ahead", "mail-offline-ahead"),
            true => ("mail-offline-subject-ended", "mail-offline-heading-ended", "mail-offline-ended"),
        };
        let day = t.deadline(self.until, &head.time_zone, head.now);
        let plan = self.plan_title.as_str();
        let subject = t.say(subject_key).with("newsroom", head.newsroom()).text();
        let preview = t.say("mail-offline-preview").with("plan", plan).with("day", day.as_str()).text();
        let heading = t.say(heading_key).text();
        let body = t.say(body_key).with("plan", plan).with("day", day.as_str()).text();
        let (heading, body) = (heading.as_str(), body.as_str());
        let text = Text { head, t, heading, body };
        finish(head, &subject, text, Html { head, t, subject: &subject, preview: &preview, heading, body })
    }
}
