//! All prices, on sale or replaced, with how many subscriptions each bills.

use std::collections::HashMap;

use super::{Context, StoreError};
use crate::{
    domain::{id::PriceId, plan::Price},
    store,
};

/// A price as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The price.
    pub price: Price,
    /// Its plan.
    pub plan_slug: String,
    /// Whether it can be bought.
    pub is_on_sale: bool,
    /// How many running subscriptions it bills.
    pub subscriptions: i64,
}

/// All prices, by plan; those on sale before those that were replaced.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(context: &Context) -> Result<Vec<Listed>, StoreError> {
    let mut tx = context.store.begin_snapshot().await?;
    let plans = store::plan::list(&mut tx).await?;
    let slugs: HashMap<_, _> = plans.into_iter().map(|plan| (plan.id, plan.slug)).collect();
    let mut running: HashMap<PriceId, i64> = HashMap::new();
    for (price_id, status, count) in store::subscription::count_by_price(&mut tx).await? {
        if status.is_live() {
            *running.entry(price_id).or_default() += count;
        }
    }
    let all = store::price::list_all(&mut tx).await?.into_iter();
    let listed = all.map(|(price, is_on_sale)| Listed {
        plan_slug: slugs.get(&price.plan_id).cloned().unwrap_or_default(),
        subscriptions: running.get(&price.id).copied().unwrap_or(0),
        price,
        is_on_sale,
    });
    let mut listed: Vec<Listed> = listed.collect();
    listed.sort_by(|a, b| (&a.plan_slug, !a.is_on_sale).cmp(&(&b.plan_slug, !b.is_on_sale)));
    Ok(listed)
}
