//! One payment made once becomes a contribution, or pays a gift: whose it is, what it opens, what its payer is told.

use serde_json::json;

use super::{Context, StoreError, apply_gift, paid_checkout, recount_member, tell_member};
use crate::{
    domain::{
        actor::Actor,
        checkout::{Checkout, CheckoutState, Purpose},
        contribution::{self, Contribution, State},
        entitlement::{Entitlement, Source},
        gift::Gift,
        history::Fact,
        id::{AuditId, CheckoutId, EntitlementId, MemberId, PlanId},
        mail::Receipt,
        member::Member,
        payment::{PaymentSnapshot, PaymentStatus},
        plan::{Interval, Price},
        right_end,
        time::Window,
    },
    store::{self, Conn},
};

/// Applies a payment as fetched. One that failed at once leaves nothing behind.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn apply(
    context: &Context,
    conn: &mut Conn,
    customer_id: &str,
    checkout: Checkout,
    payment: &PaymentSnapshot,
    actor: &Actor,
) -> Result<(), StoreError> {
    let known = store::contribution::find(conn, &checkout.id).await?;
    if known.is_none() && payment.status == PaymentStatus::Failed {
        return Ok(());
    }
    let Some(price) = store::price::find(conn, &checkout.price_id).await? else { return Ok(()) };
    let owner = match &known {
        Some(known) => known.member_id.clone(),
        None => paid_checkout::attach(context, conn, &checkout).await?,
    };
    let Some(member) = store::member::take_fence(conn, &owner).await? else { return Ok(()) };
    store::customer::set_member(conn, customer_id, &member.id, context.clock.wall()).await?;
    let own = seen(&checkout, &price, payment, &member.id);
    let changed = store::contribution::put(conn, &own, context.clock.wall()).await?;
    let ends = put_rights(context, conn, &own.member_id, &own.plan_id).await?;
    let open_until = ends.iter().find(|(id, _)| *id == own.checkout_id).and_then(|(_, window)| window.until);
    greet(context, conn, &own, &member).await?;
    if checkout.purpose == Purpose::Gift {
        apply_gift::apply(context, conn, &own).await?;
    }
    if changed {
        audit(context, conn, &own, actor).await?;
    }
    let receipt = receipt(conn, &price, payment).await?;
    let facts = contribution::facts(payment, &own, &receipt, open_until, context.clock.business());
    let mut facts: Vec<Fact> =
        facts.into_iter().map(|fact| if checkout.purpose == Purpose::Gift { fact.of_gift() } else { fact }).collect();
    let nothing = Receipt { plan: receipt.plan.clone(), ..Receipt::nothing() };
    facts.extend(ends.iter().flat_map(|(id, window)| right_end::facts(id.as_str(), *window, &nothing)));
    tell_member::tell_facts(context, conn, &member, facts).await?;
    recount_member::recount(context, conn, &member, own.checkout_id.as_str()).await
}

fn seen(checkout: &Checkout, price: &Price, payment: &PaymentSnapshot, member_id: &MemberId) -> Contribution {
    Contribution {
        checkout_id: checkout.id.clone(),
        member_id: member_id.clone(),
        plan_id: price.plan_id.clone(),
        charge_ref: payment.charge_ref.clone(),
        made_at: payment.made_at,
        settled_at: payment.settled_at,
        state: contribution::state_of(payment),
        // A gift opens nothing for its giver.
        opens_months: price.opens_months.filter(|_| checkout.purpose == Purpose::Contribution),
    }
}

/// Gives or ends what each of a member's payments for a plan opens: what comes after one that went back moves up. Returns when each
/// opens it. The caller's transaction holds the member's fence.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn put_rights(
    context: &Context,
    conn: &mut Conn,
    member_id: &MemberId,
    plan_id: &PlanId,
) -> Result<Vec<(CheckoutId, Window)>, StoreError> {
    let mut all = store::contribution::list_of_member(conn, member_id).await?;
    all.retain(|one| one.plan_id == *plan_id && one.opens_months.is_some());
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let gifts = store::gift::list_of_reader(conn, member_id).await?;
    let gifts: Vec<_> = gifts.iter().filter(|gift| gift.plan_id == *plan_id).filter_map(Gift::taken).collect();
    let (now, wall) = (context.clock.business(), context.clock.wall());
    let mut ends = Vec::new();
    for (one, window) in contribution::windows(&all, &gifts) {
        let Some(window) = window else {
            store::entitlement::end_of_checkout(conn, &one.checkout_id, now, wall).await?;
            continue;
        };
        store::entitlement::put_of_checkout(conn, &right(context, one, window), &one.checkout_id, wall).await?;
        ends.push((one.checkout_id.clone(), window));
    }
    Ok(ends)
}

fn right(context: &Context, one: &Contribution, window: Window) -> Entitlement {
    Entitlement {
        id: EntitlementId::mint(context.clock.wall(), context.entropy.as_ref()),
        member_id: one.member_id.clone(),
        plan_id: one.plan_id.clone(),
        source: Source::Contribution,
        subscription_id: None,
        window,
        settled_at: one.settled_at,
    }
}

/// The checkout is paid, or on its way to be. If the payment made the member, the browser that started it is signed in; whoever
/// had a membership already gets a way in by mail when there is something to read.
async fn greet(context: &Context, conn: &mut Conn, own: &Contribution, member: &Member) -> Result<(), StoreError> {
    let state = match own.state {
        State::Settling => CheckoutState::Settling,
        State::Standing => CheckoutState::Paid,
        State::Gone => return Ok(()),
    };
    let is_new = store::checkout::set_state(conn, &own.checkout_id, state, context.clock.wall()).await?;
    let Some(checkout) = store::checkout::find(conn, &own.checkout_id).await?.filter(|_| is_new) else { return Ok(()) };
    paid_checkout::sign_in_once(context, conn, &checkout, member).await?;
    let has_way_in = checkout.made_member || checkout.by_member || own.opens_months.is_none();
    match &member.person_id {
        Some(person_id) if !has_way_in && state == CheckoutState::Paid => {
            paid_checkout::post_way_in(context, conn, person_id, &checkout.browser_hash).await
        }
        _ => Ok(()),
    }
}

async fn receipt(conn: &mut Conn, price: &Price, payment: &PaymentSnapshot) -> Result<Receipt, StoreError> {
    Ok(Receipt {
        plan: tell_member::title_of(conn, price).await?,
        amount_minor: payment.paid.amount_minor,
        currency: payment.paid.currency.to_string(),
        interval: Interval::Once,
        next_payment_at_millis: None,
        next_payment_minor: None,
    })
}

async fn audit(context: &Context, conn: &mut Conn, own: &Contribution, actor: &Actor) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let record = store::audit::Record {
        id: AuditId::mint(at, context.entropy.as_ref()),
        at,
        actor,
        action: "contribution.changed",
        subject_id: own.checkout_id.as_str(),
        detail: json!({ "state": own.state.as_str() }),
    };
    store::audit::insert(conn, &record).await
}
