//! A member changes the amount of their own that their membership is billed at, from the next payment on.

use serde_json::json;

use super::{
    Context, StoreError,
    apply_payment_event::{self, ApplyError},
    sync_catalogue::{self, SyncError},
};
use crate::{
    domain::{
        actor::Actor,
        id::{AuditId, MemberId},
        money::Money,
        plan::{AmountFault, Price},
        subscription::Subscription,
    },
    gateway::payment::{GatewayError, OwnRate},
    store,
};

/// Why the amount was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeAmountError {
    /// Nothing runs on whose amount the member could choose.
    #[error("there is no amount of one's own to change")]
    NothingToChange,
    /// The amount is not one that the price takes.
    #[error("the price takes another amount")]
    WrongAmount(AmountFault),
    /// The gateway did not answer; nothing was changed, or the event that is on its way tells it.
    #[error(transparent)]
    Payments(#[from] GatewayError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl From<SyncError> for ChangeAmountError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Gateway(error) => Self::Payments(error),
            SyncError::Internal(error) => Self::Internal(error),
        }
    }
}

/// Changes the amount of the member's running membership, in minor units. Nothing is taken or given back for the running period.
///
/// # Errors
/// [`ChangeAmountError`].
pub async fn change(context: &Context, member_id: &MemberId, amount_minor: i64) -> Result<(), ChangeAmountError> {
    let (subscription, price) = find(context, member_id).await?.ok_or(ChangeAmountError::NothingToChange)?;
    let money = price.amount_of(Some(amount_minor)).map_err(ChangeAmountError::WrongAmount)?;
    let product_id = sync_catalogue::make_product(context, &price).await?;
    let rate = OwnRate { product_id: &product_id, money, interval: price.interval, tax: price.tax };
    context.payments.change_rate(&subscription.gateway_id, &rate).await?;
    audit(context, member_id, &subscription, money).await?;
    match apply_payment_event::apply_customer(context, &subscription.gateway_customer_id).await {
        // Whoever is at it, or the event that is on its way, brings it.
        Ok(()) | Err(ApplyError::Busy | ApplyError::Gateway(_)) => Ok(()),
        Err(ApplyError::Internal(error)) => Err(error.into()),
    }
}

/// The running membership whose amount its member chose, with its price.
async fn find(context: &Context, member_id: &MemberId) -> Result<Option<(Subscription, Price)>, StoreError> {
    let mut conn = context.store.read().await?;
    let all = store::subscription::list_of_member(&mut conn, member_id).await?;
    let Some(running) = all.into_iter().find(|one| one.is_live() && one.duplicate_at.is_none()) else {
        return Ok(None);
    };
    let price = store::price::find(&mut conn, &running.price_id).await?;
    Ok(price.filter(|price| price.own_amount.is_some()).map(|price| (running, price)))
}

async fn audit(
    context: &Context,
    member_id: &MemberId,
    subscription: &Subscription,
    money: Money,
) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let actor = Actor::Reader(member_id.clone());
    let record = store::audit::Record {
        id: AuditId::mint(at, context.entropy.as_ref()),
        at,
        actor: &actor,
        action: "subscription.amount_changed",
        subject_id: subscription.id.as_str(),
        detail: json!({ "amount_minor": money.amount_minor, "currency": money.currency }),
    };
    let mut tx = context.store.begin().await?;
    store::audit::insert(&mut tx, &record).await?;
    tx.commit().await
}
