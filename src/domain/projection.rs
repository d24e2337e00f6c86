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

/// Whether all that was paid for the newest stretch went back: who is given the money of the running period back is not to be
/// billed again.
pub fn is_sent_back(subscription: &SubscriptionSnapshot) -> bool {
    let paid = subscription.invoices.iter().filter(|invoice| invoice.status == InvoiceStatus::Paid);
    let newest = paid.filter(|invoice| invoice.covers.is_some()).max_by_key(|invoice| invoice.covers.map(|c| c.from));
    newest.is_some_and(is_fully_refunded)
}

fn is_fully_refunded(invoice: &InvoiceSnapshot) -> bool {
    invoice.paid.amount_minor > 0 && invoice.refunded_minor >= invoice.paid.amount_minor
}

fn paid_stretch(invoice: &InvoiceSnapshot) -> Option<(&InvoiceSnapshot, Window)> {
    let stands = invoice.status == InvoiceStatus::Paid && !is_fully_refunded(invoice) && !invoice.disputed;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::{Currency, Money};

    const DAY: i64 = DAY_MILLIS;
    const SLACK: i64 = 72 * HOUR_MILLIS;

    fn at(millis: i64) -> Moment {
        Moment::from_millis(millis)
    }

    fn paid(from: i64, until: i64) -> InvoiceSnapshot {
        InvoiceSnapshot {
            gateway_id: format!("in_{from}"),
            status: InvoiceStatus::Paid,
            paid: Money { amount_minor: 700, currency: Currency::parse("EUR").unwrap() },
            refunded_minor: 0,
            disputed: false,
            finalized_at: Some(at(from)),
            paid_at: Some(at(from + 1)),
            covers: Some(Window { from: at(from), until: Some(at(until)) }),
        }
    }

    fn open(from: i64, finalized_at: i64) -> InvoiceSnapshot {
        InvoiceSnapshot {
            status: InvoiceStatus::Open,
            finalized_at: Some(at(finalized_at)),
            paid_at: None,
            ..paid(from, from + 30 * DAY)
        }
    }

    fn subscription(status: Status, invoices: Vec<InvoiceSnapshot>) -> SubscriptionSnapshot {
        SubscriptionSnapshot {
            gateway_id: "sub_1".to_owned(),
            checkout_ref: None,
            gateway_price_id: "price_1".to_owned(),
            status,
            created_at: at(0),
            current_period_end: None,
            cancel_at: None,
            collection_paused: false,
            invoices,
        }
    }

    fn until(subscription: &SubscriptionSnapshot) -> Option<i64> {
        project(subscription, &Policy::default()).and_then(|right| right.window.until).map(Moment::millis)
    }

    #[test]
    fn nothing_paid_gives_no_right_whatever_the_status_says() {
        for status in [Status::Active, Status::Trialing, Status::Incomplete, Status::PastDue, Status::Canceled] {
            assert_eq!(until(&subscription(status, vec![open(0, 0)])), None);
        }
    }

    #[test]
    fn a_renewing_one_has_72_hours_of_slack_and_an_ending_one_has_none() {
        let renewing = subscription(Status::Active, vec![paid(0, 30 * DAY)]);
        assert_eq!(until(&renewing), Some(30 * DAY + SLACK));
        let ending = SubscriptionSnapshot { cancel_at: Some(at(30 * DAY)), ..renewing.clone() };
        assert_eq!(until(&ending), Some(30 * DAY));
        let paused = SubscriptionSnapshot { collection_paused: true, ..renewing };
        assert_eq!(until(&paused), Some(30 * DAY));
    }

    #[test]
    fn a_failed_renewal_has_14_days_from_when_its_invoice_became_final() {
        let invoices = vec![paid(0, 30 * DAY), open(30 * DAY, 30 * DAY + HOUR_MILLIS)];
        let late = subscription(Status::PastDue, invoices.clone());
        assert_eq!(until(&late), Some(30 * DAY + HOUR_MILLIS + 14 * DAY));
        assert_eq!(until(&subscription(Status::Unpaid, invoices)), Some(30 * DAY));
    }

    #[test]
    fn only_the_newest_stretch_going_back_whole_ends_the_billing() {
        let refunded = |from| InvoiceSnapshot { refunded_minor: 700, ..paid(from, from + 30 * DAY) };
        let one = |invoices| is_sent_back(&subscription(Status::Active, invoices));
        assert!(one(vec![refunded(0)]));
        assert!(one(vec![refunded(30 * DAY), paid(0, 30 * DAY)]));
        assert!(!one(vec![refunded(0), paid(30 * DAY, 60 * DAY)]), "an older one");
        assert!(!one(vec![InvoiceSnapshot { refunded_minor: 699, ..paid(0, 30 * DAY) }]), "a part of it");
        let free = InvoiceSnapshot { paid: Money { amount_minor: 0, ..paid(0, 1).paid }, ..paid(0, 30 * DAY) };
        assert!(!one(vec![free]) && !one(vec![open(0, 0)]) && !one(Vec::new()));
    }

    #[test]
    fn what_went_back_gives_no_right() {
        let refunded = InvoiceSnapshot { refunded_minor: 700, ..paid(0, 30 * DAY) };
        assert_eq!(until(&subscription(Status::Active, vec![refunded.clone()])), None);
        let partly = InvoiceSnapshot { refunded_minor: 699, ..refunded.clone() };
        assert_eq!(until(&subscription(Status::Canceled, vec![partly])), Some(30 * DAY));
        let disputed = InvoiceSnapshot { disputed: true, ..paid(0, 30 * DAY) };
        assert_eq!(until(&subscription(Status::Active, vec![disputed])), None);
        let second = vec![paid(0, 30 * DAY), InvoiceSnapshot { refunded_minor: 700, ..paid(30 * DAY, 60 * DAY) }];
        assert_eq!(until(&subscription(Status::Canceled, second)), Some(30 * DAY));
    }

    #[test]
    fn the_order_of_invoices_does_not_matter() {
        let invoices = vec![paid(0, 30 * DAY), paid(30 * DAY, 60 * DAY), open(60 * DAY, 60 * DAY)];
        let forward = project(&subscription(Status::PastDue, invoices.clone()), &Policy::default());
        let backward = invoices.into_iter().rev().collect();
        assert_eq!(forward, project(&subscription(Status::PastDue, backward), &Policy::default()));
        assert_eq!(forward.map(|right| (right.window.from, right.settled_at)), Some((at(0), at(1))));
    }
}
