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
    /// The amount for one interval.
    pub money: Money,
    /// How often it is billed.
    pub interval: Interval,
    /// How it relates to tax.
    pub tax: Tax,
    /// The gateway's price, once made.
    pub gateway_price_id: Option<String>,
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
