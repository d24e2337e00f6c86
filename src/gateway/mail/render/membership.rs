//! Mails in the life of a membership: a renewal, a payment that fails, its end.

use askama::Template;
use jiff::Timestamp;

use super::letterhead::{Letterhead, RenderedMail, finish};
use crate::text::{Price, Texts};

/// A renewal was paid: the receipt.
#[derive(Clone, Debug)]
pub struct RenewedMail {
    /// "Supporter".
    pub plan_title: String,
    /// What was paid, and how often it is.
    pub price: Price,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// The next payment; `None` if there is none.
    pub next_payment_at: Option<Timestamp>,
}

/// A renewal failed, or waits for the payer's approval.
#[derive(Clone, Debug)]
pub struct PaymentFailedMail {
    /// "Supporter".
    pub plan_title: String,
    /// What is to be paid.
    pub price: Price,
    /// Which of three mails about it this is, from 1.
    pub reminder: u8,
    /// Until when everything stays open.
    pub open_until: Timestamp,
    /// Where to approve and pay it, when it waits for that.
    pub pay_url: Option<String>,
}

/// A membership ended.
#[derive(Clone, Debug)]
pub struct EndedMail {
    /// "Supporter".
    pub plan_title: String,
    /// When.
    pub ended_at: Timestamp,
}

#[derive(Template)]
#[template(path = "mail_membership.html")]
struct MembershipHtml<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    said: &'a Said,
}

#[derive(Template)]
#[template(path = "mail_membership.txt")]
struct MembershipText<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    said: &'a Said,
}

/// What one of these mails says.
struct Said {
    subject: String,
    preview: String,
    paragraphs: Vec<String>,
    facts: Vec<(String, String)>,
    button: (String, String),
}

impl Said {
    fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let (subject, preview) = (self.subject.as_str(), self.preview.as_str());
        let html = MembershipHtml { head, t, subject, preview, said: self };
        finish(head, subject, MembershipText { head, t, said: self }, html)
    }
}

impl RenewedMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let name = |key: &str| t.say(key).text();
        let mut facts = vec![
            (name("account-plan"), self.plan_title.clone()),
            (name("account-amount"), self.price.words(t)),
            (name("mail-fact-paid"), t.full_day(self.paid_at, &head.time_zone)),
        ];
        facts.extend(self.next_payment_at.map(|at| (name("mail-fact-next"), head.day(at))));
        let money = self.price.money(t);
        Said {
            subject: t.say("mail-renewed-subject").with("newsroom", head.newsroom()).text(),
            preview: t.say("mail-renewed-preview").with("plan", self.plan_title.as_str()).with("money", money).text(),
            paragraphs: vec![name("mail-renewed-body")],
            facts,
            button: (name("mail-account-button"), head.account_url()),
        }
        .render(head)
    }
}

impl PaymentFailedMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let (money, until) = (self.price.money(t), head.day(self.open_until));
        let say = |key: &str| {
            let phrase = t.say(key).with("plan", self.plan_title.as_str()).with("money", money.as_str());
            phrase.with("day", until.as_str()).with("newsroom", head.newsroom()).text()
        };
        let (subject, body, button) = match (&self.pay_url, self.reminder) {
            (Some(url), _) => ("mail-approval-subject", "mail-approval-body", ("mail-approval-button", url.clone())),
            (None, 1) => ("mail-failed-subject", "mail-failed-body", ("mail-failed-button", head.account_url())),
            (None, 2) => ("mail-failed-subject-2", "mail-failed-body-2", ("mail-failed-button", head.account_url())),
            (None, _) => ("mail-failed-subject-3", "mail-failed-body-3", ("mail-failed-button", head.account_url())),
        };
        Said {
            subject: say(subject),
            preview: say("mail-failed-preview"),
            paragraphs: vec![say(body), say("mail-failed-after")],
            facts: Vec::new(),
            button: (say(button.0), button.1),
        }
        .render(head)
    }
}

impl EndedMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let day = head.day(self.ended_at);
        let say = |key: &str| {
            let phrase = t.say(key).with("plan", self.plan_title.as_str()).with("day", day.as_str());
            phrase.with("newsroom", head.newsroom()).text()
        };
        Said {
            subject: say("mail-ended-subject"),
            preview: say("mail-ended-preview"),
            paragraphs: vec![say("mail-ended-body")],
            facts: Vec::new(),
            button: (say("mail-ended-button"), format!("{}/join", head.base_url)),
        }
        .render(head)
    }
}
