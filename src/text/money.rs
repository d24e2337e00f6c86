//! Money and numbers as a reader writes them.

use super::Texts;
use super::texts::group_thousands;
use crate::domain::money::Currency;

impl Texts {
    /// A sum with its currency, in the language's own form: 700 EUR → "€7", 750 EUR → "€7.50", 700 JPY → "¥700".
    ///
    /// `amount_minor` is in the currency's minor unit; `currency` is its ISO 4217 code in either case. Cents that are nil are
    /// left out, since a price is read before it is added up.
    pub fn money(&self, amount_minor: i64, currency: &str) -> String {
        let currency = currency.to_ascii_uppercase();
        let amount = self.amount(amount_minor.unsigned_abs(), decimals(&currency));
        let words = match symbol(&currency) {
            Some(symbol) => self.say("format-money").with("symbol", symbol).with("amount", amount).text(),
            None => self.say("format-money-code").with("code", currency).with("amount", amount).text(),
        };
        if amount_minor < 0 { format!("−{words}") } else { words }
    }

    /// A whole number with the language's separators: 24601 → "24,601".
    pub fn number(&self, number: i64) -> String {
        self.say("format-number").with("number", number).text()
    }

    /// Words as a list of choices: "card, Apple Pay or bank debit".
    pub fn list_or(&self, words: &[String]) -> String {
        let Some((last, rest)) = words.split_last() else {
            return String::new();
        };
        if rest.is_empty() {
            return last.clone();
        }
        let first = rest.join(&self.say("format-list-comma").text());
        self.say("format-list-or").with("first", first).with("last", last.as_str()).text()
    }

    fn amount(&self, minor: u64, decimals: u32) -> String {
        let unit = 10_u64.pow(decimals);
        let separator = self.say("format-thousands").text().chars().next().unwrap_or(',');
        let mut written = group_thousands(&(minor / unit).to_string(), separator);
        let (rest, width) = (minor % unit, decimals as usize);
        if rest > 0 {
            written.push_str(&self.say("format-decimal").text());
            written.push_str(&format!("{rest:0width$}"));
        }
        written
    }
}

/// How many decimals a currency has (ISO 4217); two when it is unknown.
fn decimals(currency: &str) -> u32 {
    Currency::parse(currency).map_or(2, |currency| currency.exponent())
}

fn symbol(currency: &str) -> Option<&'static str> {
    Some(match currency {
        "EUR" => "€",
        "GBP" => "£",
        "USD" => "$",
        "JPY" => "¥",
        "UAH" => "₴",
        "INR" => "₹",
        "KRW" => "₩",
        "ILS" => "₪",
        "NGN" => "₦",
        "CAD" => "CA$",
        "AUD" => "A$",
        "NZD" => "NZ$",
        "BRL" => "R$",
        _ => return None,
    })
}
