//! Plans and prices at the gateway: made when they are first needed, under keys that make repeating harmless.

use super::{Context, StoreError};
use crate::{
    domain::plan::{Plan, Price},
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

/// Makes every price on sale that the gateway lacks. Returns how many were made.
///
/// # Errors
/// [`SyncError`]; what was made before it stays and is found again.
pub async fn sync(context: &Context) -> Result<usize, SyncError> {
    let mut conn = context.store.read().await?;
    let prices = store::price::list_on_sale(&mut conn).await?;
    drop(conn);
    let missing: Vec<&Price> = prices.iter().filter(|price| price.gateway_price_id.is_none()).collect();
    for price in &missing {
        make(context, price).await?;
    }
    Ok(missing.len())
}

/// Makes one price at the gateway, with its product. Returns the gateway's id.
///
/// # Errors
/// [`super::check_out::CheckOutError`] as a checkout tells it.
pub async fn make_price(context: &Context, price: &Price) -> Result<String, super::check_out::CheckOutError> {
    make(context, price).await.map_err(|error| match error {
        SyncError::Gateway(error) => super::check_out::CheckOutError::Payments(error),
        SyncError::Internal(error) => super::check_out::CheckOutError::Internal(error),
    })
}

async fn make(context: &Context, price: &Price) -> Result<String, SyncError> {
    let mut conn = context.store.read().await?;
    let plans = store::plan::list(&mut conn).await?;
    drop(conn);
    let plan = plans.iter().find(|plan| plan.id == price.plan_id).ok_or(StoreError::Corrupt { column: "plan_id" })?;
    let product_id = product_of(context, plan).await?;
    let draft = PriceDraft {
        price_id: price.id.as_str(),
        product_id: &product_id,
        money: price.money,
        interval: price.interval,
        tax: price.tax,
    };
    let id = context.payments.create_price(&draft).await?;
    let mut tx = context.store.begin().await?;
    store::price::set_gateway_price(&mut tx, &price.id, &id).await?;
    tx.commit().await?;
    Ok(id)
}

async fn product_of(context: &Context, plan: &Plan) -> Result<String, SyncError> {
    if let Some(id) = &plan.gateway_product_id {
        return Ok(id.clone());
    }
    let draft = ProductDraft { plan_id: plan.id.as_str(), title: &plan.title };
    let id = context.payments.create_product(&draft).await?;
    let mut tx = context.store.begin().await?;
    store::plan::set_gateway_product(&mut tx, &plan.id, &id).await?;
    tx.commit().await?;
    Ok(id)
}
