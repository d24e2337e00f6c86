//! One subscription of the gateway becomes a membership: whose it is, what right it gives, whether it is a second one.

use serde_json::json;

use super::{Context, StoreError, paid_checkout, posting, recount_member, sign_in_link, tell_member};
use crate::{
    domain::{
        actor::Actor,
        checkout::{Checkout, CheckoutState},
        entitlement::{Entitlement, Source},
        history::Story,
        id::{AuditId, CheckoutId, EntitlementId, MemberId, PersonId, SubscriptionId},
        mail::{FirstPaid, Mail, NEWS_WORTH_MILLIS, Receipt},
        member::Member,
        payment::{Rate, SubscriptionSnapshot},
        plan::Price,
        projection::{self, Projected},
        subscription::Subscription,
        time::{DAY_MILLIS, Moment},
    },
    store::{self, Conn, outbox::Message},
};

/// For how long sending money back is tried, in milliseconds: as long as it takes.
const REFUND_TTL_MILLIS: i64 = 365 * DAY_MILLIS;

/// A subscription that is ours, with everything that is known about it.
struct Ours<'a> {
    customer_id: &'a str,
    snapshot: &'a SubscriptionSnapshot,
    projected: Option<Projected>,
    checkout: Checkout,
    price: Price,
}

/// Applies a subscription as fetched. One that is not ours, or for which nothing was ever paid, leaves nothing behind.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn apply(
    context: &Context,
    conn: &mut Conn,
    customer_id: &str,
    snapshot: &SubscriptionSnapshot,
    actor: &Actor,
) -> Result<(), StoreError> {
    let Some(ours) = recognise(context, conn, customer_id, snapshot).await? else { return Ok(()) };
    let known = store::subscription::find_by_gateway_id(conn, &snapshot.gateway_id).await?;
    // Money that came and went before it was first seen still belongs to somebody, and into the ledger.
    if known.is_none() && ours.projected.is_none() && !projection::is_bought(snapshot) {
        return Ok(());
    }
    let owner = match &known {
        Some(subscription) => subscription.member_id.clone(),
        None => paid_checkout::attach(context, conn, &ours.checkout).await?,
    };
    let Some(member) = store::member::take_fence(conn, &owner).await? else { return Ok(()) };
    store::customer::set_member(conn, customer_id, &member.id, context.clock.wall()).await?;
    let subscription = store::subscription::put(conn, &ours.mirror(context, &member.id), context.clock.wall()).await?;
    let is_duplicate = settle_duplicates(context, conn, &member, &subscription, actor).await?;
    if is_duplicate {
        send_back_what_came_late(context, conn, snapshot, &subscription).await?;
    }
    let changed = if is_duplicate {
        end_right(context, conn, &subscription).await?
    } else {
        put_right(context, conn, &ours, &subscription).await?
    };
    match ours.projected.filter(|_| !is_duplicate) {
        Some(projected) if projected.paid_until.is_some() => greet_once(context, conn, &ours, &member).await?,
        Some(_) => let_in_while_settling(context, conn, &ours, &member).await?,
        None => {}
    }
    if changed {
        audit(context, conn, actor, "entitlement.changed", subscription.id.as_str()).await?;
    }
    if !is_duplicate {
        end_billing_if_over(context, conn, snapshot, &subscription, actor).await?;
    }
    if !is_duplicate {
        tell(context, conn, &ours, &member, known.as_ref(), &subscription).await?;
    }
    recount_member::recount(context, conn, &member, subscription.id.as_str()).await
}

async fn recognise<'a>(
    context: &Context,
    conn: &mut Conn,
    customer_id: &'a str,
    snapshot: &'a SubscriptionSnapshot,
) -> Result<Option<Ours<'a>>, StoreError> {
    let reference = snapshot.checkout_ref.as_deref().and_then(|text| CheckoutId::parse(text).ok());
    let Some(reference) = reference else { return Ok(None) };
    let Some(checkout) = store::checkout::find(conn, &reference).await? else { return Ok(None) };
    let by_gateway = store::price::find_by_gateway_id(conn, &snapshot.gateway_price_id).await?;
    let price = match by_gateway {
        Some(price) => Some(price),
        // A price that was made at the gateway by hand: the plan that was bought still holds.
        None => store::price::find(conn, &checkout.price_id).await?,
    };
    let projected = projection::project(snapshot, &context.settings.policy);
    Ok(price.map(|price| Ours { customer_id, snapshot, projected, checkout, price }))
}

impl Ours<'_> {
    fn mirror(&self, context: &Context, member_id: &MemberId) -> Subscription {
        Subscription {
            id: SubscriptionId::mint(context.clock.wall(), context.entropy.as_ref()),
            gateway_id: self.snapshot.gateway_id.clone(),
            gateway_customer_id: self.customer_id.to_owned(),
            member_id: member_id.clone(),
            checkout_id: self.checkout.id.clone(),
            price_id: self.price.id.clone(),
            status: self.snapshot.status.clone(),
            gateway_created_at: self.snapshot.created_at,
            current_period_end: self.snapshot.current_period_end,
            cancel_at: self.snapshot.cancel_at,
            paid_until: self.projected.and_then(|projected| projected.paid_until),
            duplicate_at: None,
            ended_at: self.snapshot.ended_at,
            trial_until: self.snapshot.trial_until,
            next_amount_minor: self.snapshot.next_amount_minor,
            paused_at: self.snapshot.collection_paused.then(|| context.clock.business()),
        }
    }
}

/// A member has at most one live subscription: the one that the gateway made first. Any other is cancelled, sent back, and
/// explained by mail; whichever is applied first, the outcome is the same. Says whether this one is such an other.
async fn settle_duplicates(
    context: &Context,
    conn: &mut Conn,
    member: &Member,
    subscription: &Subscription,
    actor: &Actor,
) -> Result<bool, StoreError> {
    if subscription.duplicate_at.is_some() {
        return Ok(true);
    }
    let all = store::subscription::list_of_member(conn, &member.id).await?;
    let live: Vec<&Subscription> = all.iter().filter(|one| one.is_live()).collect();
    // The list is in the order in which the gateway made them.
    for later in live.iter().skip(1) {
        refuse_duplicate(context, conn, member, later, actor).await?;
    }
    Ok(live.iter().skip(1).any(|one| one.id == subscription.id))
}

/// A duplicate's payment may have been on its way when it was cancelled, or with the payer's bank: what is here of it goes back.
async fn send_back_what_came_late(
    context: &Context,
    conn: &mut Conn,
    snapshot: &SubscriptionSnapshot,
    duplicate: &Subscription,
) -> Result<(), StoreError> {
    let refund = Message::CancelAndRefund { gateway_subscription_id: duplicate.gateway_id.clone() };
    if !projection::has_money(snapshot) || store::outbox::hurry(conn, &refund, context.clock.wall()).await? {
        return Ok(());
    }
    post(context, conn, None, refund).await
}

async fn refuse_duplicate(
    context: &Context,
    conn: &mut Conn,
    member: &Member,
    duplicate: &Subscription,
    actor: &Actor,
) -> Result<(), StoreError> {
    if !store::subscription::mark_duplicate(conn, &duplicate.id, context.clock.wall()).await? {
        return Ok(());
    }
    end_right(context, conn, duplicate).await?;
    let checkout = store::checkout::find(conn, &duplicate.checkout_id).await?;
    store::checkout::set_state(conn, &duplicate.checkout_id, CheckoutState::Duplicate, context.clock.wall()).await?;
    let refund = Message::CancelAndRefund { gateway_subscription_id: duplicate.gateway_id.clone() };
    post(context, conn, None, refund).await?;
    audit(context, conn, actor, "subscription.duplicate", duplicate.id.as_str()).await?;
    let (Some(person_id), Some(price)) = (&member.person_id, store::price::find(conn, &duplicate.price_id).await?)
    else {
        return Ok(());
    };
    // What its payer chose is what goes back, not what was proposed.
    let chosen = price.amount_of(checkout.as_ref().and_then(|checkout| checkout.amount_minor));
    let price = Price { money: chosen.unwrap_or(price.money), ..price };
    let receipt = receipt_of(conn, &price, None).await?;
    let mail = Mail::DuplicateRefunded { receipt };
    post(context, conn, Some(person_id), Message::Mail { mail }).await?;
    match checkout {
        // One that was greeted, or that a signed-in member began, needs no other way in.
        Some(checkout) if checkout.state != CheckoutState::Paid && !checkout.by_member => {
            paid_checkout::post_way_in(context, conn, person_id, &checkout.browser_hash).await
        }
        _ => Ok(()),
    }
}

async fn put_right(
    context: &Context,
    conn: &mut Conn,
    ours: &Ours<'_>,
    subscription: &Subscription,
) -> Result<bool, StoreError> {
    let Some(projected) = ours.projected else { return end_right(context, conn, subscription).await };
    let right = Entitlement {
        id: EntitlementId::mint(context.clock.wall(), context.entropy.as_ref()),
        member_id: subscription.member_id.clone(),
        plan_id: ours.price.plan_id.clone(),
        source: Source::Subscription,
        subscription_id: Some(subscription.id.clone()),
        window: projected.window,
        settled_at: projected.settled_at,
    };
    store::entitlement::put_of_subscription(conn, &right, context.clock.wall()).await
}

/// The money of the running period went back, and whoever sent it back did not mean it to be taken again; or the first payment never came,
/// and its payer may long have paid in another way.
async fn end_billing_if_over(
    context: &Context,
    conn: &mut Conn,
    snapshot: &SubscriptionSnapshot,
    subscription: &Subscription,
    actor: &Actor,
) -> Result<(), StoreError> {
    let action = match (projection::is_sent_back(snapshot), projection::fell_through(snapshot)) {
        (true, _) => "subscription.refunded",
        (false, Some(_)) => "subscription.fell_through",
        (false, None) => return Ok(()),
    };
    let cancel = Message::CancelSubscription { gateway_subscription_id: subscription.gateway_id.clone() };
    if !subscription.is_live() || store::outbox::hurry(conn, &cancel, context.clock.wall()).await? {
        return Ok(());
    }
    post(context, conn, None, cancel).await?;
    audit(context, conn, actor, action, subscription.id.as_str()).await
}

async fn end_right(context: &Context, conn: &mut Conn, subscription: &Subscription) -> Result<bool, StoreError> {
    let (now, wall) = (context.clock.business(), context.clock.wall());
    store::entitlement::end_of_subscription(conn, &subscription.id, now, wall).await
}

/// Thanks the payer when a checkout is paid for the first time. If the payment made the member, the browser that started it
/// is signed in from now on; else the mailed link is the only way in.
async fn greet_once(context: &Context, conn: &mut Conn, ours: &Ours<'_>, member: &Member) -> Result<(), StoreError> {
    let now = context.clock.wall();
    if !store::checkout::set_state(conn, &ours.checkout.id, CheckoutState::Paid, now).await? {
        return Ok(());
    }
    let checkout = store::checkout::find(conn, &ours.checkout.id).await?.unwrap_or_else(|| ours.checkout.clone());
    paid_checkout::sign_in_once(context, conn, &checkout, member).await?;
    let Some(person_id) = &member.person_id else { return Ok(()) };
    let next_payment_at = ours.snapshot.current_period_end.filter(|_| ours.snapshot.cancel_at.is_none());
    let receipt = receipt(conn, ours, next_payment_at).await?;
    let mail = if checkout.made_member || checkout.by_member {
        let paid_at_millis = context.clock.business().millis();
        let return_to = checkout.return_to.clone();
        let free_until = ours.projected.filter(|right| right.settled_at.is_none()).and_then(|right| right.paid_until);
        let free_until_millis = free_until.map(Moment::millis);
        let paid = projection::first_paid(ours.snapshot)
            .map(|invoice| FirstPaid { amount_minor: invoice.paid.amount_minor, tax_minor: invoice.tax_minor });
        Mail::Welcome { receipt, member_number: member.number, paid_at_millis, return_to, free_until_millis, paid }
    } else {
        let attempt_id = sign_in_link::prepare(context, conn, person_id, &checkout.browser_hash).await?;
        Mail::PaidSignIn { receipt, attempt_id: attempt_id.to_string() }
    };
    post(context, conn, Some(person_id), Message::Mail { mail }).await
}

/// A first payment that takes days, such as a bank debit: the right holds meanwhile, and thanks come with the money.
async fn let_in_while_settling(
    context: &Context,
    conn: &mut Conn,
    ours: &Ours<'_>,
    member: &Member,
) -> Result<(), StoreError> {
    let now = context.clock.wall();
    store::checkout::set_state(conn, &ours.checkout.id, CheckoutState::Settling, now).await?;
    let checkout = store::checkout::find(conn, &ours.checkout.id).await?.unwrap_or_else(|| ours.checkout.clone());
    paid_checkout::sign_in_once(context, conn, &checkout, member).await
}

async fn tell(
    context: &Context,
    conn: &mut Conn,
    ours: &Ours<'_>,
    member: &Member,
    before: Option<&Subscription>,
    subscription: &Subscription,
) -> Result<(), StoreError> {
    let renews = ours.snapshot.cancel_at.is_none() && ours.snapshot.ended_at.is_none();
    let next_payment_at = ours.snapshot.current_period_end.filter(|_| renews);
    let declared = match ours.snapshot.canceled_at {
        Some(asked_at) => tell_member::declared(conn, member, subscription, Some(asked_at)).await?,
        None => None,
    };
    let story = Story {
        before,
        subscription,
        snapshot: ours.snapshot,
        right: ours.projected,
        receipt: receipt(conn, ours, next_payment_at).await?,
        past: &[],
        declared,
        now: context.clock.business(),
    };
    tell_member::tell(context, conn, member, story).await
}

/// What is billed: what the gateway says, or else what the price says.
async fn receipt(conn: &mut Conn, ours: &Ours<'_>, next_payment_at: Option<Moment>) -> Result<Receipt, StoreError> {
    let next_payment_minor = ours.snapshot.next_amount_minor.filter(|_| next_payment_at.is_some());
    let listed = Receipt { next_payment_minor, ..receipt_of(conn, &ours.price, next_payment_at).await? };
    Ok(match ours.snapshot.rate {
        Some(Rate { money, interval }) => {
            Receipt { amount_minor: money.amount_minor, currency: money.currency.to_string(), interval, ..listed }
        }
        None => listed,
    })
}

async fn receipt_of(conn: &mut Conn, price: &Price, next_payment_at: Option<Moment>) -> Result<Receipt, StoreError> {
    Ok(Receipt {
        plan: tell_member::title_of(conn, price).await?,
        amount_minor: price.money.amount_minor,
        currency: price.money.currency.to_string(),
        interval: price.interval,
        next_payment_at_millis: next_payment_at.map(Moment::millis),
        next_payment_minor: None,
    })
}

async fn post(
    context: &Context,
    conn: &mut Conn,
    person_id: Option<&PersonId>,
    message: Message,
) -> Result<(), StoreError> {
    let ttl_millis = if matches!(message, Message::Mail { .. }) { NEWS_WORTH_MILLIS } else { REFUND_TTL_MILLIS };
    posting::post(context, conn, person_id, message, ttl_millis).await
}

async fn audit(
    context: &Context,
    conn: &mut Conn,
    actor: &Actor,
    action: &str,
    subject_id: &str,
) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let id = AuditId::mint(at, context.entropy.as_ref());
    let record = store::audit::Record { id, at, actor, action, subject_id, detail: json!({}) };
    store::audit::insert(conn, &record).await
}
