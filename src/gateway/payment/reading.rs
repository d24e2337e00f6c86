//! Reading Stripe's objects, in the shapes of older and newer API versions.

use stripe_shared::{Invoice, InvoiceLineItem, InvoiceStatus as Status, RecurringInterval, Subscription};

use crate::domain::{
    money::{Currency, Money},
    payment::{Card, InvoiceLine, InvoiceStatus, Rate},
    plan::Interval,
    time::Moment,
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

/// A line that bills a stretch of time, or gives one back; none for what is about no stretch.
pub(super) fn line(line: &InvoiceLineItem) -> Option<InvoiceLine> {
    let (from, until) = (Moment::from_seconds(line.period.start), Moment::from_seconds(line.period.end));
    (until > from).then_some(InvoiceLine { amount_minor: line.amount, from, until })
}

/// What a subscription bills each time; none for what is billed by other stretches than months and years.
pub(super) fn rate(subscription: &Subscription) -> Option<Rate> {
    let item = subscription.items.data.first()?;
    let recurring = item.price.recurring.as_ref().filter(|recurring| recurring.interval_count == 1)?;
    let interval = match recurring.interval {
        RecurringInterval::Month => Interval::Month,
        RecurringInterval::Year => Interval::Year,
        _ => return None,
    };
    let each = i64::try_from(item.quantity.unwrap_or(1)).ok()?;
    let money = money(item.price.unit_amount?.checked_mul(each)?, &item.price.currency)?;
    Some(Rate { money, interval })
}

/// The card that a subscription is billed to.
pub(super) fn card(subscription: &Subscription) -> Option<Card> {
    let card = subscription.default_payment_method.as_ref()?.as_object()?.card.as_ref()?;
    Some(Card {
        brand: card.brand.clone(),
        last4: card.last4.clone(),
        exp_year: i16::try_from(card.exp_year).ok()?,
        exp_month: i8::try_from(card.exp_month).ok()?,
    })
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

/// When a subscription is arranged to end; none once it has ended.
pub(super) fn cancel_at(subscription: &Subscription) -> Option<Moment> {
    let at_period_end = || subscription.cancel_at_period_end.then(|| period_end(subscription)).flatten();
    let arranged = subscription.cancel_at.map(Moment::from_seconds).or_else(at_period_end);
    arranged.filter(|_| subscription.ended_at.is_none())
}
