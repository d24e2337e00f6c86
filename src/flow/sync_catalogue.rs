//! Plans and prices at the gateway: made when they are first needed, found again by their names, never made twice.

use super::{Context, StoreError};
use crate::{
    domain::plan::{Interval, Plan, Price},
    gateway::payment::{GatewayError, PriceDraft, ProductDraft},
    store,
};

/// Why the catalogue is not at the gateway.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The gateway.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Makes every price on sale that the gateway lacks, gives its products the plans' present names, and archives there what is
/// off sale here. Returns how many prices were made or found again.
///
/// # Errors
/// [`SyncError`]; what was made before it stays and is found again.
pub async fn sync(context: &Context) -> Result<usize, SyncError> {
    let mut conn = context.store.read().await?;
    let prices = store::price::list_on_sale(&mut conn).await?;
    let plans = store::plan::list_on_sale(&mut conn).await?;
    drop(conn);
    let mut missing = 0;
    for plan in &plans {
        let own: Vec<&Price> = prices.iter().filter(|price| price.plan_id == plan.id).collect();
        if own.is_empty() {
            continue;
        }
        let product_id = product_of(context, plan).await?;
        for price in own {
            if price.gateway_price_id.is_none() && price.is_made_at_gateway() {
                make(context, plan, &product_id, price).await?;
                missing += 1;
            }
        }
    }
    archive_off_sale(context).await?;
    Ok(missing)
}

/// The plans and the prices on sale that the gateway has.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn at_gateway(context: &Context) -> Result<(Vec<Plan>, Vec<Price>), StoreError> {
    let mut conn = context.store.read().await?;
    let mut prices = store::price::list_on_sale(&mut conn).await?;
    prices.retain(Price::is_made_at_gateway);
    Ok((store::plan::list_on_sale(&mut conn).await?, prices))
}

/// Archives at the gateway what is off sale here. Whoever pays such a price keeps it.
async fn archive_off_sale(context: &Context) -> Result<(), SyncError> {
    let mut conn = context.store.read().await?;
    let off_sale = store::price::list_to_archive_at_gateway(&mut conn).await?;
    drop(conn);
    for price in off_sale {
        let Some(gateway_price_id) = &price.gateway_price_id else { continue };
        context.payments.archive_price(gateway_price_id).await?;
        let mut tx = context.store.begin().await?;
        store::price::set_archived_at_gateway(&mut tx, &price.id, context.clock.wall()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Makes one price at the gateway, with its product. Returns the gateway's id.
///
/// # Errors
/// [`SyncError`].
pub async fn make_price(context: &Context, price: &Price) -> Result<String, SyncError> {
    make_with_product(context, price).await
}

async fn make_with_product(context: &Context, price: &Price) -> Result<String, SyncError> {
    let plan = plan_of(context, price).await?;
    let product_id = product_of(context, &plan).await?;
    make(context, &plan, &product_id, price).await
}

/// Makes the product of a price's plan at the gateway, or finds it there. Returns the gateway's id.
///
/// # Errors
/// [`SyncError`].
pub async fn make_product(context: &Context, price: &Price) -> Result<String, SyncError> {
    let plan = plan_of(context, price).await?;
    product_of(context, &plan).await
}

async fn plan_of(context: &Context, price: &Price) -> Result<Plan, StoreError> {
    let plans = store::plan::list(&mut *context.store.read().await?).await?;
    plans.into_iter().find(|plan| plan.id == price.plan_id).ok_or(StoreError::Corrupt { column: "plan_id" })
}

async fn make(context: &Context, plan: &Plan, product_id: &str, price: &Price) -> Result<String, SyncError> {
    let draft = PriceDraft {
        price_id: price.id.as_str(),
        product_id,
        nickname: &nickname(plan, price),
        money: price.money,
        interval: price.interval,
        tax: price.tax,
    };
    let id = context.payments.ensure_price(&draft).await?;
    let mut tx = context.store.begin().await?;
    store::price::set_gateway_price(&mut tx, &price.id, &id).await?;
    tx.commit().await?;
    Ok(id)
}

/// What staff see in the gateway's dashboard; payers never do.
fn nickname(plan: &Plan, price: &Price) -> String {
    let interval = match price.interval {
        Interval::Month => "month",
        Interval::Year => "year",
        Interval::Once => "once",
    };
    format!("{} / {interval}", plan.slug)
}

async fn product_of(context: &Context, plan: &Plan) -> Result<String, SyncError> {
    let known_id = plan.gateway_product_id.as_deref();
    let draft = ProductDraft { plan_id: plan.id.as_str(), title: &plan.title, known_id };
    let id = context.payments.ensure_product(&draft).await?;
    if known_id.is_none() {
        let mut tx = context.store.begin().await?;
        store::plan::set_gateway_product(&mut tx, &plan.id, &id).await?;
        tx.commit().await?;
    }
    Ok(id)
}
