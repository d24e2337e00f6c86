//! A history as it grows, and what it grows from: invoices and subscriptions of one member, in days.

use crate::domain::{
    entropy::Entropy,
    history::*,
    id::{CheckoutId, MemberId, PriceId, SubscriptionId},
    money::{Currency, Money},
    payment::{Collecting, InvoiceLine},
    plan::Interval,
    projection::{Policy, project},
};

pub(super) struct Nines;

impl Entropy for Nines {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(9);
    }
}

pub(super) fn day(days: i64) -> Moment {
    Moment::from_millis(1_800_000_000_000).plus_millis(days * DAY_MILLIS)
}

pub(super) fn paid(from: i64) -> InvoiceSnapshot {
    InvoiceSnapshot {
        gateway_id: format!("in_{from}"),
        status: InvoiceStatus::Paid,
        created_at: day(from),
        reason: Some(if from == 0 { "subscription_create" } else { "subscription_cycle" }.to_owned()),
        paid: Money { amount_minor: 700, currency: Currency::parse("EUR").unwrap() },
        tax_minor: 112,
        remaining_minor: 0,
        refunded_minor: 0,
        disputes: Vec::new(),
        finalized_at: Some(day(from)),
        paid_at: Some(day(from)),
        attempt_count: 1,
        next_attempt_at: None,
        collecting: Collecting::Waiting,
        hosted_url: Some("https://pay.example/in".to_owned()),
        lines: vec![InvoiceLine { amount_minor: 700, from: day(from), until: day(from + 30) }],
    }
}

pub(super) fn open(from: i64) -> InvoiceSnapshot {
    InvoiceSnapshot { status: InvoiceStatus::Open, paid_at: None, remaining_minor: 700, ..paid(from) }
}

pub(super) fn snapshot(status: Status, invoices: Vec<InvoiceSnapshot>) -> SubscriptionSnapshot {
    SubscriptionSnapshot {
        gateway_id: "sub_1".to_owned(),
        checkout_ref: None,
        gateway_price_id: "price_1".to_owned(),
        status,
        created_at: day(0),
        current_period_end: None,
        cancel_at: None,
        canceled_at: None,
        ended_at: None,
        trial_until: None,
        collection_paused: false,
        rate: None,
        card: None,
        moved_by: None,
        next_amount_minor: None,
        invoices,
    }
}

/// What is stored of it.
pub(super) fn mirror(of: &SubscriptionSnapshot) -> Subscription {
    Subscription {
        id: SubscriptionId::mint(day(0), &Nines),
        gateway_id: of.gateway_id.clone(),
        gateway_customer_id: "cus_1".to_owned(),
        member_id: MemberId::mint(day(0), &Nines),
        checkout_id: CheckoutId::mint(day(0), &Nines),
        price_id: PriceId::mint(day(0), &Nines),
        status: of.status.clone(),
        gateway_created_at: of.created_at,
        current_period_end: of.current_period_end,
        cancel_at: of.cancel_at,
        ended_at: of.ended_at,
        trial_until: of.trial_until,
        paused_at: of.collection_paused.then(|| day(0)),
        next_amount_minor: of.next_amount_minor,
        paid_until: project(of, &Policy::default()).and_then(|right| right.paid_until),
        duplicate_at: None,
    }
}

fn receipt() -> Receipt {
    Receipt {
        plan: "Supporter".to_owned(),
        amount_minor: 700,
        currency: "EUR".to_owned(),
        interval: Interval::Month,
        next_payment_at_millis: None,
        next_payment_minor: None,
    }
}

/// A history as it grows.
pub(super) struct Annals {
    before: Option<Subscription>,
    pub(super) past: Vec<Notice>,
    pub(super) receipt: Receipt,
}

impl Annals {
    pub(super) fn new() -> Self {
        Self { before: None, past: Vec::new(), receipt: receipt() }
    }

    /// What is new when the gateway's objects are these; `(key, whether mail tells it)`.
    pub(super) fn see(&mut self, snapshot: &SubscriptionSnapshot, now: i64) -> Vec<(String, bool)> {
        let facts = self.facts(snapshot, now);
        let told = facts.iter().map(|fact| (fact.key.clone(), !fact.is_quiet && fact.due_at <= day(now))).collect();
        let subscription = mirror(snapshot);
        for fact in facts {
            let outcome = match (fact.is_quiet, fact.due_at <= day(now)) {
                (true, _) => Some(Outcome::Kept),
                (false, true) => Some(Outcome::Told),
                (false, false) => None,
            };
            let (member_id, id) = (subscription.member_id.clone(), subscription.id.clone());
            let Fact { key, news, at, due_at, .. } = fact;
            self.past.push(Notice { key, member_id, subscription_id: Some(id), news, at, due_at, outcome });
        }
        self.past.sort_by_key(|notice| notice.at);
        self.before = Some(subscription);
        told
    }

    pub(super) fn facts(&self, snapshot: &SubscriptionSnapshot, now: i64) -> Vec<Fact> {
        let subscription = mirror(snapshot);
        self.story(snapshot, &subscription, now).facts()
    }

    pub(super) fn story<'a>(&'a self, snapshot: &'a SubscriptionSnapshot, of: &'a Subscription, now: i64) -> Story<'a> {
        Story {
            before: self.before.as_ref(),
            subscription: of,
            snapshot,
            right: project(snapshot, &Policy::default()),
            receipt: self.receipt.clone(),
            past: &self.past,
            declared: None,
            now: day(now),
        }
    }
}

pub(super) fn told(keys: &[&str]) -> Vec<(String, bool)> {
    keys.iter()
        .map(|key| key.strip_prefix('~').map_or((*key, true), |key| (key, false)))
        .map(|(key, told)| (key.to_owned(), told))
        .collect()
}
