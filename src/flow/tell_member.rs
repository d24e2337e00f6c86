//! What a member is told of a membership: each thing once, whatever order events come in. What happened comes from the gateway's
//! objects and what was stored before ([`crate::domain::history`]); what is due later is looked at anew before it is told.

use serde_json::json;

use super::{
    Context, StoreError,
    apply_payment_event::{self, ApplyError},
    posting,
};
use crate::{
    domain::{
        actor::Actor,
        cancellation::{Request, State},
        contribution,
        history::{self, Fact, Story},
        id::{AuditId, CheckoutId, MemberId},
        mail::{Mail, NEWS_WORTH_MILLIS, Receipt},
        member::Member,
        news::{News, Then},
        notice::{Notice, Outcome},
        payment::{CustomerSnapshot, Movement, MovementKind},
        plan::{Interval, Price},
        right_end,
        subscription::Subscription,
        time::{DAY_MILLIS, Moment},
    },
    store::{self, Conn, outbox::Message, payment_ledger::Owner},
};

/// How much is told in one go.
const BATCH: i64 = 100;

/// Notes what is new of a subscription, and posts the mails. The caller's transaction holds the member's fence.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn tell(
    context: &Context,
    conn: &mut Conn,
    member: &Member,
    story: Story<'_>,
) -> Result<(), StoreError> {
    let past = store::notice::list_of_subscription(conn, &story.subscription.id).await?;
    let story = Story { past: &past, ..story };
    for (key, outcome) in story.voided() {
        store::notice::finish(conn, key, outcome, story.now).await?;
    }
    for fact in story.facts() {
        note(context, conn, member, Some(story.subscription), fact).await?;
    }
    Ok(())
}

/// Notes what is new of a payment made once, and posts the mails. The caller's transaction holds the member's fence.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn tell_facts(
    context: &Context,
    conn: &mut Conn,
    member: &Member,
    facts: Vec<Fact>,
) -> Result<(), StoreError> {
    for fact in facts {
        note(context, conn, member, None, fact).await?;
    }
    Ok(())
}

/// How far a declaration of a membership's end has come that was answered by mail. One that is much older than the end was asked for
/// is about another end.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn declared(
    conn: &mut Conn,
    member: &Member,
    subscription: &Subscription,
    asked_at: Option<Moment>,
) -> Result<Option<State>, StoreError> {
    let Some(person_id) = &member.person_id else { return Ok(None) };
    let request = store::cancellation::find_last_of_subscription(conn, person_id, &subscription.id).await?;
    let is_about_it = |request: &Request| {
        let taken_up = |asked_at: Moment| asked_at.millis_since(request.received_at) <= DAY_MILLIS;
        request.answered && asked_at.is_none_or(taken_up)
    };
    Ok(request.filter(is_about_it).map(|request| request.state))
}

/// Tells of money that went back, or failed to, the first time that it is seen. A duplicate's has mail of its own.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn tell_of_movement(
    context: &Context,
    conn: &mut Conn,
    customer: &CustomerSnapshot,
    owner: &Owner,
    movement: &Movement,
) -> Result<(), StoreError> {
    let Some(word) = word_of(movement.kind) else { return Ok(()) };
    let Some(member) = find_member(conn, owner.member_id.as_ref()).await? else { return Ok(()) };
    let of = movement.subscription_ref.as_deref();
    let subscription = match of {
        Some(gateway_id) => store::subscription::find_by_gateway_id(conn, gateway_id).await?,
        None => None,
    };
    if subscription.as_ref().is_some_and(|one| one.duplicate_at.is_some()) {
        return Ok(());
    }
    let snapshot = customer.subscriptions.iter().find(|one| Some(one.gateway_id.as_str()) == of);
    let then = match snapshot {
        Some(snapshot) => history::then(snapshot),
        None => then_of_payment(conn, customer, movement).await?,
    };
    let receipt = receipt_of(conn, owner, movement).await?;
    let news = match movement.kind {
        MovementKind::Refund => News::Refunded { receipt, then },
        _ => News::RefundFailed { receipt },
    };
    let withdrawn = match &subscription {
        Some(subscription) => declared(conn, &member, subscription, None).await? == Some(State::Withdrawn),
        None => false,
    };
    let reference = movement.source_ref.as_ref().unwrap_or(&movement.balance_transaction_id);
    let is_quiet = withdrawn && movement.kind == MovementKind::Refund;
    let fact = Fact { is_quiet, ..Fact::new(format!("{reference}:{word}"), news, movement.occurred_at) };
    note(context, conn, &member, subscription.as_ref(), fact).await
}

async fn then_of_payment(
    conn: &mut Conn,
    customer: &CustomerSnapshot,
    movement: &Movement,
) -> Result<Then, StoreError> {
    let payment = customer.payments.iter().find(|one| Some(&one.charge_ref) == movement.charge_ref.as_ref());
    let Some(payment) = payment else { return Ok(Then::Nothing) };
    let Ok(checkout_id) = CheckoutId::parse(&payment.checkout_ref) else { return Ok(Then::Nothing) };
    let own = store::contribution::find(conn, &checkout_id).await?;
    Ok(contribution::then(payment, own.and_then(|own| own.opens_months)))
}

fn word_of(kind: MovementKind) -> Option<&'static str> {
    match kind {
        MovementKind::Refund => Some("refunded"),
        MovementKind::RefundFailure => Some("refund_failed"),
        MovementKind::Payment | MovementKind::Dispute | MovementKind::DisputeReversal | MovementKind::Other => None,
    }
}

async fn find_member(conn: &mut Conn, id: Option<&MemberId>) -> Result<Option<Member>, StoreError> {
    match id {
        Some(id) => store::member::find(conn, id).await,
        None => Ok(None),
    }
}

async fn receipt_of(conn: &mut Conn, owner: &Owner, movement: &Movement) -> Result<Receipt, StoreError> {
    let price = match &owner.price_id {
        Some(id) => store::price::find(conn, id).await?,
        None => None,
    };
    let plan = match &price {
        Some(price) => title_of(conn, price).await?,
        None => String::new(),
    };
    Ok(Receipt {
        plan,
        amount_minor: movement.gross.amount_minor.abs(),
        currency: movement.gross.currency.to_string(),
        interval: Interval::Once,
        next_payment_at_millis: None,
        next_payment_minor: None,
    })
}

/// A price's plan, by its title; empty when there is no such any more.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn title_of(conn: &mut Conn, price: &Price) -> Result<String, StoreError> {
    let plans = store::plan::list(conn).await?;
    Ok(plans.into_iter().find(|plan| plan.id == price.plan_id).map(|plan| plan.title).unwrap_or_default())
}

/// Notes that the gateway's customer is gone. Whatever ended with it is told by itself.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn tell_of_deletion(
    context: &Context,
    conn: &mut Conn,
    customer: &CustomerSnapshot,
) -> Result<(), StoreError> {
    for snapshot in customer.subscriptions.iter().take(1) {
        let Some(own) = store::subscription::find_by_gateway_id(conn, &snapshot.gateway_id).await? else { continue };
        let Some(member) = store::member::find(conn, &own.member_id).await? else { continue };
        let key = format!("{}:deleted", customer.id);
        let fact = Fact { is_quiet: true, ..Fact::new(key, News::CustomerDeleted, context.clock.business()) };
        note(context, conn, &member, None, fact).await?;
    }
    Ok(())
}

/// Notes a fact unless it is known, and posts its mail if it is due.
async fn note(
    context: &Context,
    conn: &mut Conn,
    member: &Member,
    subscription: Option<&Subscription>,
    fact: Fact,
) -> Result<(), StoreError> {
    let now = context.clock.business();
    let is_due = fact.due_at <= now;
    let is_told = is_due && !fact.is_quiet && is_worth_telling(member, &fact.news, fact.due_at, now);
    let outcome = match (is_told, is_due || fact.is_quiet) {
        (true, _) => Some(Outcome::Told),
        (false, true) => Some(Outcome::Kept),
        (false, false) => None,
    };
    let notice = Notice {
        key: fact.key,
        member_id: member.id.clone(),
        subscription_id: subscription.map(|one| one.id.clone()),
        news: fact.news,
        at: fact.at,
        due_at: fact.due_at,
        outcome,
    };
    if !store::notice::insert(conn, &notice, now).await? {
        return Ok(());
    }
    if let (News::PriceMoved { .. }, Some(moved)) = (&notice.news, subscription) {
        audit_move(context, conn, moved, &notice).await?;
    }
    if is_told {
        post(context, conn, member, &notice).await?;
    }
    Ok(())
}

/// Staff moved it: that stands in the audit table with each subscription, once it is so at the gateway.
async fn audit_move(
    context: &Context,
    conn: &mut Conn,
    moved: &Subscription,
    notice: &Notice,
) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let actor = Actor::Gateway { reference: moved.gateway_id.clone() };
    let id = AuditId::mint(at, context.entropy.as_ref());
    let (action, subject_id, detail) = ("subscription.moved", moved.id.as_str(), json!({ "notice": notice.key }));
    let record = store::audit::Record { id, at, actor: &actor, action, subject_id, detail };
    store::audit::insert(conn, &record).await
}

fn is_worth_telling(member: &Member, news: &News, due_at: Moment, now: Moment) -> bool {
    member.person_id.is_some() && now <= news.is_worth_until(due_at)
}

async fn post(context: &Context, conn: &mut Conn, member: &Member, notice: &Notice) -> Result<(), StoreError> {
    let mail = Mail::Membership { news: notice.news.clone() };
    let person_id = member.person_id.as_ref();
    posting::post(context, conn, person_id, Message::Mail { mail }, NEWS_WORTH_MILLIS).await
}

/// Tells what has become due, if its reason still holds. Says whether there was anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn tell_due(context: &Context) -> Result<bool, StoreError> {
    let mut conn = context.store.read().await?;
    let due = store::notice::list_due(&mut conn, context.clock.business(), BATCH).await?;
    drop(conn);
    let mut told = false;
    for notice in &due {
        told |= tell_one(context, notice).await?;
    }
    context.wake.outbox();
    Ok(told)
}

/// Tells one that is due. What it rests on may have changed, and the event may be on its way or lost: the gateway is asked first, and
/// while it cannot be, nothing is told.
async fn tell_one(context: &Context, notice: &Notice) -> Result<bool, StoreError> {
    let mut conn = context.store.read().await?;
    let own = find_subscription(&mut conn, notice).await?;
    drop(conn);
    if let Some(own) = &own {
        match apply_payment_event::apply_customer(context, &own.gateway_customer_id).await {
            Ok(()) => {}
            Err(ApplyError::Internal(error)) => return Err(error),
            Err(ApplyError::Busy | ApplyError::Gateway(_)) => return Ok(false),
        }
    }
    let now = context.clock.business();
    let mut tx = context.store.begin().await?;
    let Some(member) = store::member::take_fence(&mut tx, &notice.member_id).await? else { return Ok(false) };
    let own = find_subscription(&mut tx, notice).await?;
    let rights = store::entitlement::list_of_member(&mut tx, &member.id).await?;
    let subscriptions = store::subscription::list_of_member(&mut tx, &member.id).await?;
    let outcome = match own {
        Some(own) if !history::still_holds(notice, &own) => Outcome::Dropped,
        _ if !right_end::still_holds(&notice.news, &rights, &subscriptions) => Outcome::Dropped,
        _ if is_worth_telling(&member, &notice.news, notice.due_at, now) => Outcome::Told,
        _ => Outcome::Kept,
    };
    if store::notice::finish(&mut tx, &notice.key, outcome, now).await? && outcome == Outcome::Told {
        post(context, &mut tx, &member, notice).await?;
    }
    tx.commit().await?;
    Ok(true)
}

async fn find_subscription(conn: &mut Conn, notice: &Notice) -> Result<Option<Subscription>, StoreError> {
    let all = store::subscription::list_of_member(conn, &notice.member_id).await?;
    Ok(all.into_iter().find(|one| Some(&one.id) == notice.subscription_id.as_ref()))
}
