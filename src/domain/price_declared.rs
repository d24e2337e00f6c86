//! A price as declared: an amount that is fixed or the payer's own, by month or year, or paid once.

use std::fmt;

use serde::Deserialize;

use super::{
    plan::{Interval, OwnAmount, Price, Tax},
    wording::counted,
};

/// The most that one payment takes, in minor units, unless a price says less: eight digits, as payment networks do.
pub const MOST_MINOR: i64 = 99_999_999;

/// For how many months a payment made once may open a plan, at most.
const MOST_MONTHS: i64 = 120;

/// A price.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceDeclared {
    /// In minor units; where the payer chooses, the amount that is proposed.
    pub amount_minor: i64,
    /// ISO code.
    pub currency: String,
    /// How often it is billed.
    pub interval: Interval,
    /// How it relates to tax.
    pub tax: Tax,
    /// The least that the payer may choose, in minor units; none when the amount is fixed.
    pub minimum_minor: Option<i64>,
    /// The most that the payer may choose, in minor units.
    pub maximum_minor: Option<i64>,
    /// What is suggested, rising, in minor units.
    #[serde(default)]
    pub suggestions_minor: Vec<i64>,
    /// For how many months a payment made once opens the plan; none when it opens nothing.
    pub opens_months: Option<i64>,
}

impl PriceDeclared {
    /// Within which bounds the payer chooses; none when the amount is fixed.
    pub fn own_amount(&self) -> Option<OwnAmount> {
        self.minimum_minor.map(|minimum_minor| OwnAmount {
            minimum_minor,
            maximum_minor: self.maximum_minor.unwrap_or(MOST_MINOR),
            suggestions_minor: self.suggestions_minor.clone(),
        })
    }

    /// Whether both declare the same price; the currency in either case.
    pub fn is_same(&self, other: &Self) -> bool {
        let rest = |one: &Self| (one.amount_minor, one.interval, one.tax, one.own_amount(), one.opens_months);
        rest(self) == rest(other) && self.currency.eq_ignore_ascii_case(&other.currency)
    }

    /// The fields that are wrong, each with what would be right; the currency is not looked at.
    pub fn faults(&self) -> Vec<(&'static str, &'static str)> {
        let mut faults = Vec::new();
        let mut unless = |right: bool, field, fault| {
            if !right {
                faults.push((field, fault));
            }
        };
        unless(self.amount_minor > 0, "amount_minor", "must be more than 0");
        let months = self.opens_months.is_none_or(|months| (1..=MOST_MONTHS).contains(&months));
        unless(months, "opens_months", "must be 1 to 120");
        let once = self.opens_months.is_none() || self.interval == Interval::Once;
        unless(once, "opens_months", "goes with interval \"once\" alone: a month or a year opens the plan by itself");
        let Some(own) = self.own_amount() else {
            unless(
                self.maximum_minor.is_none(),
                "maximum_minor",
                "goes with minimum_minor: the payer chooses between them",
            );
            let fault = "goes with minimum_minor: the payer chooses from it upwards";
            unless(self.suggestions_minor.is_empty(), "suggestions_minor", fault);
            return faults;
        };
        let bounds = own.minimum_minor..=own.maximum_minor;
        unless(own.minimum_minor > 0, "minimum_minor", "must be more than 0");
        unless(!bounds.is_empty(), "maximum_minor", "must be at least minimum_minor");
        unless(own.maximum_minor <= MOST_MINOR, "maximum_minor", "must be at most 99999999");
        unless(bounds.contains(&self.amount_minor), "amount_minor", "must be from minimum_minor to maximum_minor");
        let suggestions = &own.suggestions_minor;
        let rise = suggestions.windows(2).all(|pair| pair[0] < pair[1]) && suggestions.len() <= 6;
        unless(rise, "suggestions_minor", "must rise, and be six at most");
        let within = suggestions.iter().all(|amount| bounds.contains(amount));
        unless(within, "suggestions_minor", "must be from minimum_minor to maximum_minor");
        faults
    }
}

impl From<&Price> for PriceDeclared {
    fn from(price: &Price) -> Self {
        Self {
            amount_minor: price.money.amount_minor,
            currency: price.money.currency.as_str().to_owned(),
            interval: price.interval,
            tax: price.tax,
            minimum_minor: price.own_amount.as_ref().map(|own| own.minimum_minor),
            maximum_minor: price.own_amount.as_ref().map(|own| own.maximum_minor),
            suggestions_minor: price.own_amount.as_ref().map(|own| own.suggestions_minor.clone()).unwrap_or_default(),
            opens_months: price.opens_months,
        }
    }
}

impl fmt::Display for PriceDeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (currency, interval) = (self.currency.to_ascii_uppercase(), self.interval.as_str());
        let per = if self.interval == Interval::Once { "" } else { "per " };
        write!(f, "{} {currency} (minor units) {per}{interval}, tax {}", self.amount_minor, self.tax.as_str())?;
        if let Some(own) = self.own_amount() {
            write!(f, ", or from {} to {}", own.minimum_minor, own.maximum_minor)?;
            let suggested: Vec<String> = own.suggestions_minor.iter().map(ToString::to_string).collect();
            if !suggested.is_empty() {
                write!(f, " (suggested: {})", suggested.join(", "))?;
            }
        }
        match self.opens_months {
            Some(months) => write!(f, ", opens {}", counted(months, "month", "months")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed() -> PriceDeclared {
        PriceDeclared {
            amount_minor: 2_000,
            currency: "EUR".to_owned(),
            interval: Interval::Once,
            tax: Tax::Inside,
            minimum_minor: None,
            maximum_minor: None,
            suggestions_minor: Vec::new(),
            opens_months: None,
        }
    }

    fn own() -> PriceDeclared {
        PriceDeclared { minimum_minor: Some(500), suggestions_minor: vec![1_000, 5_000], ..fixed() }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let faults = |price: PriceDeclared| price.faults().into_iter().map(|(field, _)| field).collect::<Vec<_>>();
        assert_eq!(faults(fixed()), [""; 0]);
        assert_eq!(faults(own()), [""; 0]);
        let year = PriceDeclared { interval: Interval::Year, ..fixed() };
        for (price, wrong) in [
            (PriceDeclared { amount_minor: 0, ..fixed() }, "amount_minor"),
            (PriceDeclared { amount_minor: 499, ..own() }, "amount_minor"),
            (PriceDeclared { minimum_minor: Some(0), ..own() }, "minimum_minor"),
            (PriceDeclared { maximum_minor: Some(100_000_000), ..own() }, "maximum_minor"),
            (PriceDeclared { maximum_minor: Some(9_000), ..fixed() }, "maximum_minor"),
            (PriceDeclared { suggestions_minor: vec![900], ..fixed() }, "suggestions_minor"),
            (PriceDeclared { suggestions_minor: vec![900, 900], ..own() }, "suggestions_minor"),
            (PriceDeclared { suggestions_minor: vec![400, 900], ..own() }, "suggestions_minor"),
            (
                PriceDeclared { suggestions_minor: vec![600, 700, 800, 900, 1_000, 1_100, 1_200], ..own() },
                "suggestions_minor",
            ),
            (PriceDeclared { opens_months: Some(0), ..fixed() }, "opens_months"),
            (PriceDeclared { opens_months: Some(121), ..fixed() }, "opens_months"),
            (PriceDeclared { opens_months: Some(1), ..year }, "opens_months"),
        ] {
            assert_eq!(faults(price.clone()), [wrong], "{price}");
        }
        assert!(faults(PriceDeclared { maximum_minor: Some(499), ..own() }).contains(&"maximum_minor"));
    }

    #[test]
    fn the_same_price_is_one_whatever_the_letters() {
        let small = PriceDeclared { currency: "eur".to_owned(), ..own() };
        assert!(own().is_same(&small) && !own().is_same(&fixed()));
        let most = PriceDeclared { maximum_minor: Some(MOST_MINOR), ..own() };
        assert!(own().is_same(&most), "what is not said is the most that is taken");
        assert!(!fixed().is_same(&PriceDeclared { opens_months: Some(12), ..fixed() }));
    }

    #[test]
    fn a_price_is_said_whole() {
        assert_eq!(fixed().to_string(), "2000 EUR (minor units) once, tax inside");
        let whole = PriceDeclared { maximum_minor: Some(9_000), opens_months: Some(12), ..own() };
        let said =
            "2000 EUR (minor units) once, tax inside, or from 500 to 9000 (suggested: 1000, 5000), opens 12 months";
        assert_eq!(whole.to_string(), said);
    }
}
