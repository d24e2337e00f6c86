//! The catalogue, as everybody may see it.

use std::cmp::Reverse;

use super::{Context, StoreError, apply_newsroom::presentation_in};
use crate::{
    domain::{
        money::{Currency, Money},
        plan::{Interval, Plan, Price},
    },
    store::{self, Conn},
};

/// A plan with the prices it can be bought at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The plan.
    pub plan: Plan,
    /// Its prices: those in the newsroom's own currency first; by month, then by year, then once; the smaller amount first.
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
    let own = own_currency(&mut conn, &prices).await?;
    let is_other = |price: &Price| Some(price.money.currency) != own;
    prices.sort_by_key(|price| (is_other(price), price.money.currency, rank(price.interval), price.money.amount_minor));
    let offer = |plan: Plan| {
        let prices = prices.iter().filter(|price| price.plan_id == plan.id).cloned().collect();
        Offer { plan, prices }
    };
    Ok(plans.into_iter().map(offer).collect())
}

/// The newsroom's own currency: the one that it names, or the one that most prices are in. Where there is one alone, nothing is
/// asked: every reader at a closed gate comes by here.
async fn own_currency(conn: &mut Conn, prices: &[Price]) -> Result<Option<Currency>, StoreError> {
    let all = || prices.iter().map(|price| price.money.currency);
    let Some(first) = all().next() else { return Ok(None) };
    if all().all(|currency| currency == first) {
        return Ok(Some(first));
    }
    let newsroom = presentation_in(conn).await?.unwrap_or_default();
    let named = newsroom.currency.as_ref().and_then(|code| Currency::parse(code).ok());
    let count = |currency: Currency| all().filter(|other| *other == currency).count();
    Ok(named.or_else(|| all().max_by_key(|currency| (count(*currency), Reverse(*currency)))))
}

/// The currencies that are sold in, the newsroom's own first.
pub fn currencies(offers: &[Offer]) -> Vec<Currency> {
    let mut all = Vec::new();
    for price in offers.iter().flat_map(|offer| &offer.prices) {
        if !all.contains(&price.money.currency) {
            all.push(price.money.currency);
        }
    }
    all
}

/// What is sold in one currency.
pub fn in_currency(offers: &[Offer], currency: Currency) -> Vec<Offer> {
    let own = |offer: &Offer| {
        let prices: Vec<Price> = offer.prices.iter().filter(|one| one.money.currency == currency).cloned().collect();
        (!prices.is_empty()).then(|| Offer { plan: offer.plan.clone(), prices })
    };
    offers.iter().filter_map(own).collect()
}

/// The cheapest way through a gate: the price to name in an offer, with the least that it takes, in the newsroom's own currency
/// where that opens it. A contribution opens none.
pub fn cheapest(offers: &[Offer], gate_slug: &str) -> Option<Price> {
    let opening = offers.iter().filter(|offer| offer.plan.gates.iter().any(|slug| slug == gate_slug));
    let prices = opening.flat_map(|offer| &offer.prices).filter(|price| !price.is_contribution());
    let own = currencies(offers).first().copied();
    let is_other = |price: &Price| Some(price.money.currency) != own;
    let least = prices.min_by_key(|price| (is_other(price), rank(price.interval), price.least_minor()))?;
    Some(Price { money: Money { amount_minor: least.least_minor(), ..least.money }, ..least.clone() })
}

fn rank(interval: Interval) -> u8 {
    match interval {
        Interval::Month => 0,
        Interval::Year => 1,
        Interval::Once => 2,
    }
}
