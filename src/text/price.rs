//! A price in words.

use super::Texts;
use crate::domain::{mail::Receipt, plan};

/// How often a price is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// Each month.
    Month,
    /// Each year.
    Year,
    /// Once.
    Once,
}

/// A sum and how often it is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// In the currency's minor unit.
    pub amount_minor: i64,
    /// ISO 4217 ("EUR").
    pub currency: String,
    /// How often.
    pub interval: Interval,
}

impl Price {
    /// "€7 a month", "€70 a year", "€50 once".
    pub fn words(&self, texts: &Texts) -> String {
        let key = match self.interval {
            Interval::Month => "price-month",
            Interval::Year => "price-year",
            Interval::Once => "price-once",
        };
        texts.say(key).with("money", self.money(texts)).text()
    }

    /// "€7".
    pub fn money(&self, texts: &Texts) -> String {
        texts.money(self.amount_minor, &self.currency)
    }
}

impl Texts {
    /// When the next payment is, with what it takes where that is another sum than the price: "€3.50 on 23 January".
    pub fn next_payment(&self, amount_minor: Option<i64>, currency: &str, day: String) -> String {
        let key = match amount_minor {
            None => return day,
            Some(0) => "next-payment-free",
            Some(_) => "next-payment-sum",
        };
        let money = self.money(amount_minor.unwrap_or(0), currency);
        self.say(key).with("money", money).with("day", day).text()
    }
}

impl From<&Receipt> for Price {
    fn from(receipt: &Receipt) -> Self {
        let interval = match receipt.interval {
            plan::Interval::Month => Interval::Month,
            plan::Interval::Year => Interval::Year,
            plan::Interval::Once => Interval::Once,
        };
        Self { amount_minor: receipt.amount_minor, currency: receipt.currency.clone(), interval }
    }
}
