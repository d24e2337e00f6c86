//! From the gateway's objects to a right: a pure function of what was paid, less what went back.
//!
//! Status words alone do not decide: a paused collection and a full refund both leave `active`, and a first failure is in
//! no object. Paid invoice lines do. A line with a negative amount (an upgrade, a change from year to month) gives back a stretch that
//! an earlier one paid for.

mod coverage;
#[cfg(test)]
mod tests;

use super::{
    payment::{self, Collecting, InvoiceSnapshot, InvoiceStatus, SubscriptionSnapshot},
    subscription::Status,
    time::{DAY_MILLIS, HOUR_MILLIS, Moment, Window},
};

/// How long rights outlast what is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// For a renewing subscription after its period, so that nobody is locked out while a renewal settles. Milliseconds.
    pub renewal_slack_millis: i64,
    /// For a failed renewal after its invoice became final. Milliseconds.
    pub grace_millis: i64,
}

impl Default for Policy {
    /// 72 hours of slack, 14 days of grace.
    fn default() -> Self {
        Self { renewal_slack_millis: 72 * HOUR_MILLIS, grace_millis: 14 * DAY_MILLIS }
    }
}

/// The right that a subscription gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Projected {
    /// When it holds.
    pub window: Window,
    /// Up to when it is paid, or free on trial; none while its first payment settles.
    pub paid_until: Option<Moment>,
    /// When money had first arrived for it; none while it settles or is free.
    pub settled_at: Option<Moment>,
}

/// The right that a subscription gives; none when nothing paid is left and nothing is on its way.
pub fn project(subscription: &SubscriptionSnapshot, policy: &Policy) -> Option<Projected> {
    let standing: Vec<&InvoiceSnapshot> = subscription.invoices.iter().filter(|invoice| stands(invoice)).collect();
    let covered = coverage::of(&standing);
    let (Some(first), Some(last)) = (covered.first(), covered.last()) else { return provisional(subscription) };
    let settled = standing.iter().filter(|invoice| invoice.paid.amount_minor > 0);
    let settled_at = settled.map(|invoice| invoice.paid_at.unwrap_or(first.from)).min();
    let until = until(subscription, last.until, settled_at.is_some(), policy);
    let window = Window { from: first.from, until: Some(until) };
    Some(Projected { window, paid_until: Some(last.until), settled_at })
}

/// Whether money ever came for a subscription, whatever became of it.
pub fn is_bought(subscription: &SubscriptionSnapshot) -> bool {
    subscription.invoices.iter().any(brought_money)
}

/// The invoice that first brought money.
pub fn first_paid(subscription: &SubscriptionSnapshot) -> Option<&InvoiceSnapshot> {
    let paid = subscription.invoices.iter().filter(|invoice| brought_money(invoice));
    paid.min_by_key(|invoice| (invoice.paid_at, &invoice.gateway_id))
}

/// Until when a membership is free at first: on trial, or since a discount takes off all of its first payment.
pub fn free_at_first(subscription: &SubscriptionSnapshot) -> Option<Moment> {
    let trial = subscription.trial_until.filter(|until| *until > subscription.created_at);
    trial.or_else(|| {
        let first = subscription.invoices.iter().min_by_key(|invoice| (invoice.created_at, &invoice.gateway_id))?;
        let is_free = first.status == InvoiceStatus::Paid && first.paid.amount_minor == 0;
        first.lines.iter().filter(|_| is_free).map(|line| line.until).max()
    })
}

/// Whether money for a subscription is here now.
pub fn has_money(subscription: &SubscriptionSnapshot) -> bool {
    subscription.invoices.iter().any(|invoice| stands(invoice) && invoice.paid.amount_minor > 0)
}

/// Whether all that was paid for the newest stretch went back: who is given the money of the running period back is not to be
/// billed again.
pub fn is_sent_back(subscription: &SubscriptionSnapshot) -> bool {
    let bought: Vec<&InvoiceSnapshot> = subscription.invoices.iter().filter(|one| brought_money(one)).collect();
    let end = |invoice: &InvoiceSnapshot| {
        invoice.lines.iter().filter(|line| line.amount_minor >= 0).map(|line| line.until).max()
    };
    let newest = bought.iter().filter_map(|invoice| end(invoice)).max();
    newest.is_some() && bought.iter().filter(|invoice| end(invoice) == newest).all(|invoice| went_back(invoice))
}

/// Since when a renewal is owed: the invoice that was tried and not paid, after all that was paid.
pub fn owed(subscription: &SubscriptionSnapshot) -> Option<&InvoiceSnapshot> {
    let last_paid = subscription.invoices.iter().filter(|invoice| stands(invoice)).filter_map(|one| one.paid_at).max();
    let is_owed = |invoice: &&InvoiceSnapshot| {
        let unpaid = matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Dead);
        unpaid && invoice.attempt_count > 0 && invoice.finalized_at.is_some() && invoice.finalized_at > last_paid
    };
    subscription.invoices.iter().filter(is_owed).min_by_key(|invoice| invoice.finalized_at)
}

/// The first payment, where it was tried and did not come, and no other is on its way: nothing was opened by it for good, and nothing is to
/// be taken for it later, when its payer has long paid in another way.
pub fn fell_through(subscription: &SubscriptionSnapshot) -> Option<&InvoiceSnapshot> {
    let has_hope = |invoice: &InvoiceSnapshot| invoice.status == InvoiceStatus::Paid || is_settling(invoice);
    owed(subscription).filter(|_| !subscription.invoices.iter().any(has_hope))
}

fn brought_money(invoice: &InvoiceSnapshot) -> bool {
    invoice.status == InvoiceStatus::Paid && invoice.paid.amount_minor > 0
}

/// Whether an invoice's money is here, and nobody asks for it.
fn stands(invoice: &InvoiceSnapshot) -> bool {
    invoice.status == InvoiceStatus::Paid && !payment::is_suspended(&invoice.disputes) && !went_back(invoice)
}

fn went_back(invoice: &InvoiceSnapshot) -> bool {
    payment::went_back(invoice.paid.amount_minor, invoice.refunded_minor, &invoice.disputes)
}

/// The first payment is on its way (a bank debit takes days): the right holds for the stretch that it will pay for.
fn provisional(subscription: &SubscriptionSnapshot) -> Option<Projected> {
    let hopeful = matches!(subscription.status, Status::Active | Status::Trialing | Status::Incomplete);
    let is_new = !subscription.invoices.iter().any(|invoice| invoice.status == InvoiceStatus::Paid);
    let settling = subscription.invoices.iter().filter(|invoice| is_settling(invoice) && hopeful && is_new);
    let lines: Vec<_> = settling.flat_map(|invoice| &invoice.lines).filter(|line| line.amount_minor > 0).collect();
    let from = lines.iter().map(|line| line.from).min()?;
    let until = lines.iter().map(|line| line.until).max();
    Some(Projected { window: Window { from, until }, paid_until: None, settled_at: None })
}

fn is_settling(invoice: &InvoiceSnapshot) -> bool {
    invoice.status == InvoiceStatus::Open && invoice.collecting == Collecting::Settling
}

/// How long the right lasts. What is arranged or has happened bounds what would hold otherwise, so that an ending which is seen
/// late ends the right at the same moment as one that is seen at once.
fn until(subscription: &SubscriptionSnapshot, paid_until: Moment, ever_paid: bool, policy: &Policy) -> Moment {
    let stands_still = subscription.collection_paused || is_sent_back(subscription);
    let renews = match subscription.status {
        Status::Active | Status::Trialing | Status::PastDue | Status::Unpaid | Status::Canceled => !stands_still,
        Status::Incomplete | Status::IncompleteExpired | Status::Paused | Status::Other(_) => false,
    };
    if !renews {
        return paid_until;
    }
    let grace = |invoice: &InvoiceSnapshot| invoice.finalized_at.map(|at| at.plus_millis(policy.grace_millis));
    let slack = paid_until.plus_millis(policy.renewal_slack_millis);
    let healthy = matches!(subscription.status, Status::Active | Status::Trialing);
    let settling = || subscription.invoices.iter().filter(|invoice| is_settling(invoice)).filter_map(grace).max();
    let would_hold = match owed(subscription).filter(|_| ever_paid && !healthy).and_then(grace) {
        Some(grace_until) => grace_until,
        None => settling().map_or(slack, |at| at.max(slack)),
    };
    let ends_at = subscription.ended_at.or(subscription.cancel_at);
    ends_at.map_or(would_hold, |at| at.min(would_hold)).max(paid_until)
}
