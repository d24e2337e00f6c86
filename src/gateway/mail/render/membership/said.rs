//! What each of the mails about a membership says.

use crate::{
    domain::{
        mail::Receipt,
        news::{EndCause, News, Payment, Then},
        time::Moment,
    },
    gateway::mail::render::Letterhead,
    text::Price,
};

/// What one of these mails says.
pub(super) struct Said {
    pub(super) subject: String,
    pub(super) preview: String,
    pub(super) paragraphs: Vec<String>,
    /// Names and values.
    pub(super) facts: Vec<(String, String)>,
    /// Words and address.
    pub(super) button: (String, String),
}

/// What is put together to one of these mails: keys, and the values that go into them.
struct Draft<'a> {
    head: &'a Letterhead,
    receipt: &'a Receipt,
    day: Option<Moment>,
    last4: &'a str,
}

impl Said {
    /// What a piece of news says.
    pub(super) fn of(news: &News, head: &Letterhead) -> Self {
        let gone = Receipt::nothing();
        let on = |receipt, day: Option<&Moment>| Draft { head, receipt, day: day.copied(), last4: "" };
        let plain = |receipt| on(receipt, None);
        match news {
            News::TrialStarted { receipt, free_until } | News::TrialEnding { receipt, free_until } => {
                let draft = on(receipt, Some(free_until));
                draft.say("mail-trial-subject", "mail-trial-preview", &["mail-trial-body"])
            }
            News::Joined { receipt, payment } => plain(receipt).receipt("mail-trial-paid-body", payment.as_ref()),
            News::Renewed { receipt, payment } => plain(receipt).receipt("mail-renewed-body", Some(payment)),
            News::Recovered { receipt, payment } => plain(receipt).receipt("mail-recovered-body", Some(payment)),
            News::PaymentFailed { receipt, reminder, open_until } => on(receipt, Some(open_until)).failed(*reminder),
            News::FirstPaymentFailed { receipt } => plain(receipt).first_failed(),
            News::NeedsApproval { receipt, open_until, pay_url } => on(receipt, Some(open_until)).approval(pay_url),
            News::CardExpiring { receipt, last4, expires_at } => {
                Draft { last4, ..on(receipt, Some(expires_at)) }.card(*expires_at)
            }
            News::Switched { from, to, paid_minor } => plain(to).switched(from, *paid_minor),
            News::PriceMoved { from, to, at_once } => plain(to).price_moved(from, *at_once),
            News::EndArranged { receipt, ends_at } => {
                let body = ["mail-arranged-body", "mail-arranged-undo"];
                on(receipt, Some(ends_at)).say("mail-arranged-subject", "mail-arranged-preview", &body)
            }
            News::Resumed { receipt } => plain(receipt).goes_on("mail-resumed-body"),
            News::Unpaused { receipt } => plain(receipt).goes_on("mail-unpaused-body"),
            News::Paused { receipt, open_until } => {
                let body = if open_until.is_some() { "mail-paused-body" } else { "mail-paused-body-closed" };
                on(receipt, open_until.as_ref()).say("mail-paused-subject", "mail-paused-preview", &[body])
            }
            News::Contributed { receipt, payment, open_until } => on(receipt, open_until.as_ref()).contributed(payment),
            News::ContributionFailed { receipt } => plain(receipt).not_contributed(),
            News::GiftBought { receipt, .. }
            | News::GiftRedeemed { receipt }
            | News::GiftBegan { receipt, .. }
            | News::GiftTakenBack { receipt }
            | News::GiftEnded { receipt } => plain(receipt).gift(news),
            News::RightEnding { receipt, until } => {
                on(receipt, Some(until)).right("mail-right-ending-subject", "mail-right-ending-body")
            }
            News::RightEnded { receipt, until } => {
                on(receipt, Some(until)).right("mail-ended-subject", "mail-right-ended-body")
            }
            News::Refunded { receipt, then } => {
                let draft = plain(receipt);
                draft.say("mail-refunded-subject", "mail-refunded-preview", &with("mail-refunded-body", *then))
            }
            News::RefundFailed { receipt } => plain(receipt).not_taken(),
            News::DisputeOpened { receipt } | News::DisputeWon { receipt } | News::DisputeLost { receipt, .. } => {
                plain(receipt).disputed(news)
            }
            News::CustomerDeleted => {
                plain(&gone).say("mail-deleted-subject", "mail-deleted-preview", &["mail-deleted-body"])
            }
            News::Ended { receipt, ended_at, cause } => on(receipt, Some(ended_at)).ended(*cause),
        }
    }
}

/// A sentence about money that goes back, and what becomes of the membership.
fn with(body: &'static str, then: Then) -> Vec<&'static str> {
    let more = match then {
        Then::Ends => Some("mail-then-ends"),
        Then::GoesOn => Some("mail-then-goes-on"),
        Then::Nothing => None,
    };
    std::iter::once(body).chain(more).collect()
}

impl Draft<'_> {
    fn words(&self, key: &str) -> String {
        let t = self.head.texts;
        let price = Price::from(self.receipt);
        let day = self.day.map(|at| self.head.day(at.timestamp())).unwrap_or_default();
        let phrase = t.say(key).with("plan", self.receipt.plan.as_str()).with("newsroom", self.head.newsroom());
        let phrase = phrase.with("money", price.money(t)).with("price", price.words(t)).with("day", day);
        phrase.with("last4", self.last4).text()
    }

    /// A mail without a table, whose button opens the account.
    fn say(&self, subject: &str, preview: &str, body: &[&str]) -> Said {
        Said {
            subject: self.words(subject),
            preview: self.words(preview),
            paragraphs: body.iter().map(|key| self.words(key)).collect(),
            facts: Vec::new(),
            button: (self.words("mail-account-button"), self.head.account_url()),
        }
    }

    fn receipt(&self, body: &str, payment: Option<&Payment>) -> Said {
        let (t, zone) = (self.head.texts, &self.head.time_zone);
        let price = Price::from(self.receipt);
        let mut facts = vec![
            (self.words("account-plan"), self.receipt.plan.clone()),
            (self.words("account-amount"), price.money(t)),
        ];
        if let Some(Payment { paid_at, tax_minor }) = payment {
            if *tax_minor > 0 {
                facts.push((self.words("mail-fact-tax"), t.money(*tax_minor, &self.receipt.currency)));
            }
            facts.push((self.words("mail-fact-paid"), t.full_day(paid_at.timestamp(), zone)));
        }
        facts.extend(self.next_payment());
        Said { facts, ..self.say("mail-renewed-subject", "mail-renewed-preview", &[body]) }
    }

    fn gift(&self, news: &News) -> Said {
        match news {
            News::GiftBought { payment, .. } => self.receipt("mail-gift-bought-body", Some(payment)),
            News::GiftBegan { open_until, .. } => {
                let draft = Draft { day: Some(*open_until), ..*self };
                draft.say("mail-gift-began-subject", "mail-gift-began-preview", &["mail-gift-began-body"])
            }
            News::GiftTakenBack { .. } => {
                let body = ["mail-gift-taken-back-body"];
                self.say("mail-gift-taken-back-subject", "mail-gift-taken-back-preview", &body)
            }
            News::GiftEnded { .. } => {
                self.say("mail-gift-ended-subject", "mail-gift-ended-preview", &["mail-gift-ended-body"])
            }
            _ => self.say("mail-gift-redeemed-subject", "mail-gift-redeemed-preview", &["mail-gift-redeemed-body"]),
        }
    }

    /// What nobody is billed for ends: going on is a choice.
    fn right(&self, subject: &str, body: &str) -> Said {
        let button = (self.words("mail-right-button"), self.head.join_url());
        Said { button, ..self.say(subject, "mail-right-preview", &[body]) }
    }

    fn contributed(&self, payment: &Payment) -> Said {
        let body = if self.day.is_some() { "mail-contributed-body-opens" } else { "mail-contributed-body" };
        let mut said = self.receipt(body, Some(payment));
        said.facts.extend(self.day.map(|until| (self.words("mail-fact-open"), self.head.day(until.timestamp()))));
        said
    }

    fn not_contributed(&self) -> Said {
        let body = ["mail-contribution-failed-body"];
        self.say("mail-contribution-failed-subject", "mail-contribution-failed-preview", &body)
    }

    fn disputed(&self, news: &News) -> Said {
        match news {
            News::DisputeWon { .. } => {
                self.say("mail-dispute-won-subject", "mail-dispute-won-preview", &["mail-dispute-won-body"])
            }
            News::DisputeLost { then, .. } => {
                let body = with("mail-dispute-lost-body", *then);
                self.say("mail-dispute-lost-subject", "mail-dispute-lost-preview", &body)
            }
            _ => self.say("mail-dispute-subject", "mail-dispute-preview", &["mail-dispute-body"]),
        }
    }

    fn not_taken(&self) -> Said {
        self.say("mail-refund-failed-subject", "mail-refund-failed-preview", &["mail-refund-failed-body"])
    }

    fn next_payment(&self) -> Option<(String, String)> {
        let at = Moment::from_millis(self.receipt.next_payment_at_millis?);
        let Receipt { next_payment_minor, currency, .. } = self.receipt;
        let words = self.head.texts.next_payment(*next_payment_minor, currency, self.head.day(at.timestamp()));
        Some((self.words("account-next-payment"), words))
    }

    fn failed(&self, reminder: u8) -> Said {
        let (subject, body) = match reminder {
            1 => ("mail-failed-subject", "mail-failed-body"),
            2 => ("mail-failed-subject-2", "mail-failed-body-2"),
            _ => ("mail-failed-subject-3", "mail-failed-body-3"),
        };
        let button = (self.words("mail-failed-button"), self.head.account_url());
        Said { button, ..self.say(subject, "mail-failed-preview", &[body, "mail-failed-after"]) }
    }

    fn first_failed(&self) -> Said {
        let button = (self.words("mail-ended-button"), self.head.join_url());
        let said =
            self.say("mail-first-failed-subject", "mail-contribution-failed-preview", &["mail-first-failed-body"]);
        Said { button, ..said }
    }

    fn approval(&self, pay_url: &str) -> Said {
        let button = (self.words("mail-approval-button"), pay_url.to_owned());
        let body = ["mail-approval-body", "mail-failed-after"];
        Said { button, ..self.say("mail-approval-subject", "mail-failed-preview", &body) }
    }

    fn card(&self, expires_at: Moment) -> Said {
        let t = self.head.texts;
        let month = t.month_before(expires_at);
        let body = t.say("mail-card-body").with("plan", self.receipt.plan.as_str()).with("last4", self.last4);
        let preview = t.say("mail-card-preview").with("last4", self.last4).with("month", month.as_str()).text();
        Said {
            preview,
            paragraphs: vec![body.with("month", month).text()],
            facts: self.next_payment().into_iter().collect(),
            button: (self.words("mail-card-button"), self.head.account_url()),
            ..self.say("mail-card-subject", "mail-account-button", &[])
        }
    }

    fn switched(&self, from: &Receipt, paid_minor: Option<i64>) -> Said {
        let t = self.head.texts;
        let mut facts = vec![
            (self.words("mail-fact-before"), t.billed(from)),
            (self.words("mail-fact-now"), t.billed(self.receipt)),
        ];
        facts.extend(paid_minor.map(|minor| (self.words("mail-fact-change"), t.money(minor, &self.receipt.currency))));
        facts.extend(self.next_payment());
        Said { facts, ..self.say("mail-switched-subject", "mail-switched-preview", &["mail-switched-body"]) }
    }

    fn price_moved(&self, from: &Receipt, at_once: bool) -> Said {
        let t = self.head.texts;
        let mut facts = vec![
            (self.words("mail-fact-before"), t.billed(from)),
            (self.words("mail-fact-from-then"), t.billed(self.receipt)),
        ];
        facts.extend(self.next_payment());
        let body: &[&str] = if at_once {
            &["mail-moved-body", "mail-moved-rest", "mail-moved-choice"]
        } else {
            &["mail-moved-body", "mail-moved-choice"]
        };
        Said { facts, ..self.say("mail-moved-subject", "mail-moved-preview", body) }
    }

    fn goes_on(&self, body: &str) -> Said {
        let amount = (self.words("account-amount"), Price::from(self.receipt).words(self.head.texts));
        let facts = std::iter::once(amount).chain(self.next_payment()).collect();
        Said { facts, ..self.say("mail-goes-on-subject", "mail-goes-on-preview", &[body]) }
    }

    fn ended(&self, cause: EndCause) -> Said {
        let said = |body: &str| self.say("mail-ended-subject", "mail-ended-preview", &[body]);
        match cause {
            EndCause::Cancelled => {
                let button = (self.words("mail-ended-button"), self.head.join_url());
                Said { button, ..said("mail-ended-body") }
            }
            EndCause::Unpaid => said("mail-ended-body-unpaid"),
        }
    }
}
