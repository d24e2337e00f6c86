//! What a member paid and got back in a year, to print.

use askama::Template;
use jiff::Timestamp;

use super::{Chrome, finish};
use crate::{
    domain::{money::Money, payment::MovementKind},
    text::Texts,
};

/// A member's year, `GET /account/statement/{year}`.
#[derive(Clone, Debug)]
pub struct StatementPage {
    /// The year, as in the address.
    pub year: String,
    /// Whose it is: the name, or the address when no name is known.
    pub of: String,
    /// The member's number.
    pub number: i64,
    /// What moved, the oldest first.
    pub lines: Vec<StatementLine>,
    /// What it comes to, once a currency.
    pub totals: Vec<Money>,
}

/// One movement.
#[derive(Clone, Debug)]
pub struct StatementLine {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
    /// How much, as the member sees it: what was paid is positive, what came back negative.
    pub money: Money,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Money that moved at the gateway.
    Moved(MovementKind),
    /// Money that came by bank transfer or in cash.
    Offline,
}

#[derive(Template)]
#[template(path = "statement.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a StatementPage,
    lines: Vec<(String, String)>,
    totals: Vec<String>,
}

impl StatementPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        let words = |money: &Money| t.money(money.amount_minor, money.currency.as_str());
        let line = |line: &StatementLine| {
            let sentence = t.say(key(line.what)).with("money", words(&line.money)).text();
            (t.full_day(line.at, &chrome.time_zone), sentence)
        };
        let total = |money: &Money| {
            let total = t.say("statement-total").with("currency", money.currency.to_string());
            total.with("money", words(money)).text()
        };
        finish(Page {
            chrome,
            t,
            title: t.say("statement-title").with("year", self.year.as_str()).text(),
            description: String::new(),
            view: self,
            lines: self.lines.iter().map(line).collect(),
            totals: self.totals.iter().map(total).collect(),
        })
    }
}

fn key(what: What) -> &'static str {
    let What::Moved(kind) = what else { return "statement-offline" };
    match kind {
        MovementKind::Payment => "statement-payment",
        MovementKind::Refund => "statement-refund",
        MovementKind::RefundFailure => "statement-refund-failure",
        MovementKind::Dispute => "statement-dispute",
        MovementKind::DisputeReversal => "statement-dispute-reversal",
        MovementKind::Other => "statement-other",
    }
}
