//! What became of payments: renewals, failures, disputes.

use super::{Fact, Story};
use crate::domain::{
    mail::Receipt,
    news::{EndCause, News, Payment, Then},
    payment::{Collecting, Dispute, DisputeStatus, InvoiceSnapshot, SubscriptionSnapshot},
    projection,
    subscription::Status,
    time::{DAY_MILLIS, Moment},
};

/// The word under which the gateway bills a renewal.
const RENEWAL: &str = "subscription_cycle";
/// The word under which the gateway bills a change.
pub(super) const CHANGE: &str = "subscription_update";
/// How long before the end of its time a failed payment is told for the last time, in milliseconds.
const LAST_CALL_MILLIS: i64 = 2 * DAY_MILLIS;

pub(super) fn payment(invoice: &InvoiceSnapshot, paid_at: Moment) -> Payment {
    Payment { paid_at, tax_minor: invoice.tax_minor }
}

pub(super) fn is_owing(status: &Status) -> bool {
    matches!(status, Status::PastDue | Status::Unpaid)
}

pub(super) fn lapsed_key(invoice_id: &str) -> String {
    format!("{invoice_id}:lapsed")
}

fn failed_key(invoice_id: &str, reminder: u8) -> String {
    format!("{invoice_id}:failed:{reminder}")
}

impl Story<'_> {
    /// The receipts of renewals, and payments that came through after all. The first payment makes a member.
    pub(super) fn renewals(&self) -> Vec<Fact> {
        let first = self.first_paid().map(|(invoice, _)| &invoice.gateway_id);
        let mut facts = Vec::new();
        for (invoice, paid_at) in self.paid() {
            let (receipt, payment) = (self.sum(invoice.paid.amount_minor), payment(invoice, paid_at));
            let failed = failed_key(&invoice.gateway_id, 1);
            let had_failed = self.past.iter().any(|notice| notice.key == failed);
            let renews = invoice.reason.as_deref() == Some(RENEWAL) && first != Some(&invoice.gateway_id);
            if had_failed {
                let news = News::Recovered { receipt: receipt.clone(), payment };
                facts.push(Fact::new(format!("{}:recovered", invoice.gateway_id), news, paid_at));
            }
            if renews {
                let news = News::Renewed { receipt, payment };
                let fact = Fact::new(format!("{}:paid", invoice.gateway_id), news, paid_at);
                facts.push(fact.quiet_if(had_failed));
            }
        }
        facts
    }

    /// A failed payment is told when it fails, half-way through the time that is given, and shortly before its end; the end of
    /// that time ends the membership.
    pub(super) fn failure(&self) -> Vec<Fact> {
        if let Some(first) = self.first_failure() {
            return vec![first];
        }
        let owed = projection::owed(self.snapshot).filter(|_| is_owing(&self.snapshot.status));
        // What was never paid, and not free either, gives nothing that could go on.
        let until = self.right.filter(|right| right.paid_until.is_some()).and_then(|right| right.window.until);
        let Some((owed, at, until)) = owed.and_then(|owed| Some((owed, owed.finalized_at?, until?))) else {
            return Vec::new();
        };
        let (receipt, id) = (self.sum(owed.remaining_minor), &owed.gateway_id);
        let first = Fact::new(failed_key(id, 1), failure(owed, &receipt, until), at);
        let half_way = at.plus_millis(until.millis_since(at) / 2);
        let mut facts = vec![first];
        for (reminder, due_at) in [(2, half_way), (3, until.plus_millis(-LAST_CALL_MILLIS).max(half_way))] {
            let news = News::PaymentFailed { receipt: receipt.clone(), reminder, open_until: until };
            facts.push(Fact { due_at, ..Fact::new(failed_key(id, reminder), news, at) });
        }
        // Of several that are due by now, as after an outage, the last says it all.
        let due = facts.iter().filter(|fact| fact.due_at <= self.now).count();
        for fact in facts.iter_mut().take(due.saturating_sub(1)) {
            fact.is_quiet = true;
        }
        let lapsed = News::Ended { receipt, ended_at: until, cause: EndCause::Unpaid };
        facts.push(Fact::new(lapsed_key(id), lapsed, until));
        facts
    }

    /// A first payment that took days, such as a bank debit, and did not come after all.
    fn first_failure(&self) -> Option<Fact> {
        let owed = projection::fell_through(self.snapshot)?;
        let news = News::FirstPaymentFailed { receipt: self.sum(owed.remaining_minor) };
        Some(Fact::new(failed_key(&owed.gateway_id, 1), news, self.now))
    }

    /// What payers' banks asked for, and decided.
    pub(super) fn disputes(&self) -> Vec<Fact> {
        let all = self.snapshot.invoices.iter().flat_map(|invoice| &invoice.disputes);
        all.flat_map(|dispute| dispute_facts(dispute, &self.receipt, then(self.snapshot), self.now)).collect()
    }
}

/// What a payer's bank asked for, and decided; `receipt` is what was paid for.
pub(in crate::domain) fn dispute_facts(dispute: &Dispute, receipt: &Receipt, then: Then, now: Moment) -> Vec<Fact> {
    if dispute.status == DisputeStatus::Inquiry {
        return Vec::new();
    }
    let receipt = Receipt { amount_minor: dispute.amount_minor, ..receipt.clone() };
    let key = |word: &str| format!("{}:{word}", dispute.gateway_id);
    let opened = News::DisputeOpened { receipt: receipt.clone() };
    let is_open = dispute.status == DisputeStatus::Open;
    let mut facts = vec![Fact::new(key("opened"), opened, dispute.opened_at).quiet_if(!is_open)];
    match dispute.status {
        DisputeStatus::Won => facts.push(Fact::new(key("won"), News::DisputeWon { receipt }, now)),
        DisputeStatus::Lost => facts.push(Fact::new(key("lost"), News::DisputeLost { receipt, then }, now)),
        DisputeStatus::Open | DisputeStatus::Inquiry => {}
    }
    facts
}

/// What becomes of a membership whose money goes back.
pub fn then(snapshot: &SubscriptionSnapshot) -> Then {
    if projection::is_sent_back(snapshot) {
        Then::Ends
    } else if snapshot.status.is_live() {
        Then::GoesOn
    } else {
        Then::Nothing
    }
}

fn failure(owed: &InvoiceSnapshot, receipt: &Receipt, open_until: Moment) -> News {
    let receipt = receipt.clone();
    match (owed.collecting, &owed.hosted_url) {
        (Collecting::NeedsApproval, Some(pay_url)) => {
            News::NeedsApproval { receipt, open_until, pay_url: pay_url.clone() }
        }
        _ => News::PaymentFailed { receipt, reminder: 1, open_until },
    }
}
