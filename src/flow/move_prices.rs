//! Moving everybody who is billed by one price to another, on purpose: first said, then done.
//!
//! Each subscription is changed at the gateway under a key that is stored before; what is stored here changes by what the gateway
//! answers when it is asked for everything, as always, and that also tells the member. Whoever stops it on the way begins it again,
//! and it goes on.

use serde_json::{Value, json};

use super::{
    Context, StoreError,
    apply_payment_event::{self, ApplyError},
    sync_catalogue::{self, SyncError},
};
use crate::{
    domain::{
        actor::Actor,
        id::{AuditId, PriceId, PriceMoveId},
        plan::Price,
        price_move::{self, MoveRefusal, MovedBy, PriceMove, TakesHold},
        subscription::Subscription,
        time::Moment,
    },
    gateway::payment::{GatewayError, Item, MoveOutcome},
    store::{self, Conn},
};

/// Why nobody is moved, or nobody further.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// There is no such price.
    #[error("there is no price {0}: `masthead prices list` says which there are")]
    Unknown(String),
    /// These prices do not go together.
    #[error(transparent)]
    Refused(#[from] MoveRefusal),
    /// The price to move to is off sale.
    #[error("the price to move to is off sale")]
    OffSale,
    /// The same move was begun otherwise.
    #[error("a move between these prices was begun and stopped on the way: go on with --at {}", .0.as_str())]
    BegunOtherwise(TakesHold),
    /// The catalogue.
    #[error(transparent)]
    Catalogue(#[from] SyncError),
    /// The gateway stopped answering on the way.
    #[error("stopped after {done} of {all}, and the same command goes on from there: {source}")]
    Stopped {
        /// How many were gone through.
        done: usize,
        /// Of how many.
        all: usize,
        /// Why.
        source: GatewayError,
    },
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// What a move comes to.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The price that is billed.
    pub from: Price,
    /// The price that is to be billed.
    pub to: Price,
    /// When that takes hold.
    pub takes_hold: TakesHold,
    /// Which subscriptions are moved.
    pub subscriptions: Vec<Subscription>,
    /// How many more end by themselves, and are left as they are.
    pub ending: usize,
    /// Whether it was begun before and stopped on the way.
    pub is_begun: bool,
}

impl Planned {
    /// When the first and the last of them are billed next.
    pub fn next_payments(&self) -> Option<(Moment, Moment)> {
        let next = || self.subscriptions.iter().filter_map(|one| one.current_period_end);
        next().min().zip(next().max())
    }
}

/// What became of a move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How many were moved.
    pub moved: usize,
    /// How many were there already.
    pub already: usize,
    /// Which were not moved, by the gateway's id, and why.
    pub left: Vec<(String, String)>,
}

/// What a move would come to. Prices go by our ids or the gateway's.
///
/// # Errors
/// [`MoveError`].
pub async fn plan(context: &Context, from: &str, to: &str, takes_hold: TakesHold) -> Result<Planned, MoveError> {
    let mut tx = context.store.begin_snapshot().await?;
    let (from, to) = (find(&mut tx, from).await?, find(&mut tx, to).await?);
    price_move::check(&from, &to)?;
    if store::price::find_on_sale(&mut tx, &to.id).await?.is_none() {
        return Err(MoveError::OffSale);
    }
    let begun = store::price_move::find_unfinished(&mut tx, &from.id, &to.id).await?;
    if let Some(otherwise) = begun.as_ref().filter(|begun| begun.takes_hold != takes_hold) {
        return Err(MoveError::BegunOtherwise(otherwise.takes_hold));
    }
    let billed = store::subscription::list_billed_by(&mut tx, &from.id).await?;
    let live = billed.into_iter().filter(Subscription::is_live);
    let (ending, subscriptions): (Vec<_>, Vec<_>) = live.partition(|one| one.cancel_at.is_some());
    Ok(Planned { from, to, takes_hold, subscriptions, ending: ending.len(), is_begun: begun.is_some() })
}

async fn find(conn: &mut Conn, text: &str) -> Result<Price, MoveError> {
    let found = match PriceId::parse(text) {
        Ok(id) => store::price::find(conn, &id).await?,
        Err(_) => store::price::find_by_gateway_id(conn, text).await?,
    };
    found.ok_or_else(|| MoveError::Unknown(text.to_owned()))
}

/// Moves everybody of a plan.
///
/// # Errors
/// [`MoveError::Stopped`] when the gateway stops answering; what was moved stays, and the next try goes on.
pub async fn run(context: &Context, planned: &Planned, actor: &Actor) -> Result<Done, MoveError> {
    sync_catalogue::sync(context).await?;
    let begun = begin(context, planned, actor).await?;
    if begun.takes_hold != planned.takes_hold {
        return Err(MoveError::BegunOtherwise(begun.takes_hold));
    }
    let by = MovedBy { id: begun.id, takes_hold: begun.takes_hold };
    let mut conn = context.store.read().await?;
    let (from, to) = (gateway_id(&mut conn, &planned.from.id).await?, gateway_id(&mut conn, &planned.to.id).await?);
    drop(conn);
    let mut done = Done::default();
    for (gone_through, subscription) in planned.subscriptions.iter().enumerate() {
        let item = Item { subscription_id: &subscription.gateway_id, from: &from, to: &to, by: &by };
        move_one(context, subscription, &item, &mut done).await.map_err(|error| match error {
            ApplyError::Gateway(source) => {
                MoveError::Stopped { done: gone_through, all: planned.subscriptions.len(), source }
            }
            ApplyError::Internal(error) => MoveError::Internal(error),
            ApplyError::Busy => MoveError::Internal(StoreError::Corrupt { column: "customer" }),
        })?;
    }
    let mut tx = context.store.begin().await?;
    store::price_move::finish(&mut tx, &by.id, context.clock.wall()).await?;
    let detail = json!({ "moved": done.moved, "already": done.already, "left": done.left.len() });
    audit(context, &mut tx, actor, "price.move_finished", &by.id, detail).await?;
    tx.commit().await?;
    Ok(done)
}

async fn begin(context: &Context, planned: &Planned, actor: &Actor) -> Result<PriceMove, StoreError> {
    let now = context.clock.wall();
    let draft = PriceMove {
        id: PriceMoveId::mint(now, context.entropy.as_ref()),
        from: planned.from.id.clone(),
        to: planned.to.id.clone(),
        takes_hold: planned.takes_hold,
        begun_at: now,
    };
    let mut tx = context.store.begin().await?;
    let begun = store::price_move::begin_or_find(&mut tx, &draft).await?;
    let action = if begun.id == draft.id { "price.move_begun" } else { "price.move_resumed" };
    let detail = json!({
        "from": planned.from.id.as_str(),
        "to": planned.to.id.as_str(),
        "at": begun.takes_hold.as_str(),
        "subscriptions": planned.subscriptions.len(),
    });
    audit(context, &mut tx, actor, action, &begun.id, detail).await?;
    tx.commit().await?;
    Ok(begun)
}

/// The gateway's price; empty, which nothing is billed by, while it has none.
async fn gateway_id(conn: &mut Conn, id: &PriceId) -> Result<String, StoreError> {
    Ok(store::price::find(conn, id).await?.and_then(|price| price.gateway_price_id).unwrap_or_default())
}

async fn move_one(
    context: &Context,
    subscription: &Subscription,
    item: &Item<'_>,
    done: &mut Done,
) -> Result<(), ApplyError> {
    let left = |why: &str| (subscription.gateway_id.clone(), why.to_owned());
    match context.payments.move_price(item).await {
        Ok(MoveOutcome::Moved) => done.moved += 1,
        Ok(MoveOutcome::Already) => done.already += 1,
        Ok(MoveOutcome::Elsewhere) => done.left.push(left("it is billed otherwise at Stripe")),
        Ok(MoveOutcome::Ended) => done.left.push(left("it has ended")),
        Err(error @ GatewayError::Refused { .. }) => done.left.push(left(&error.to_string())),
        Err(error) => return Err(error.into()),
    }
    match apply_payment_event::apply_customer(context, &subscription.gateway_customer_id).await {
        // Whoever is at it, or the event that is on its way, brings it.
        Err(ApplyError::Busy) => Ok(()),
        applied => applied,
    }
}

async fn audit(
    context: &Context,
    conn: &mut Conn,
    actor: &Actor,
    action: &str,
    id: &PriceMoveId,
    detail: Value,
) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let id_of_row = AuditId::mint(at, context.entropy.as_ref());
    let record = store::audit::Record { id: id_of_row, at, actor, action, subject_id: id.as_str(), detail };
    store::audit::insert(conn, &record).await
}
