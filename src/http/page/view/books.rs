//! A statement for the bookkeeper as a page of its own: a file that needs nothing beside it, and prints well.

use std::collections::BTreeMap;

use askama::Template;
use jiff::{Timestamp, tz::TimeZone};

use super::{finish, theme_css};
use crate::{
    domain::{
        checkout::Purpose,
        money::Currency,
        payment::MovementKind,
        statement::{Entry, OfflineEntry, Statement, Sum},
    },
    text::{Texts, Theme, statement::Detail},
};

/// A month's or a year's statement.
#[derive(Clone, Copy, Debug)]
pub struct BooksPage<'a> {
    /// The language.
    pub texts: &'static Texts,
    /// The newsroom's name and colour.
    pub theme: &'a Theme,
    /// The newsroom's own zone.
    pub time_zone: &'a TimeZone,
    /// Which month or year, as it was asked for.
    pub period: &'a str,
    /// When the page is made.
    pub now: Timestamp,
    /// What moved.
    pub statement: &'a Statement,
    /// The titles of the plans, by slug.
    pub plans: &'a BTreeMap<String, String>,
    /// Whether every row is in it.
    pub detail: Detail,
}

#[derive(Template)]
#[template(path = "books.html")]
struct Page<'a> {
    t: &'static Texts,
    theme: &'a Theme,
    tokens_css: &'static str,
    theme_css: String,
    page_css: &'static str,
    title: String,
    made: String,
    currencies: Vec<CurrencyTable>,
    rates: Vec<[String; 8]>,
    offline_sums: Vec<[String; 4]>,
    rows: Vec<RowShown>,
    offline: Vec<[String; 6]>,
}

/// One currency's sums.
struct CurrencyTable {
    code: String,
    opening: String,
    /// What, how many, gross, tax, fees, net.
    kinds: Vec<[String; 6]>,
    all: [String; 6],
    closing: String,
}

/// One movement.
struct RowShown {
    /// Day, what, what for, plan, currency, gross, percentage, tax, fee, net.
    cells: [String; 10],
    /// The member's number, and ids, Stripe's and ours.
    ids: Vec<String>,
}

impl BooksPage<'_> {
    /// The whole page.
    pub fn render(&self) -> String {
        let (t, statement) = (self.texts, self.statement);
        let all = self.detail == Detail::Rows;
        let made = t.say("books-made").with("day", t.full_day(self.now, self.time_zone)).text();
        finish(Page {
            t,
            theme: self.theme,
            tokens_css: include_str!("../assets/tokens.css"),
            theme_css: theme_css(self.theme),
            page_css: include_str!("../assets/books.css"),
            title: t.say("books-title").with("period", self.period).text(),
            made,
            currencies: self.currencies(),
            rates: self.rates(),
            offline_sums: self.offline_sums(),
            rows: statement.entries.iter().filter(|_| all).map(|entry| self.row(entry)).collect(),
            offline: statement.offline.iter().filter(|_| all).map(|entry| self.offline(entry)).collect(),
        })
    }

    fn currencies(&self) -> Vec<CurrencyTable> {
        let table = |(currency, part): (&Currency, &crate::domain::statement::CurrencyPart)| CurrencyTable {
            code: currency.to_string(),
            opening: currency.decimal(part.opening_minor),
            kinds: part.kinds.iter().map(|(kind, sum)| sums(self.kind(kind), *currency, sum)).collect(),
            all: sums(self.texts.say("books-total-of").with("period", self.period).text(), *currency, &part.all),
            closing: currency.decimal(part.closing_minor()),
        };
        self.statement.currencies.iter().map(table).collect()
    }

    fn rates(&self) -> Vec<[String; 8]> {
        let rates = self.statement.rates.iter();
        rates
            .map(|((plan, currency, rate), sum)| {
                let [plan, rows, gross, tax, fee, net] = sums(self.plan(plan.as_deref()), *currency, sum);
                [plan, currency.to_string(), self.rate(rate.as_deref()), rows, gross, tax, fee, net]
            })
            .collect()
    }

    fn offline_sums(&self) -> Vec<[String; 4]> {
        let plans = self.statement.offline_plans().into_iter().map(|((plan, currency), sum)| {
            let gross = currency.decimal(sum.gross_minor);
            [self.plan(plan.as_deref()), currency.to_string(), sum.rows.to_string(), gross]
        });
        let totals = self.statement.offline_totals().into_iter().map(|(currency, sum)| {
            let gross = currency.decimal(sum.gross_minor);
            [self.texts.say("books-total").text(), currency.to_string(), sum.rows.to_string(), gross]
        });
        plans.chain(totals).collect()
    }

    fn row(&self, entry: &Entry) -> RowShown {
        let currency = entry.gross.currency;
        let decimal = |minor: i64| currency.decimal(i128::from(minor));
        let cells = [
            self.day(entry.occurred_at.timestamp()),
            self.kind(entry.kind.as_str()),
            self.purpose(entry),
            self.plan(entry.plan_slug.as_deref()),
            currency.to_string(),
            decimal(entry.gross.amount_minor),
            self.rate(entry.rate()),
            decimal(entry.tax_minor),
            decimal(entry.fee_minor),
            decimal(entry.net_minor),
        ];
        let member = entry.member_id.as_ref().map(ToString::to_string);
        let refs = [&entry.source_ref, &entry.charge_ref, &entry.invoice_ref, &member];
        let mut ids: Vec<String> = entry.member_number.map(|number| self.member(number)).into_iter().collect();
        ids.push(entry.balance_transaction_id.clone());
        for id in refs.into_iter().flatten() {
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        RowShown { cells, ids }
    }

    fn offline(&self, entry: &OfflineEntry) -> [String; 6] {
        let currency = entry.money.currency;
        [
            self.day(entry.noted_at.timestamp()),
            self.plan(entry.plan_slug.as_deref()),
            currency.to_string(),
            currency.decimal(i128::from(entry.money.amount_minor)),
            entry.reference.clone().unwrap_or_default(),
            format!("{} {} {}", self.member(entry.member_number), entry.id, entry.member_id),
        ]
    }

    fn day(&self, at: Timestamp) -> String {
        self.time_zone.to_datetime(at).date().to_string()
    }

    fn plan(&self, slug: Option<&str>) -> String {
        let title = slug.map(|slug| self.plans.get(slug).map_or(slug, String::as_str).to_owned());
        title.unwrap_or_else(|| self.texts.say("books-no-plan").text())
    }

    fn member(&self, number: i64) -> String {
        self.texts.say("books-member").with("number", number.to_string()).text()
    }

    fn purpose(&self, entry: &Entry) -> String {
        let key = match entry.purpose {
            Some(Purpose::Membership) => "books-membership",
            Some(Purpose::Contribution) => "books-contribution",
            Some(Purpose::Gift) => "books-gift",
            None => return String::new(),
        };
        let what = self.texts.say(key).text();
        match entry.months {
            Some(months) => self.texts.say("books-for-months").with("what", what).with("months", months).text(),
            None => what,
        }
    }

    fn rate(&self, percentage: Option<&str>) -> String {
        match percentage {
            Some(percentage) => self.texts.say("books-percent").with("percentage", percentage).text(),
            None => self.texts.say("books-no-tax").text(),
        }
    }

    fn kind(&self, word: &str) -> String {
        let key = match MovementKind::parse(word) {
            Some(MovementKind::Payment) => "books-payment",
            Some(MovementKind::Refund) => "books-refund",
            Some(MovementKind::RefundFailure) => "books-refund-failure",
            Some(MovementKind::Dispute) => "books-dispute",
            Some(MovementKind::DisputeReversal) => "books-dispute-reversal",
            Some(MovementKind::Other) | None => "books-other",
        };
        self.texts.say(key).text()
    }
}

/// A name, how many rows, and their sums: gross, tax, fees, net.
fn sums(name: String, currency: Currency, sum: &Sum) -> [String; 6] {
    let decimal = |minor: i128| currency.decimal(minor);
    let rows = sum.rows.to_string();
    [name, rows, decimal(sum.gross_minor), decimal(sum.tax_minor), decimal(sum.fee_minor), decimal(sum.net_minor)]
}
