//! What becomes of a gift as its money comes and goes, and mailing its code.

use std::collections::HashMap;

use serde_json::json;

use super::{Context, StoreError, apply_contribution, enter_member, posting, recount_member, tell_member};
use crate::{
    domain::{
        actor::Actor,
        contribution::{Contribution, State},
        email::Email,
        entitlement::{Entitlement, Source},
        gift::{Gift, Redeemed},
        history::Fact,
        id::{AuditId, EntitlementId, GiftId, PersonId},
        mail::{GiftTo, Mail, NEWS_WORTH_MILLIS, Receipt},
        member::Member,
        news::News,
        time::{DAY_MILLIS, Moment},
    },
    store::{self, Conn, outbox::Message},
};

/// How long before its last day whoever has the code is reminded, in milliseconds of business time.
const REMIND_MILLIS: i64 = 30 * DAY_MILLIS;
/// How many are mailed in one go.
const BATCH: i64 = 100;

/// Brings a gift up to date with its payment. Whoever has redeemed it keeps what it opens for as long as the money is here. The
/// caller's transaction holds the giver's fence.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn apply(context: &Context, conn: &mut Conn, payment: &Contribution) -> Result<(), StoreError> {
    let Some(gift) = store::gift::find_by_checkout(conn, &payment.checkout_id).await? else { return Ok(()) };
    let months = context.settings.gift_redeem_months;
    let money = store::gift::Money {
        giver_id: &payment.member_id,
        state: payment.state,
        settled_at: payment.settled_at,
        expires_at: payment.settled_at.map(|settled_at| gift.last_day(settled_at, months)),
    };
    store::gift::put_money(conn, &gift.id, &money, context.clock.wall()).await?;
    // Looked at again: it may have been redeemed in the meantime, and from now on it is by what its money has become.
    let Some(gift) = store::gift::find(conn, &gift.id).await? else { return Ok(()) };
    match &gift.redeemed {
        Some(redeemed) => apply_to_reader(context, conn, &gift, redeemed, payment).await,
        None => Ok(()),
    }
}

async fn apply_to_reader(
    context: &Context,
    conn: &mut Conn,
    gift: &Gift,
    redeemed: &Redeemed,
    payment: &Contribution,
) -> Result<(), StoreError> {
    let Some(reader) = store::member::take_fence(conn, &redeemed.member_id).await? else { return Ok(()) };
    let (now, wall) = (context.clock.business(), context.clock.wall());
    let changed = match payment.state {
        State::Gone => store::entitlement::end_of_checkout(conn, &gift.checkout_id, now, wall).await?,
        State::Settling | State::Standing => {
            let right = right(context, gift, redeemed, payment.settled_at);
            store::entitlement::put_of_checkout(conn, &right, &gift.checkout_id, wall).await?
        }
    };
    if changed && payment.state == State::Gone {
        let news = News::GiftEnded { receipt: receipt(conn, gift).await? };
        let fact = Fact::new(format!("{}:ended", gift.id), news, now);
        tell_member::tell_facts(context, conn, &reader, vec![fact]).await?;
    }
    if changed {
        // What its reader paid for after it moves up, or back.
        apply_contribution::put_rights(context, conn, &reader.id, &gift.plan_id).await?;
        recount_member::recount(context, conn, &reader, gift.id.as_str()).await?;
    }
    Ok(())
}

/// The right that a redeemed gift is.
pub(super) fn right(context: &Context, gift: &Gift, redeemed: &Redeemed, settled_at: Option<Moment>) -> Entitlement {
    Entitlement {
        id: EntitlementId::mint(context.clock.wall(), context.entropy.as_ref()),
        member_id: redeemed.member_id.clone(),
        plan_id: gift.plan_id.clone(),
        source: Source::Gift,
        subscription_id: None,
        window: redeemed.window,
        settled_at,
    }
}

/// What is said of a gift that costs its reader nothing.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn receipt(conn: &mut Conn, gift: &Gift) -> Result<Receipt, StoreError> {
    let plans = store::plan::list(conn).await?;
    let plan = plans.into_iter().find(|plan| plan.id == gift.plan_id).map(|plan| plan.title).unwrap_or_default();
    Ok(Receipt { plan, ..Receipt::nothing() })
}

/// Mails the codes whose day has come, and reminds of those that nobody has redeemed. Says whether there were any.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn send_due(context: &Context) -> Result<bool, StoreError> {
    let now = context.clock.business();
    let mut conn = context.store.read().await?;
    let to_send = store::gift::list_to_send(&mut conn, now, BATCH).await?;
    let to_remind = store::gift::list_to_remind(&mut conn, now.plus_millis(REMIND_MILLIS), BATCH).await?;
    drop(conn);
    for gift in &to_send {
        let mut tx = context.store.begin().await?;
        if store::gift::mark_sent(&mut tx, &gift.id, now).await? {
            post_code(context, &mut tx, gift, false).await?;
        }
        tx.commit().await?;
    }
    for gift in &to_remind {
        let mut tx = context.store.begin().await?;
        let is_news = gift.expires_at.is_some_and(|at| at > now);
        if store::gift::mark_reminded(&mut tx, &gift.id, now).await? && is_news {
            post_code(context, &mut tx, gift, true).await?;
        }
        tx.commit().await?;
    }
    context.wake.outbox();
    Ok(!to_send.is_empty() || !to_remind.is_empty())
}

/// To whom it is given, or to the giver who hands it over.
async fn post_code(context: &Context, conn: &mut Conn, gift: &Gift, is_reminder: bool) -> Result<(), StoreError> {
    let (person_id, to) = match &gift.recipient_id {
        Some(id) => (Some(id.clone()), GiftTo::Reader),
        None => (giver(conn, gift).await?, GiftTo::Giver),
    };
    let Some(person_id) = person_id else { return Ok(()) };
    let mail = Mail::GiftCode { gift_id: gift.id.to_string(), to, is_reminder };
    posting::post(context, conn, Some(&person_id), Message::Mail { mail }, NEWS_WORTH_MILLIS).await
}

async fn giver(conn: &mut Conn, gift: &Gift) -> Result<Option<PersonId>, StoreError> {
    let Some(giver_id) = &gift.giver_id else { return Ok(None) };
    let member: Option<Member> = store::member::find(conn, giver_id).await?;
    Ok(member.and_then(|member| member.person_id))
}

/// Why staff can do nothing about a gift.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// No such gift that was paid, or it cannot be redeemed any more.
    #[error("no gift {0} waits to be redeemed: `masthead gifts list` says which do")]
    NotOpen(GiftId),
    /// Its code is mailed on a day to come.
    #[error("{id} is mailed on {day}, as its giver wishes: --now mails it at once, and not again on that day")]
    NotYet {
        /// The gift.
        id: GiftId,
        /// The day, on the newsroom's calendar.
        day: jiff::civil::Date,
    },
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// A gift that was paid, as staff are told of it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The gift, what was paid for it, and by whom.
    pub settled: store::gift::Settled,
    /// The title of its plan.
    pub plan: String,
}

/// Every gift whose money ever came, the oldest first: everybody's, or those that an address gave or is mailed.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(context: &Context, of: Option<&Email>) -> Result<Vec<Listed>, StoreError> {
    let mut conn = context.store.read().await?;
    let person = match of {
        Some(email) => match store::person::find_by_email(&mut conn, email).await? {
            Some(person) => Some(person.id),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    let plans = store::plan::list(&mut conn).await?;
    let titles: HashMap<_, _> = plans.into_iter().map(|plan| (plan.id, plan.title)).collect();
    let all = store::gift::list_settled(&mut conn, person.as_ref()).await?.into_iter();
    let listed = |settled: store::gift::Settled| {
        let plan = titles.get(&settled.gift.plan_id).cloned().unwrap_or_default();
        Listed { settled, plan }
    };
    Ok(all.map(listed).collect())
}

/// Mails a code again, to whomever it was mailed before. One whose day has not come is mailed only if that `is_meant`: now, and not
/// again on its day.
///
/// # Errors
/// [`StaffError`].
pub async fn resend(context: &Context, id: &GiftId, is_meant: bool, actor: &Actor) -> Result<(), StaffError> {
    let now = context.clock.business();
    let mut tx = context.store.begin().await?;
    let gift = store::gift::find(&mut tx, id).await?;
    let gift = gift.filter(|gift| gift.standing(now).is_open()).ok_or_else(|| StaffError::NotOpen(id.clone()))?;
    if let Some(at) = gift.waits_for(now).filter(|_| !is_meant) {
        let day = at.in_zone(&enter_member::time_zone(context).await?).date();
        return Err(StaffError::NotYet { id: id.clone(), day });
    }
    store::gift::mark_sent(&mut tx, id, now).await?;
    post_code(context, &mut tx, &gift, false).await?;
    audit(context, &mut tx, id, "gift.resent", actor).await?;
    tx.commit().await?;
    context.wake.outbox();
    Ok(())
}

/// Takes a gift back that nobody has redeemed. The money is sent back at the gateway, if it is to be.
///
/// # Errors
/// [`StaffError`].
pub async fn revoke(context: &Context, id: &GiftId, actor: &Actor) -> Result<(), StaffError> {
    let mut tx = context.store.begin().await?;
    if !store::gift::revoke(&mut tx, id, context.clock.business()).await? {
        return Err(StaffError::NotOpen(id.clone()));
    }
    audit(context, &mut tx, id, "gift.revoked", actor).await?;
    tell_giver_of_end(context, &mut tx, id).await?;
    tx.commit().await?;
    context.wake.outbox();
    Ok(())
}

async fn tell_giver_of_end(context: &Context, conn: &mut Conn, id: &GiftId) -> Result<(), StoreError> {
    let Some(gift) = store::gift::find(conn, id).await? else { return Ok(()) };
    let Some(giver_id) = &gift.giver_id else { return Ok(()) };
    let Some(giver) = store::member::find(conn, giver_id).await? else { return Ok(()) };
    let news = News::GiftTakenBack { receipt: receipt(conn, &gift).await? };
    let fact = Fact::new(format!("{}:taken_back", gift.id), news, context.clock.business());
    tell_member::tell_facts(context, conn, &giver, vec![fact]).await
}

/// Writes down what was done with a gift.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn audit(
    context: &Context,
    conn: &mut Conn,
    id: &GiftId,
    action: &str,
    actor: &Actor,
) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let audit_id = AuditId::mint(at, context.entropy.as_ref());
    let record = store::audit::Record { id: audit_id, at, actor, action, subject_id: id.as_str(), detail: json!({}) };
    store::audit::insert(conn, &record).await
}
