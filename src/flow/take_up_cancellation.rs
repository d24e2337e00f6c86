//! What a declaration does to a membership. Nobody has proved the address, so an ordinary cancellation only arranges an end that
//! the member can take back; see docs/decisions/0012-cancel-without-signing-in.md.

use serde_json::json;

use super::{Context, StoreError, apply_newsroom, posting};
use crate::{
    domain::{
        actor::Actor,
        cancellation::{self, Kind, Outcome, Request, State, decide, withdrawal_ends},
        contribution::{self, Contribution},
        id::{AuditId, CancellationId, SubscriptionId},
        mail::{Mail, NEWS_WORTH_MILLIS},
        member::Member,
        subscription::Subscription,
        time::{DAY_MILLIS, Moment},
    },
    store::{self, Conn, outbox::Message},
};

/// How many declarations are taken up in one go.
const BATCH: i64 = 50;
/// For how long the gateway is asked, in milliseconds: as long as it takes.
const CALL_TTL_MILLIS: i64 = 365 * DAY_MILLIS;

/// What comes of a declaration: its next state, what it was applied to, when that ends, and what the gateway is to do.
struct Step {
    state: State,
    subscription_id: Option<SubscriptionId>,
    ends_at: Option<Moment>,
    call: Option<Message>,
}

/// Takes up the declarations that wait. Says whether there were any.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn take_up(context: &Context) -> Result<bool, StoreError> {
    let mut conn = context.store.read().await?;
    let waiting = store::cancellation::list(&mut conn, State::Received, BATCH).await?;
    drop(conn);
    for request in &waiting {
        take_up_one(context, request).await?;
    }
    Ok(!waiting.is_empty())
}

async fn take_up_one(context: &Context, request: &Request) -> Result<(), StoreError> {
    let wall = context.clock.wall();
    let mut tx = context.store.begin().await?;
    let member = match store::member::find_by_person(&mut tx, &request.person_id).await? {
        Some(member) => store::member::take_fence(&mut tx, &member.id).await?,
        None => None,
    };
    let step = match &member {
        Some(member) => step_of(context, &mut tx, request, member).await?,
        None => Step { state: State::Unmatched, subscription_id: None, ends_at: None, call: None },
    };
    let change = (State::Received, step.state);
    let subscription_id = step.subscription_id.as_ref();
    if !store::cancellation::advance(&mut tx, &request.id, change, subscription_id, step.ends_at, wall).await? {
        // Another process took it up.
        return Ok(());
    }
    if let Some(call) = step.call {
        posting::post(context, &mut tx, None, call, CALL_TTL_MILLIS).await?;
    }
    if request.answered {
        let mail = Mail::CancellationReceived { request_id: request.id.to_string() };
        let message = Message::Mail { mail };
        posting::post(context, &mut tx, Some(&request.person_id), message, NEWS_WORTH_MILLIS).await?;
    }
    audit(context, &mut tx, request, step.state, subscription_id).await?;
    tx.commit().await?;
    context.wake.outbox();
    Ok(())
}

async fn step_of(context: &Context, conn: &mut Conn, request: &Request, member: &Member) -> Result<Step, StoreError> {
    let subscriptions = store::subscription::list_of_member(conn, &member.id).await?;
    let live: Vec<&Subscription> = subscriptions.iter().filter(|one| one.is_live()).collect();
    let rights = store::entitlement::list_of_member(conn, &member.id).await?;
    let [subscription] = live[..] else {
        // A right that no subscription bills, or more than one that does: a person has to look.
        let holds = !live.is_empty() || rights.iter().any(|right| right.holds(context.clock.business()));
        let is_for_staff = holds || has_paid_once(conn, request, member).await?;
        let state = if is_for_staff { State::Open } else { State::Unmatched };
        return Ok(Step { state, subscription_id: None, ends_at: None, call: None });
    };
    let of_subscription = rights.iter().find(|right| right.subscription_id.as_ref() == Some(&subscription.id));
    let joined_at = of_subscription.and_then(|right| right.settled_at).unwrap_or(subscription.gateway_created_at);
    let time_zone = time_zone(conn).await?;
    Ok(step(subscription, decide(request, subscription, joined_at, &time_zone), context.clock.business()))
}

async fn time_zone(conn: &mut Conn) -> Result<String, StoreError> {
    let newsroom = apply_newsroom::presentation_in(conn).await?;
    Ok(newsroom.map_or_else(|| "UTC".to_owned(), |newsroom| newsroom.time_zone))
}

/// Whether what was paid once, a gift for somebody else too, can be withdrawn from: a person has to look.
async fn has_paid_once(conn: &mut Conn, request: &Request, member: &Member) -> Result<bool, StoreError> {
    let payments = store::contribution::list_of_member(conn, &member.id).await?;
    let time_zone = time_zone(conn).await?;
    let is_meant = |one: &Contribution| {
        let is_in_time = request.received_at < withdrawal_ends(one.made_at, &time_zone);
        one.state != contribution::State::Gone && is_in_time && request.declaration.kind != Kind::Ordinary
    };
    Ok(payments.iter().any(is_meant))
}

fn step(subscription: &Subscription, outcome: Outcome, now: Moment) -> Step {
    let subscription_id = Some(subscription.id.clone());
    let gateway_subscription_id = subscription.gateway_id.clone();
    match outcome {
        Outcome::Arrange { ends_at, later_at, already } => {
            let later_at_millis = later_at.map(Moment::millis);
            let call = Message::EndSubscription { gateway_subscription_id, later_at_millis };
            Step { state: State::Arranged, subscription_id, ends_at, call: (!already).then_some(call) }
        }
        Outcome::Withdraw => {
            let call = Message::CancelAndRefund { gateway_subscription_id };
            Step { state: State::Withdrawn, subscription_id, ends_at: Some(now), call: Some(call) }
        }
        Outcome::Ask => Step { state: State::Open, subscription_id, ends_at: None, call: None },
    }
}

async fn audit(
    context: &Context,
    conn: &mut Conn,
    request: &Request,
    state: State,
    subscription_id: Option<&SubscriptionId>,
) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let detail = json!({
        "kind": request.declaration.kind.as_str(),
        "state": state.as_str(),
        "subscription": subscription_id.map(SubscriptionId::as_str),
    });
    let record = store::audit::Record {
        id: AuditId::mint(at, context.entropy.as_ref()),
        at,
        actor: &Actor::Visitor,
        action: "cancellation.taken_up",
        subject_id: request.id.as_str(),
        detail,
    };
    store::audit::insert(conn, &record).await
}

/// Declarations that wait for staff, each with the address that was typed, the oldest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_open(context: &Context) -> Result<Vec<(Request, Option<String>)>, StoreError> {
    let mut conn = context.store.read().await?;
    let open = store::cancellation::list(&mut conn, State::Open, 1_000).await?;
    with_addresses(&mut conn, open).await
}

/// The declarations that somebody names by their reference or id, each with the address that was typed: one, but for the rare
/// reference that two share.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(context: &Context, named: &str) -> Result<Vec<(Request, Option<String>)>, StoreError> {
    let Some(digits) = cancellation::parse_reference(named) else { return Ok(Vec::new()) };
    let mut conn = context.store.read().await?;
    let found = store::cancellation::list_by_last_digits(&mut conn, &digits).await?;
    with_addresses(&mut conn, found).await
}

async fn with_addresses(conn: &mut Conn, requests: Vec<Request>) -> Result<Vec<(Request, Option<String>)>, StoreError> {
    let mut listed = Vec::new();
    for request in requests {
        let person = store::person::find(conn, &request.person_id).await?;
        listed.push((request, person.map(|person| person.email.as_str().to_owned())));
    }
    Ok(listed)
}

/// Notes that staff have looked at a declaration. `false` when none with this id waits.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn settle(context: &Context, id: &CancellationId, actor: &Actor) -> Result<bool, StoreError> {
    let at = context.clock.wall();
    let mut tx = context.store.begin().await?;
    if !store::cancellation::advance(&mut tx, id, (State::Open, State::Settled), None, None, at).await? {
        return Ok(false);
    }
    let record = store::audit::Record {
        id: AuditId::mint(at, context.entropy.as_ref()),
        at,
        actor,
        action: "cancellation.settled",
        subject_id: id.as_str(),
        detail: json!({}),
    };
    store::audit::insert(&mut tx, &record).await?;
    tx.commit().await?;
    Ok(true)
}
