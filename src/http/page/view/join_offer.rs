//! What is sold, and what the button and the promise under it say of each price.

use super::{Interval, JoinPage, Occasion, Price};
use crate::text::Texts;

/// One plan with its prices.
#[derive(Clone, Debug)]
pub struct PlanChoice {
    /// Its slug.
    pub slug: String,
    /// "Supporter".
    pub title: String,
    /// What it is for, in a sentence or two.
    pub description: String,
    /// Its prices, monthly first.
    pub prices: Vec<PriceChoice>,
}

/// One price of a plan.
#[derive(Clone, Debug)]
pub struct PriceChoice {
    /// Its id, with an amount where the payer chooses one: the form sends it.
    pub id: String,
    /// What it costs, and how often.
    pub price: Price,
    /// What a year of it saves against twelve months, in the currency's minor unit.
    pub saving_minor: Option<i64>,
    /// For how many months a payment made once opens the plan.
    pub opens_months: Option<i64>,
    /// Where the tax is.
    pub tax: Tax,
    /// Whether the newsroom proposes it: of the amounts of one price, one.
    pub is_proposed: bool,
    /// The field for an amount of the payer's own, where this choice is that.
    pub own: Option<OwnAmount>,
}

/// The field for an amount of the payer's own.
#[derive(Clone, Debug)]
pub struct OwnAmount {
    /// Its name in the form.
    pub field: String,
    /// The least that is taken, in the currency's minor unit.
    pub minimum_minor: i64,
    /// The most that the newsroom wants, in the currency's minor unit; none when it says none.
    pub maximum_minor: Option<i64>,
    /// What was typed.
    pub typed: String,
    /// What is wrong with it.
    pub fault: Option<String>,
}

impl PriceChoice {
    /// "€7 a month", "€60 for 12 months".
    pub(super) fn words(&self, t: &Texts) -> String {
        match self.opens_months {
            Some(months) => t.say("price-opens").with("money", self.price.money(t)).with("months", months).text(),
            None => self.price.words(t),
        }
    }
}

impl OwnAmount {
    /// What may be typed.
    pub(super) fn hint(&self, price: &Price, t: &Texts) -> String {
        let money = |minor: i64| t.money(minor, &price.currency);
        let least = money(self.minimum_minor);
        match self.maximum_minor {
            Some(most) => t.say("own-amount-hint").with("least", least).with("most", money(most)).text(),
            None => t.say("own-amount-from").with("least", least).text(),
        }
    }
}

/// Where the tax is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tax {
    /// In the price.
    Inside,
    /// Added at payment.
    OnTop,
    /// There is none.
    None,
}

/// What the button and the promise under it say for one price.
pub(super) struct Offer {
    pub number: usize,
    pub button: String,
    pub promise: String,
}

impl JoinPage {
    /// One for each price, in the order of the page.
    pub(super) fn offers(&self, t: &Texts) -> Vec<Offer> {
        let choices = self.plans.iter().flat_map(|plan| &plan.prices);
        choices
            .enumerate()
            .map(|(index, choice)| Offer {
                number: index + 1,
                button: self.button(choice, t),
                promise: self.promise(choice, t),
            })
            .collect()
    }

    fn button(&self, choice: &PriceChoice, t: &Texts) -> String {
        match (self.occasion, choice.own.is_some()) {
            (Occasion::Join, true) => t.say("join-button-any").text(),
            (Occasion::Join, false) if choice.opens_months.is_some() => {
                t.say("join-button-opens").with("price", choice.words(t)).text()
            }
            (Occasion::Join, false) => t.say("join-button").with("price", choice.words(t)).text(),
            (Occasion::Gift, true) => t.say("gift-button-any").text(),
            (Occasion::Gift, false) => t.say("gift-button").with("price", choice.words(t)).text(),
            (Occasion::Give, true) => t.say("give-button-any").text(),
            (Occasion::Give, false) => t.say("give-button").with("money", choice.price.money(t)).text(),
        }
    }

    /// Exactly what will be taken and when: "€7 today, then €7 on the 23rd of each month. VAT included. …".
    fn promise(&self, choice: &PriceChoice, t: &Texts) -> String {
        let tax = match choice.tax {
            Tax::Inside => Some("promise-tax-inside"),
            Tax::OnTop => Some("promise-tax-on-top"),
            Tax::None => None,
        };
        let cancel = (choice.price.interval != Interval::Once).then_some("promise-cancel");
        let mut sentences = vec![self.when(choice, t)];
        let keys = tax.into_iter().chain(cancel).chain(["promise-stripe"]);
        sentences.extend(keys.map(|key| t.say(key).text()));
        sentences.join(" ")
    }

    /// What is taken today and later. An amount of the payer's own is not known here.
    fn when(&self, choice: &PriceChoice, t: &Texts) -> String {
        let is_own = choice.own.is_some();
        let either = |listed: &'static str, own: &'static str| if is_own { own } else { listed };
        let key = match (choice.price.interval, choice.opens_months) {
            (Interval::Month, _) if self.today.day() > 28 => either("promise-month-end", "promise-own-month-end"),
            (Interval::Month, _) => either("promise-month", "promise-own-month"),
            (Interval::Year, _) => either("promise-year", "promise-own-year"),
            (Interval::Once, Some(_)) => either("promise-opens", "promise-own-opens"),
            (Interval::Once, None) => either("promise-once", "promise-own-once"),
        };
        let day = match choice.price.interval {
            Interval::Year => t.civil_day(self.today),
            Interval::Month | Interval::Once => t.day_of_month(self.today.day()),
        };
        let months = choice.opens_months.unwrap_or_default();
        t.say(key).with("money", choice.price.money(t)).with("day", day).with("months", months).text()
    }
}
