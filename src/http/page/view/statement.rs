//! What a member paid and got back in a year, to print.

use std::collections::BTreeMap;

use askama::Template;
use jiff::{Timestamp, tz::TimeZone};

use super::{Chrome, finish, theme_css};
use crate::{
    domain::{
        money::{Currency, Money},
        payment::MovementKind,
        statement::{Entry, OfflineEntry, Statement},
    },
    text::{Texts, Theme},
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

#[derive(Template)]
#[template(path = "statement_alone.html")]
struct Alone<'a> {
    t: &'a Texts,
    theme: &'a Theme,
    tokens_css: &'static str,
    theme_css: String,
    page_css: &'static str,
    title: String,
    view: &'a StatementPage,
    lines: Vec<(String, String)>,
    totals: Vec<String>,
}

impl StatementPage {
    /// A member's part of the books. Fees are the newsroom's and stay out.
    pub fn of(year: String, of: String, number: i64, statement: &Statement) -> Self {
        let moved = |entry: &Entry| {
            let what = What::Moved(entry.kind);
            StatementLine { at: entry.occurred_at.timestamp(), what, money: entry.gross }
        };
        let offline = |entry: &OfflineEntry| {
            let what = What::Offline;
            StatementLine { at: entry.noted_at.timestamp(), what, money: entry.money }
        };
        let mut lines: Vec<_> = statement.entries.iter().map(moved).collect();
        lines.extend(statement.offline.iter().map(offline));
        lines.sort_by_key(|line| line.at);
        let mut totals: BTreeMap<Currency, i64> = BTreeMap::new();
        for line in &lines {
            *totals.entry(line.money.currency).or_default() += line.money.amount_minor;
        }
        let totals = totals.into_iter().map(|(currency, amount_minor)| Money { amount_minor, currency }).collect();
        Self { year, of, number, lines, totals }
    }

    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        finish(Page {
            chrome,
            t,
            title: self.title(t),
            description: String::new(),
            view: self,
            lines: self.sentences(t, &chrome.time_zone),
            totals: self.sums(t),
        })
    }

    /// The same as a file that needs nothing beside it.
    pub fn render_alone(&self, t: &Texts, theme: &Theme, time_zone: &TimeZone) -> String {
        finish(Alone {
            t,
            theme,
            tokens_css: include_str!("../assets/tokens.css"),
            theme_css: theme_css(theme),
            page_css: include_str!("../assets/books.css"),
            title: self.title(t),
            view: self,
            lines: self.sentences(t, time_zone),
            totals: self.sums(t),
        })
    }

    fn title(&self, t: &Texts) -> String {
        t.say("statement-title").with("year", self.year.as_str()).text()
    }

    fn sentences(&self, t: &Texts, time_zone: &TimeZone) -> Vec<(String, String)> {
        let line = |line: &StatementLine| {
            let sentence = t.say(key(line.what)).with("money", words(t, &line.money)).text();
            (t.full_day(line.at, time_zone), sentence)
        };
        self.lines.iter().map(line).collect()
    }

    fn sums(&self, t: &Texts) -> Vec<String> {
        let total = |money: &Money| {
            let total = t.say("statement-total").with("currency", money.currency.to_string());
            total.with("money", words(t, money)).text()
        };
        self.totals.iter().map(total).collect()
    }
}

fn words(t: &Texts, money: &Money) -> String {
    t.money(money.amount_minor, money.currency.as_str())
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
