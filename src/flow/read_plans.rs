//! The catalogue, as everybody may see it.

use super::{Context, StoreError};
use crate::{
    domain::{
        money::Money,
        plan::{Interval, Plan, Price},
    },
    store,
};

/// A plan with the prices it can be bought at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The plan.
    pub plan: Plan,
    /// Its prices: by month first, then by year, then once; the smaller amount first.
    pub prices: Vec<Price>,
}

/// The plans on sale, in their order.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(context: &Context) -> Result<Vec<Offer>, StoreError> {
    let mut conn = context.store.read().await?;
    let plans = store::plan::list_on_sale(&mut conn).await?;
    let mut prices = store::price::list_on_sale(&mut conn).await?;
    prices.sort_by_key(|price| (rank(price.interval), price.money.amount_minor));
    let offer = |plan: Plan| {
        let prices = prices.iter().filter(|price| price.plan_id == plan.id).cloned().collect();
        Offer { plan, prices }
    };
    Ok(plans.into_iter().map(offer).collect())
}

/// The cheapest way through a gate: the price to name in an offer, with the least that it takes. A contribution opens none.
pub fn cheapest(offers: &[Offer], gate_slug: &str) -> Option<Price> {
    let opening = offers.iter().filter(|offer| offer.plan.gates.iter().any(|slug| slug == gate_slug));
    let prices = opening.flat_map(|offer| &offer.prices).filter(|price| !price.is_contribution());
    let least = prices.min_by_key(|price| (rank(price.interval), price.least_minor()))?;
    Some(Price { money: Money { amount_minor: least.least_minor(), ..least.money }, ..least.clone() })
}

fn rank(interval: Interval) -> u8 {
    match interval {
        Interval::Month => 0,
        Interval::Year => 1,
        Interval::Once => 2,
    }
}
