//! The mails about an address that changes.

use askama::Template;

use super::letterhead::{Letterhead, RenderedMail, finish};
use crate::text::Texts;

/// To the new address: is it yours?
#[derive(Clone, Debug)]
pub struct ConfirmAddressMail {
    /// The absolute address of the page with the button.
    pub link: String,
    /// How long it holds, in minutes.
    pub valid_minutes: i64,
}

/// To the old address: it has changed.
#[derive(Clone, Debug)]
pub struct AddressChangedMail {
    /// The new address, masked ("o…@…"): the old one's owner may be somebody else by now.
    pub masked_new_email: String,
}

#[derive(Template)]
#[template(path = "mail_confirm_address.html")]
struct ConfirmHtml<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    view: &'a ConfirmAddressMail,
}

#[derive(Template)]
#[template(path = "mail_confirm_address.txt")]
struct ConfirmText<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    view: &'a ConfirmAddressMail,
}

impl ConfirmAddressMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let subject = t.say("mail-confirm-subject").with("newsroom", head.newsroom()).text();
        let preview = t.say("mail-confirm-preview").text();
        let html = ConfirmHtml { head, t, subject: &subject, preview: &preview, view: self };
        finish(head, &subject, ConfirmText { head, t, view: self }, html)
    }
}

#[derive(Template)]
#[template(path = "mail_address_changed.html")]
struct ChangedHtml<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    view: &'a AddressChangedMail,
}

#[derive(Template)]
#[template(path = "mail_address_changed.txt")]
struct ChangedText<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    view: &'a AddressChangedMail,
}

impl AddressChangedMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let subject = t.say("mail-changed-subject").with("newsroom", head.newsroom()).text();
        let preview = t.say("mail-changed-preview").text();
        let html = ChangedHtml { head, t, subject: &subject, preview: &preview, view: self };
        finish(head, &subject, ChangedText { head, t, view: self }, html)
    }
}
