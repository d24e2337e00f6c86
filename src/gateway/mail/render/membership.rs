//! The mails about a membership's life: receipts, payments that fail, changes, its end.

mod said;

use askama::Template;

use self::said::Said;
use super::letterhead::{Letterhead, RenderedMail, finish};
use crate::{domain::news::News, text::Texts};

/// News of a membership.
#[derive(Clone, Debug)]
pub struct MembershipMail {
    /// What happened, or is about to.
    pub news: News,
}

#[derive(Template)]
#[template(path = "mail_membership.html")]
struct Html<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    said: &'a Said,
}

#[derive(Template)]
#[template(path = "mail_membership.txt")]
struct Text<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    said: &'a Said,
}

impl MembershipMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let said = Said::of(&self.news, head);
        let (subject, preview) = (said.subject.as_str(), said.preview.as_str());
        let html = Html { head, t, subject, preview, said: &said };
        finish(head, subject, Text { head, t, said: &said }, html)
    }
}
