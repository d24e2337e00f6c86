//! Plans and their prices: what is sold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    id::{PlanId, PriceId},
    money::Money,
};

/// How often a price is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Every month.
    Month,
    /// Every year.
    Year,
    /// Never again.
    Once,
}

/// How a price relates to tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tax {
    /// The amount holds the tax.
    Inside,
    /// Tax comes on top of the amount.
    OnTop,
    /// No tax is due.
    None,
}

/// A plan: it opens gates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The plan's id.
    pub id: PlanId,
    /// Its name in addresses and files.
    pub slug: String,
    /// Its name for readers.
    pub title: String,
    /// What it gives, in a sentence or two.
    pub description: String,
    /// The slugs of the gates it opens, in order.
    pub gates: Vec<String>,
    /// The gateway's product, once made.
    pub gateway_product_id: Option<String>,
}

/// A price of a plan. Its amount never changes; a new price takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The price's id.
    pub id: PriceId,
    /// Whose price it is.
    pub plan_id: PlanId,
    /// The amount for one interval; where the payer chooses it, the one that is proposed.
    pub money: Money,
    /// How often it is billed.
    pub interval: Interval,
    /// How it relates to tax.
    pub tax: Tax,
    /// Within which bounds the payer chooses the amount; none when it is fixed.
    pub own_amount: Option<OwnAmount>,
    /// For how many months a payment made once opens the plan; none when it is a contribution and no more.
    pub opens_months: Option<i64>,
    /// The gateway's price, once made. An amount of one's own has none: each is made with its checkout.
    pub gateway_price_id: Option<String>,
}

/// An amount that the payer chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAmount {
    /// The least, in minor units.
    pub minimum_minor: i64,
    /// The most, in minor units.
    pub maximum_minor: i64,
    /// What is suggested, rising, in minor units.
    pub suggestions_minor: Vec<i64>,
}

/// Why an amount is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountFault {
    /// The price has an amount of its own, which is this one, in minor units.
    Fixed(i64),
    /// Less than the least, in minor units.
    TooSmall(i64),
    /// More than the most, in minor units.
    TooLarge(i64),
}

impl Price {
    /// Whether it is a contribution and no more: paid once, and it opens nothing.
    pub fn is_contribution(&self) -> bool {
        self.interval == Interval::Once && self.opens_months.is_none()
    }

    /// For how many months it opens the plan when it is given to somebody else, paid once; none for what opens nothing.
    pub fn gift_months(&self) -> Option<i64> {
        match self.interval {
            Interval::Month => Some(1),
            Interval::Year => Some(12),
            Interval::Once => self.opens_months,
        }
    }

    /// Whether the gateway has it as a price of its own: only a fixed amount by month or year.
    pub fn is_made_at_gateway(&self) -> bool {
        self.own_amount.is_none() && self.interval != Interval::Once
    }

    /// The least that it takes, in minor units.
    pub fn least_minor(&self) -> i64 {
        self.own_amount.as_ref().map_or(self.money.amount_minor, |own| own.minimum_minor)
    }

    /// What is taken if a payer asks for an amount, or for none.
    ///
    /// # Errors
    /// [`AmountFault`] says what would be right.
    pub fn amount_of(&self, asked_minor: Option<i64>) -> Result<Money, AmountFault> {
        let own = self.money.amount_minor;
        let amount_minor = match (&self.own_amount, asked_minor) {
            (_, None) => own,
            (None, Some(asked)) if asked == own => own,
            (None, Some(_)) => return Err(AmountFault::Fixed(own)),
            (Some(bounds), Some(asked)) if asked < bounds.minimum_minor => {
                return Err(AmountFault::TooSmall(bounds.minimum_minor));
            }
            (Some(bounds), Some(asked)) if asked > bounds.maximum_minor => {
                return Err(AmountFault::TooLarge(bounds.maximum_minor));
            }
            (Some(_), Some(asked)) => asked,
        };
        Ok(Money { amount_minor, ..self.money })
    }
}

macro_rules! words {
    ($type:ident, $($variant:ident = $word:literal),+) => {
        impl $type {
            /// The word in the database and the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word; none for any other.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words!(Interval, Month = "month", Year = "year", Once = "once");
words!(Tax, Inside = "inside", OnTop = "on_top", None = "none");
