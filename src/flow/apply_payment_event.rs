//! What the gateway says becomes our state: fetch everything that a customer has, outside any transaction, and apply it as
//! one projection in one transaction. Duplicated, reordered and stale events change nothing, since none is believed.

use std::collections::HashSet;

use super::{Context, Phase, StoreError, apply_payment, apply_subscription, note_new_words, tell_member};
use crate::{
    domain::{
        actor::Actor,
        checkout::{Checkout, CheckoutState},
        id::{CheckoutId, MemberId, PaymentEntryId, PriceId, SubscriptionId},
        payment::{CheckoutStatus, CustomerSnapshot, Movement},
        payment_event,
    },
    gateway::payment::GatewayError,
    store::{self, Conn, customer::Lease, payment_ledger::Owner},
};

/// How long a customer's lease lasts, in milliseconds: longer than a fetch, short enough to get over a crash.
const LEASE_MILLIS: i64 = 10_000;

/// Why nothing was applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Somebody else is at it, or has fetched something newer.
    #[error("another worker is at this customer")]
    Busy,
    /// The gateway did not answer.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Applies the events about a routing key: a customer's id, or a checkout session's, or a charge's.
///
/// # Errors
/// [`ApplyError`]; then the events stay pending.
pub async fn apply(context: &Context, routing_key: &str) -> Result<(), ApplyError> {
    if routing_key.starts_with("cs_") {
        apply_checkout(context, routing_key).await.map(|_| ())
    } else if payment_event::is_charge(routing_key) {
        apply_charge(context, routing_key).await
    } else {
        apply_customer(context, routing_key).await
    }
}

/// Fetches everything that a customer has and applies it.
///
/// # Errors
/// [`ApplyError`].
pub async fn apply_customer(context: &Context, customer_id: &str) -> Result<(), ApplyError> {
    let lease = take_lease(context, customer_id).await?;
    let mut conn = context.store.read().await?;
    // What is pending before the fetch is settled by it; what comes in later is not.
    let event_ids = store::webhook_event::list_pending(&mut conn, customer_id).await?;
    drop(conn);
    let fetched = tokio::select! {
        fetched = context.payments.fetch_customer(customer_id) => fetched,
        () = context.stop.reached(Phase::Cut) => Err(GatewayError::Unknown("this process stops".to_owned())),
    };
    let snapshot = match fetched {
        Ok(snapshot) => snapshot,
        Err(error) => {
            let mut tx = context.store.begin().await?;
            store::customer::end_lease(&mut tx, &lease).await?;
            tx.commit().await?;
            return Err(error.into());
        }
    };
    let mut tx = context.store.begin().await?;
    if !store::customer::end_lease(&mut tx, &lease).await? {
        return Err(ApplyError::Busy);
    }
    project(context, &mut tx, &snapshot).await?;
    note_new_words::note(&mut tx, &snapshot.new_words).await?;
    mark_done(context, &mut tx, &event_ids).await?;
    tx.commit().await?;
    context.wake.counter();
    context.wake.outbox();
    Ok(())
}

async fn take_lease(context: &Context, customer_id: &str) -> Result<Lease, ApplyError> {
    let now = context.clock.wall();
    let mut tx = context.store.begin().await?;
    let lease = store::customer::lease(&mut tx, customer_id, now, now.plus_millis(LEASE_MILLIS)).await?;
    tx.commit().await?;
    lease.ok_or(ApplyError::Busy)
}

async fn project(context: &Context, conn: &mut Conn, snapshot: &CustomerSnapshot) -> Result<(), StoreError> {
    let actor = Actor::Gateway { reference: snapshot.id.clone() };
    let mut subscriptions: Vec<_> = snapshot.subscriptions.iter().collect();
    subscriptions.sort_by_key(|subscription| (subscription.created_at, subscription.gateway_id.as_str()));
    for subscription in subscriptions {
        apply_subscription::apply(context, conn, &snapshot.id, subscription, &actor).await?;
    }
    apply_payment::apply(context, conn, snapshot, &actor).await?;
    // Years of payments are fetched each time; what is posted stays as it is.
    let ids: Vec<&str> = snapshot.movements.iter().map(|movement| movement.balance_transaction_id.as_str()).collect();
    let posted: HashSet<String> = store::payment_ledger::list_posted(conn, &ids).await?.into_iter().collect();
    for movement in snapshot.movements.iter().filter(|movement| !posted.contains(&movement.balance_transaction_id)) {
        post_movement(context, conn, snapshot, movement).await?;
    }
    if snapshot.is_deleted {
        tell_member::tell_of_deletion(context, conn, snapshot).await?;
    }
    Ok(())
}

/// Movements that are not ours (Stripe accounts are often shared) stay out of our ledger.
async fn post_movement(
    context: &Context,
    conn: &mut Conn,
    customer: &CustomerSnapshot,
    movement: &Movement,
) -> Result<(), StoreError> {
    let Some(owner) = owner_of(conn, movement).await? else { return Ok(()) };
    let id = PaymentEntryId::mint(context.clock.wall(), context.entropy.as_ref());
    if store::payment_ledger::append(conn, &id, movement, &owner, context.clock.wall()).await? {
        tell_member::tell_of_movement(context, conn, customer, &owner, movement).await?;
    }
    Ok(())
}

/// Whether a movement would be posted.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_ours(conn: &mut Conn, movement: &Movement) -> Result<bool, StoreError> {
    Ok(owner_of(conn, movement).await?.is_some())
}

/// Whose a movement is. What comes of a charge is for what the charge was for, whatever has been switched to since.
async fn owner_of(conn: &mut Conn, movement: &Movement) -> Result<Option<Owner>, StoreError> {
    if let Some(charge_ref) = &movement.charge_ref
        && let Some(owner) = store::payment_ledger::find_owner_of_charge(conn, charge_ref).await?
    {
        return Ok(Some(owner));
    }
    if let Some(gateway_id) = &movement.subscription_ref {
        let Some(ours) = store::subscription::find_by_gateway_id(conn, gateway_id).await? else { return Ok(None) };
        return owner(conn, Some(ours.member_id), Some(ours.id), ours.price_id).await.map(Some);
    }
    // A charge without a subscription is ours by the reference that we gave it.
    let Some(id) = movement.checkout_ref.as_deref().and_then(|text| CheckoutId::parse(text).ok()) else {
        return Ok(None);
    };
    let Some(checkout) = store::checkout::find(conn, &id).await? else { return Ok(None) };
    owner(conn, checkout.member_id, None, checkout.price_id).await.map(Some)
}

async fn owner(
    conn: &mut Conn,
    member_id: Option<MemberId>,
    subscription_id: Option<SubscriptionId>,
    price_id: PriceId,
) -> Result<Owner, StoreError> {
    let plan_slug = store::plan::find_slug_of_price(conn, &price_id).await?;
    Ok(Owner { member_id, subscription_id, price_id: Some(price_id), plan_slug })
}

async fn mark_done(context: &Context, conn: &mut Conn, event_ids: &[String]) -> Result<(), StoreError> {
    for id in event_ids {
        store::webhook_event::mark_done(conn, id, context.clock.wall()).await?;
    }
    Ok(())
}

/// Applies everything about the customer of a charge; a charge of nobody's is nothing of ours.
async fn apply_charge(context: &Context, charge_id: &str) -> Result<(), ApplyError> {
    let mut conn = context.store.read().await?;
    let event_ids = store::webhook_event::list_pending(&mut conn, charge_id).await?;
    drop(conn);
    if let Some(customer_id) = context.payments.find_customer_of_charge(charge_id).await? {
        apply_customer(context, &customer_id).await?;
    }
    let mut tx = context.store.begin().await?;
    mark_done(context, &mut tx, &event_ids).await?;
    tx.commit().await?;
    Ok(())
}

/// Fetches a checkout session and applies what it led to. Says how the gateway has it; none for one that it does not know, or that is
/// not ours.
///
/// # Errors
/// [`ApplyError`].
pub async fn apply_checkout(context: &Context, session_id: &str) -> Result<Option<CheckoutStatus>, ApplyError> {
    let mut conn = context.store.read().await?;
    let event_ids = store::webhook_event::list_pending(&mut conn, session_id).await?;
    let ours: Option<Checkout> = store::checkout::find_by_gateway_session(&mut conn, session_id).await?;
    drop(conn);
    let (mut state, mut status) = (None, None);
    if ours.is_some()
        && let Some(session) = context.payments.fetch_checkout(session_id).await?
    {
        status = Some(session.status);
        state = match session.status {
            CheckoutStatus::Open | CheckoutStatus::Paid => None,
            CheckoutStatus::Settling => Some(CheckoutState::Settling),
            CheckoutStatus::Expired => Some(CheckoutState::Expired),
        };
        if let Some(customer_id) = session.customer_id.filter(|_| session.status != CheckoutStatus::Expired) {
            apply_customer(context, &customer_id).await?;
        }
    }
    let mut tx = context.store.begin().await?;
    if let (Some(checkout), Some(state)) = (&ours, state) {
        store::checkout::set_state(&mut tx, &checkout.id, state, context.clock.wall()).await?;
    }
    mark_done(context, &mut tx, &event_ids).await?;
    tx.commit().await?;
    context.wake.counter();
    Ok(status)
}
