//! Movements: every balance transaction of a charge, its refunds and its disputes.

use serde_json::Value;
use stripe_shared::{BalanceTransaction, Charge, Invoice, Refund};

use super::{
    ChargeFetched, DisputeFetched,
    tax::{self, Percentages},
};
use crate::{
    domain::{
        money::{Currency, Money},
        payment::{Movement, MovementKind},
        time::Moment,
    },
    gateway::payment::{REFERENCE, reading},
};

/// What a charge moved, and what moved because of it.
pub(super) fn movements(fetched: &ChargeFetched, invoices: &[Invoice], percentages: &Percentages) -> Vec<Movement> {
    let about = About { charge: &fetched.charge, invoice: invoice_of(&fetched.charge, invoices), percentages };
    let payment = about.payment();
    let refunds = fetched.refunds.iter().flat_map(|refund| about.refund(refund));
    let disputes = fetched.disputes.iter().flat_map(|dispute| about.dispute(dispute));
    payment.into_iter().chain(refunds).chain(disputes).collect()
}

pub(super) fn invoice_of<'a>(charge: &Charge, invoices: &'a [Invoice]) -> Option<&'a Invoice> {
    let intent = charge.payment_intent.as_ref()?.id().to_string();
    invoices.iter().find(|invoice| reading::payment_intents(invoice).contains(&intent))
}

/// What a movement is about.
struct About<'a> {
    charge: &'a Charge,
    invoice: Option<&'a Invoice>,
    percentages: &'a Percentages,
}

impl About<'_> {
    fn payment(&self) -> Option<Movement> {
        let transaction = self.charge.balance_transaction.as_ref()?.as_object()?;
        self.movement(transaction, MovementKind::Payment, self.charge.id.as_str())
    }

    fn refund(&self, refund: &Refund) -> Vec<Movement> {
        let back = refund.balance_transaction.as_ref().and_then(|transaction| transaction.as_object());
        let failed = refund.failure_balance_transaction.as_ref().and_then(|transaction| transaction.as_object());
        let back = back.and_then(|one| self.movement(one, MovementKind::Refund, refund.id.as_str()));
        let failed = failed.and_then(|one| self.movement(one, MovementKind::RefundFailure, refund.id.as_str()));
        back.into_iter().chain(failed).collect()
    }

    fn dispute(&self, fetched: &DisputeFetched) -> Vec<Movement> {
        let transactions = fetched.transactions.iter();
        transactions.filter_map(|one| self.dispute_movement(one, &fetched.dispute.gateway_id)).collect()
    }

    fn movement(&self, transaction: &BalanceTransaction, kind: MovementKind, source: &str) -> Option<Movement> {
        let gross = reading::money(transaction.amount, &transaction.currency)?;
        let occurred_at = Moment::from_seconds(transaction.created);
        let (fee_minor, net_minor) = (transaction.fee, transaction.net);
        Some(Movement { fee_minor, net_minor, ..self.entry(transaction.id.as_str(), kind, source, gross, occurred_at) })
    }

    /// A dispute's transactions come within it, and are read as they are: what is unknown in them harms nobody.
    fn dispute_movement(&self, transaction: &Value, dispute_id: &str) -> Option<Movement> {
        let amount_minor = transaction["amount"].as_i64()?;
        let currency = Currency::parse(transaction["currency"].as_str()?).ok()?;
        let kind = if amount_minor > 0 { MovementKind::DisputeReversal } else { MovementKind::Dispute };
        let occurred_at = Moment::from_seconds(transaction["created"].as_i64()?);
        let id = transaction["id"].as_str()?;
        Some(Movement {
            fee_minor: transaction["fee"].as_i64().unwrap_or(0),
            net_minor: transaction["net"].as_i64().unwrap_or(amount_minor),
            ..self.entry(id, kind, dispute_id, Money { amount_minor, currency }, occurred_at)
        })
    }

    /// An entry without fee and net.
    fn entry(&self, id: &str, kind: MovementKind, source: &str, gross: Money, occurred_at: Moment) -> Movement {
        Movement {
            balance_transaction_id: id.to_owned(),
            kind,
            subscription_ref: self.invoice.and_then(reading::subscription_of),
            invoice_ref: self.invoice.and_then(|invoice| invoice.id.as_ref()).map(ToString::to_string),
            charge_ref: Some(self.charge.id.to_string()),
            source_ref: Some(source.to_owned()),
            checkout_ref: self.charge.metadata.get(REFERENCE).cloned(),
            gross,
            tax_minor: self.invoice.map_or(0, |invoice| tax_share(gross.amount_minor, invoice)),
            tax_rate: self.invoice.and_then(|invoice| tax::rate_of(invoice, self.percentages)),
            fee_minor: 0,
            net_minor: 0,
            occurred_at,
        }
    }
}

/// The tax in an amount that moved: the invoice's tax in the proportion of the amount to the invoice's total, cut towards
/// zero; negative for money that goes back.
fn tax_share(amount_minor: i64, invoice: &Invoice) -> i64 {
    let total = i128::from(invoice.total.max(1));
    let share = i128::from(reading::tax_minor(invoice)) * i128::from(amount_minor) / total;
    i64::try_from(share).unwrap_or(0)
}
