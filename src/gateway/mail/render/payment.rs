//! The mails after a payment.

use askama::Template;
use jiff::Timestamp;

use super::letterhead::{Letterhead, RenderedMail, finish};
use crate::{
    domain::mail::FirstPaid,
    text::{Price, Texts},
};

/// Thanks and receipt after joining.
#[derive(Clone, Debug)]
pub struct WelcomeMail {
    /// "Supporter".
    pub plan_title: String,
    /// What was paid, and how often it is.
    pub price: Price,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// The next payment; `None` if there is none.
    pub next_payment_at: Option<Timestamp>,
    /// What is billed then, in minor units, where it is another sum.
    pub next_payment_minor: Option<i64>,
    /// What was paid at first; none where that is not known.
    pub paid: Option<FirstPaid>,
    /// The member's permanent number.
    pub number: i64,
    /// How many there are now, with this one; `None` if there is no campaign.
    pub count: Option<i64>,
    /// Where the reader came from: the story.
    pub return_to: Option<String>,
    /// The first moment that is not free, if it begins with a trial: then nothing was paid yet.
    pub free_until: Option<Timestamp>,
}

/// A second membership was bought with an address that has one: cancelled and refunded.
#[derive(Clone, Debug)]
pub struct DuplicateRefundedMail {
    /// The plan that was bought again.
    pub plan_title: String,
    /// What goes back.
    pub refunded: Price,
}

#[derive(Template)]
#[template(path = "mail_welcome.html")]
struct WelcomeHtml<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    thanks: &'a str,
    facts: &'a [(String, String)],
    return_to: Option<&'a String>,
    foot: &'a str,
}

#[derive(Template)]
#[template(path = "mail_welcome.txt")]
struct WelcomeText<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    thanks: &'a str,
    facts: &'a [(String, String)],
    return_to: Option<&'a String>,
    foot: &'a str,
}

impl WelcomeMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let subject = t.say("mail-welcome-subject").with("newsroom", head.newsroom()).text();
        let key = if self.free_until.is_some() { "mail-welcome-preview-free" } else { "mail-welcome-preview" };
        let preview = t.say(key).with("plan", self.plan_title.as_str()).with("price", self.price.words(t)).text();
        let thanks = self.thanks(head);
        let facts = self.facts(head);
        let return_to = self.return_to.as_ref();
        let foot = if self.free_until.is_some() { "mail-membership-foot" } else { "mail-welcome-foot" };
        let text = WelcomeText { head, t, thanks: &thanks, facts: &facts, return_to, foot };
        let (subject, preview, thanks, facts) = (&subject, &preview, &thanks, &facts);
        finish(head, subject, text, WelcomeHtml { head, t, subject, preview, thanks, facts, return_to, foot })
    }

    fn thanks(&self, head: &Letterhead) -> String {
        let t = head.texts;
        match self.count {
            _ if self.free_until.is_some() => t.say("mail-welcome-free").text(),
            Some(count) => t.say("mail-welcome-thanks-count").with("count", count).text(),
            None => t.say("mail-welcome-thanks").text(),
        }
    }

    /// What was bought, as names and values.
    fn facts(&self, head: &Letterhead) -> Vec<(String, String)> {
        let t = head.texts;
        let name = |key: &str| t.say(key).text();
        let mut facts =
            vec![(name("account-plan"), self.plan_title.clone()), (name("account-amount"), self.price.words(t))];
        match self.free_until {
            Some(at) => facts.push((name("mail-fact-free"), head.day(at))),
            None => {
                if let Some(paid) = self.paid {
                    facts.push((name("mail-fact-sum"), t.money(paid.amount_minor, &self.price.currency)));
                    let tax = Some(paid.tax_minor).filter(|minor| *minor > 0);
                    facts.extend(tax.map(|minor| (name("mail-fact-tax"), t.money(minor, &self.price.currency))));
                }
                facts.push((name("mail-fact-paid"), t.full_day(self.paid_at, &head.time_zone)));
            }
        }
        if let Some(at) = self.next_payment_at {
            let words = t.next_payment(self.next_payment_minor, &self.price.currency, head.day(at));
            facts.push((name("account-next-payment"), words));
        }
        facts.push((name("mail-fact-number"), t.number(self.number)));
        facts
    }
}

#[derive(Template)]
#[template(path = "mail_duplicate.html")]
struct DuplicateHtml<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    money: &'a str,
    view: &'a DuplicateRefundedMail,
}

#[derive(Template)]
#[template(path = "mail_duplicate.txt")]
struct DuplicateText<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    money: &'a str,
    view: &'a DuplicateRefundedMail,
}

impl DuplicateRefundedMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let subject = t.say("mail-duplicate-subject").with("newsroom", head.newsroom()).text();
        let money = self.refunded.money(t);
        let preview = t.say("mail-duplicate-preview").with("money", money.as_str()).text();
        let text = DuplicateText { head, t, money: &money, view: self };
        let html = DuplicateHtml { head, t, subject: &subject, preview: &preview, money: &money, view: self };
        finish(head, &subject, text, html)
    }
}
