//! Reading Stripe's objects, in the shapes of older and newer API versions.

use stripe_shared::{Invoice, InvoiceStatus as Status, Subscription};

use crate::domain::{
    money::{Currency, Money},
    payment::InvoiceStatus,
    time::{Moment, Window},
};

/// An amount in the gateway's words; none for a currency that is not three letters.
pub(super) fn money(amount_minor: i64, currency: &impl ToString) -> Option<Money> {
    Currency::parse(&currency.to_string()).ok().map(|currency| Money { amount_minor, currency })
}

/// The payment intents that paid an invoice.
pub(super) fn payment_intents(invoice: &Invoice) -> Vec<String> {
    let payments = invoice.payments.iter().flat_map(|list| &list.data);
    payments
        .filter_map(|payment| payment.payment.payment_intent.as_ref())
        .map(|intent| intent.id().to_string())
        .collect()
}

/// The subscription that an invoice bills: under `parent` in newer versions, beside it in older ones.
pub(super) fn subscription_of(invoice: &Invoice) -> Option<String> {
    let parent = invoice.parent.as_ref().and_then(|parent| parent.subscription_details.as_ref());
    let newer = parent.map(|details| details.subscription.id().to_string());
    newer.or_else(|| invoice.subscription.as_ref().map(|subscription| subscription.id().to_string()))
}

/// The stretch of membership that an invoice's lines pay for; none when nothing in it is for a stretch of time.
pub(super) fn covers(invoice: &Invoice) -> Option<Window> {
    let paying = invoice.lines.data.iter().filter(|line| line.amount >= 0 && line.period.end > line.period.start);
    let (from, until) = paying
        .map(|line| (line.period.start, line.period.end))
        .reduce(|(from, until), (start, end)| (from.min(start), until.max(end)))?;
    Some(Window { from: Moment::from_seconds(from), until: Some(Moment::from_seconds(until)) })
}

/// How an invoice stands.
pub(super) fn invoice_status(invoice: &Invoice) -> InvoiceStatus {
    match &invoice.status {
        Some(Status::Draft) => InvoiceStatus::Draft,
        Some(Status::Open) => InvoiceStatus::Open,
        Some(Status::Paid) => InvoiceStatus::Paid,
        _ => InvoiceStatus::Dead,
    }
}

/// The tax in an invoice, in minor units.
pub(super) fn tax_minor(invoice: &Invoice) -> i64 {
    invoice.total_taxes.iter().flatten().map(|tax| tax.amount).sum()
}

/// When a subscription's running period ends: on its items in newer versions.
pub(super) fn period_end(subscription: &Subscription) -> Option<Moment> {
    subscription.items.data.iter().map(|item| item.current_period_end).max().map(Moment::from_seconds)
}

/// When a subscription is arranged to end, or has ended.
pub(super) fn cancel_at(subscription: &Subscription) -> Option<Moment> {
    let at_period_end = || subscription.cancel_at_period_end.then(|| period_end(subscription)).flatten();
    let arranged = subscription.ended_at.or(subscription.cancel_at).map(Moment::from_seconds);
    arranged.or_else(at_period_end)
}
