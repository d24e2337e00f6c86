//! What a member is told of a membership: renewals, payments that fail, its end. Each thing has a key that the gateway's objects give
//! it, so that it is told once, whatever order events come in; what is due later is looked at again before it is told.

use super::{Context, StoreError, posting};
use crate::{
    domain::{
        mail::{Mail, MembershipNews, NEWS_WORTH_MILLIS, Receipt},
        member::Member,
        notice::{Notice, NoticeKind},
        payment::{Collecting, InvoiceSnapshot, InvoiceStatus, SubscriptionSnapshot},
        projection::{self, Projected},
        subscription::{Status, Subscription},
        time::{DAY_MILLIS, Moment},
    },
    store::{self, Conn, outbox::Message},
};

/// What is older than this is in the history and no longer news, in milliseconds.
const NEWS_FOR_MILLIS: i64 = 7 * DAY_MILLIS;
/// For how long a receipt is worth having, in milliseconds.
const RECEIPT_FOR_MILLIS: i64 = 31 * DAY_MILLIS;
/// How long before the end of its time a failed renewal is told for the last time, in milliseconds.
const LAST_CALL_MILLIS: i64 = 2 * DAY_MILLIS;
/// The word under which the gateway bills a renewal.
const RENEWAL: &str = "subscription_cycle";
/// How much is told in one go.
const BATCH: i64 = 100;

/// A subscription with all that may be told of it.
pub(super) struct Story<'a> {
    pub(super) member: &'a Member,
    pub(super) before: Option<&'a Subscription>,
    pub(super) subscription: &'a Subscription,
    pub(super) snapshot: &'a SubscriptionSnapshot,
    pub(super) projected: Option<Projected>,
    pub(super) receipt: Receipt,
}

/// Notes what is new of a subscription, and posts the mails. The caller's transaction holds the member's fence.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn tell(context: &Context, conn: &mut Conn, story: &Story<'_>) -> Result<(), StoreError> {
    let now = context.clock.business();
    let mut notices = story.renewals();
    notices.extend(story.failure());
    notices.extend(story.arrangement(now));
    notices.extend(story.end());
    for notice in notices {
        if store::notice::insert(conn, &notice).await? && notice.due_at <= now {
            send(context, conn, story.member, &notice, now).await?;
        }
    }
    Ok(())
}

/// Tells what has become due, if its reason still holds. Says whether there was anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn tell_due(context: &Context) -> Result<bool, StoreError> {
    let now = context.clock.business();
    let mut conn = context.store.read().await?;
    let due = store::notice::list_due(&mut conn, now, BATCH).await?;
    drop(conn);
    for notice in &due {
        let mut tx = context.store.begin().await?;
        if let Some(member) = store::member::take_fence(&mut tx, &notice.member_id).await? {
            if still_holds(&mut tx, notice).await? {
                send(context, &mut tx, &member, notice, now).await?;
            } else {
                store::notice::mark_done(&mut tx, &notice.key, now).await?;
            }
        }
        tx.commit().await?;
    }
    context.wake.outbox();
    Ok(!due.is_empty())
}

/// Only a failed renewal is told of later: it may have been paid meanwhile, or have ended.
async fn still_holds(conn: &mut Conn, notice: &Notice) -> Result<bool, StoreError> {
    let all = store::subscription::list_of_member(conn, &notice.member_id).await?;
    let own = all.into_iter().find(|one| one.id == notice.subscription_id);
    Ok(own.is_some_and(|one| is_owing(&one.status) && one.paid_until.is_some_and(|until| until <= notice.at)))
}

fn is_owing(status: &Status) -> bool {
    matches!(status, Status::PastDue | Status::Unpaid)
}

async fn send(
    context: &Context,
    conn: &mut Conn,
    member: &Member,
    notice: &Notice,
    now: Moment,
) -> Result<(), StoreError> {
    if !store::notice::mark_done(conn, &notice.key, now).await? {
        return Ok(());
    }
    let worth_millis = if notice.kind == NoticeKind::Renewed { RECEIPT_FOR_MILLIS } else { NEWS_FOR_MILLIS };
    let is_news = now.millis_since(notice.due_at) <= worth_millis;
    let (Some(news), Some(person_id), true) = (&notice.news, &member.person_id, is_news) else { return Ok(()) };
    let mail = Mail::Membership { news: news.clone() };
    posting::post(context, conn, Some(person_id), Message::Mail { mail }, NEWS_WORTH_MILLIS).await
}

impl Story<'_> {
    fn notice(&self, key: String, kind: NoticeKind, news: Option<MembershipNews>, at: Moment) -> Notice {
        let (member_id, subscription_id) = (self.member.id.clone(), self.subscription.id.clone());
        Notice { key, member_id, subscription_id, kind, news, at, due_at: at }
    }

    /// What was paid for a renewal: the invoice's own sum, which a change of plan may have made another than the price.
    fn receipt_of(&self, amount_minor: i64) -> Receipt {
        Receipt { amount_minor, ..self.receipt.clone() }
    }

    fn renewals(&self) -> Vec<Notice> {
        let paid = |invoice: &&InvoiceSnapshot| {
            invoice.status == InvoiceStatus::Paid
                && invoice.paid.amount_minor > 0
                && invoice.reason.as_deref() == Some(RENEWAL)
        };
        let told = |invoice: &InvoiceSnapshot| {
            let paid_at = invoice.paid_at?;
            let receipt = self.receipt_of(invoice.paid.amount_minor);
            let news = MembershipNews::Renewed { receipt, paid_at_millis: paid_at.millis() };
            Some(self.notice(format!("{}:paid", invoice.gateway_id), NoticeKind::Renewed, Some(news), paid_at))
        };
        self.snapshot.invoices.iter().filter(paid).filter_map(told).collect()
    }

    /// A failed renewal is told when it fails, half-way through the time that is given, and shortly before its end.
    fn failure(&self) -> Vec<Notice> {
        let owing = is_owing(&self.subscription.status);
        let until = self.projected.filter(|right| right.settled_at.is_some()).and_then(|right| right.window.until);
        let owed = projection::owed(self.snapshot).filter(|_| owing);
        let Some((owed, at, until)) = owed.and_then(|owed| Some((owed, owed.finalized_at?, until?))) else {
            return Vec::new();
        };
        let receipt = self.receipt_of(owed.remaining_minor);
        let open_until_millis = until.millis();
        let failed = |reminder: u8| {
            let receipt = receipt.clone();
            MembershipNews::PaymentFailed { receipt, reminder, open_until_millis }
        };
        let key = |reminder: u8| format!("{}:failed:{reminder}", owed.gateway_id);
        let (kind, news) = match (owed.collecting, &owed.hosted_url) {
            (Collecting::NeedsApproval, Some(pay_url)) => {
                let (receipt, pay_url) = (receipt.clone(), pay_url.clone());
                (NoticeKind::NeedsApproval, MembershipNews::NeedsApproval { receipt, open_until_millis, pay_url })
            }
            _ => (NoticeKind::PaymentFailed, failed(1)),
        };
        let first = self.notice(key(1), kind, Some(news), at);
        let later = [(2, at.plus_millis(until.millis_since(at) / 2)), (3, until.plus_millis(-LAST_CALL_MILLIS))];
        let reminders = later.into_iter().filter(|(_, due_at)| *due_at > at).map(|(reminder, due_at)| Notice {
            due_at,
            ..self.notice(key(reminder), NoticeKind::Grace, Some(failed(reminder)), at)
        });
        std::iter::once(first).chain(reminders).collect()
    }

    /// Arranging the end, and taking that back: no object tells of it afterwards, so it is seen by what was stored before.
    fn arrangement(&self, now: Moment) -> Option<Notice> {
        let id = &self.snapshot.gateway_id;
        let before = self.before?;
        match (before.cancel_at, self.snapshot.cancel_at) {
            (None, Some(ends_at)) => {
                let at = self.snapshot.canceled_at.unwrap_or(now);
                let key = format!("{id}:end_arranged:{}:{}", at.seconds(), ends_at.seconds());
                Some(self.notice(key, NoticeKind::EndArranged, None, at))
            }
            (Some(ends_at), None) if self.snapshot.ended_at.is_none() => {
                let key = format!("{id}:resumed:{}:{}", ends_at.seconds(), now.seconds());
                Some(self.notice(key, NoticeKind::Resumed, None, now))
            }
            _ => None,
        }
    }

    /// Who was given the money back, or withdrew, was told so when that happened.
    fn end(&self) -> Option<Notice> {
        let at = self.snapshot.ended_at?;
        let was_paid = projection::is_bought(self.snapshot) && !projection::is_sent_back(self.snapshot);
        let ended_at = self.projected.and_then(|right| right.window.until).unwrap_or(at);
        let (plan, ended_at_millis) = (self.receipt.plan.clone(), ended_at.millis());
        let news = was_paid.then_some(MembershipNews::Ended { plan, ended_at_millis });
        Some(self.notice(format!("{}:ended", self.snapshot.gateway_id), NoticeKind::Ended, news, at))
    }
}
