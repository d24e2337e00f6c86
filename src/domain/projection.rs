//! From the gateway's objects to a right: a pure function of what was paid, less what went back.
//!
//! Status words alone do not decide: a paused collection and a full refund both leave `active`, and a first failure is in
//! no object. Paid invoice lines do.

use super::{
    payment::{InvoiceSnapshot, InvoiceStatus, SubscriptionSnapshot},
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
    /// Up to when it is paid.
    pub paid_until: Moment,
    /// When its first payment had arrived.
    pub settled_at: Moment,
}

/// The right that a subscription gives; none when nothing paid is left.
pub fn project(subscription: &SubscriptionSnapshot, policy: &Policy) -> Option<Projected> {
    let paid: Vec<(&InvoiceSnapshot, Window)> = subscription.invoices.iter().filter_map(paid_stretch).collect();
    let from = paid.iter().map(|(_, covers)| covers.from).min()?;
    let paid_until = paid.iter().filter_map(|(_, covers)| covers.until).max()?;
    let settled_at = paid.iter().filter_map(|(invoice, _)| invoice.paid_at).min().unwrap_or(from);
    let until = until(subscription, paid_until, policy);
    Some(Projected { window: Window { from, until: Some(until) }, paid_until, settled_at })
}

fn paid_stretch(invoice: &InvoiceSnapshot) -> Option<(&InvoiceSnapshot, Window)> {
    let fully_refunded = invoice.paid.amount_minor > 0 && invoice.refunded_minor >= invoice.paid.amount_minor;
    let stands = invoice.status == InvoiceStatus::Paid && !fully_refunded && !invoice.disputed;
    invoice.covers.filter(|_| stands).map(|covers| (invoice, covers))
}

fn until(subscription: &SubscriptionSnapshot, paid_until: Moment, policy: &Policy) -> Moment {
    let renews = subscription.cancel_at.is_none() && !subscription.collection_paused;
    let with_slack = paid_until.plus_millis(policy.renewal_slack_millis);
    match subscription.status {
        Status::Active | Status::Trialing if renews => with_slack,
        Status::PastDue if renews => {
            let due = subscription.invoices.iter().filter(|invoice| invoice.status == InvoiceStatus::Open);
            let grace_from = due.filter_map(|invoice| invoice.finalized_at).min();
            grace_from.map_or(with_slack, |at| at.plus_millis(policy.grace_millis)).max(paid_until)
        }
        _ => paid_until,
    }
}
