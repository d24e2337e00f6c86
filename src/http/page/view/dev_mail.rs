//! The demonstration's mailbox: every mail that would have been sent.

use askama::Template;
use jiff::Timestamp;

use super::{Chrome, finish};
use crate::text::Texts;

/// All mail, newest first, `GET /dev/mail`.
#[derive(Clone, Debug)]
pub struct MailListPage {
    /// The mails.
    pub items: Vec<MailSummary>,
}

/// One mail in the list.
#[derive(Clone, Debug)]
pub struct MailSummary {
    /// Its id, as in `/dev/mail/{id}`.
    pub id: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// When.
    pub at: Timestamp,
    /// The code in it, if any.
    pub code: Option<String>,
}

/// One mail, `GET /dev/mail/{id}`. Its HTML part is served apart, at `/dev/mail/{id}/html`, by [`mail_body`].
#[derive(Clone, Debug)]
pub struct MailPage {
    /// What the list says of it.
    pub summary: MailSummary,
    /// The text part.
    pub text: String,
    /// The addresses in it.
    pub links: Vec<String>,
}

/// A mail's HTML part, made fit to be shown in a frame: its links open in the whole window. Serve it with
/// `Content-Security-Policy: sandbox allow-same-origin allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'`.
pub fn mail_body(html: &str) -> String {
    html.replacen("<head>", "<head><base target=\"_top\">", 1)
}

#[derive(Template)]
#[template(path = "dev_mail_list.html")]
struct ListPage<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a MailListPage,
}

impl MailListPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        finish(ListPage { chrome, t, title: t.say("mailbox-title").text(), description: String::new(), view: self })
    }

    fn moment(&self, at: &Timestamp, chrome: &Chrome) -> String {
        chrome.texts.moment(*at, &chrome.time_zone, chrome.now)
    }
}

#[derive(Template)]
#[template(path = "dev_mail.html")]
struct OnePage<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: &'a str,
    description: String,
    view: &'a MailPage,
    moment: String,
}

impl MailPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        finish(OnePage {
            chrome,
            t: chrome.texts,
            title: &self.summary.subject,
            description: String::new(),
            view: self,
            moment: chrome.texts.moment(self.summary.at, &chrome.time_zone, chrome.now),
        })
    }
}
