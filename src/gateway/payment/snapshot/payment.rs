//! Payments made once: charges that carry our reference.

use stripe_shared::{Charge, ChargeStatus, Invoice};

use super::{ChargeFetched, movement};
use crate::{
    domain::{
        payment::{PaymentSnapshot, PaymentStatus},
        time::Moment,
    },
    gateway::payment::{REFERENCE, reading},
};

/// A charge as a payment made once; none when it is not one of ours.
pub(super) fn payment(fetched: &ChargeFetched, invoices: &[Invoice]) -> Option<PaymentSnapshot> {
    let charge = &fetched.charge;
    let invoice = movement::invoice_of(charge, invoices);
    let mut disputes: Vec<_> = fetched.disputes.iter().map(|fetched| fetched.dispute.clone()).collect();
    disputes.sort_by(|a, b| (a.opened_at, &a.gateway_id).cmp(&(b.opened_at, &b.gateway_id)));
    Some(PaymentSnapshot {
        charge_ref: charge.id.to_string(),
        checkout_ref: charge.metadata.get(REFERENCE)?.clone(),
        status: status(charge),
        paid: reading::money(charge.amount, &charge.currency)?,
        tax_minor: invoice.map_or(0, reading::tax_minor),
        refunded_minor: charge.amount_refunded,
        disputes,
        made_at: Moment::from_seconds(charge.created),
        settled_at: settled_at(charge),
    })
}

/// Money that took days is booked when it comes.
fn settled_at(charge: &Charge) -> Option<Moment> {
    let booked = charge.balance_transaction.as_ref().and_then(|transaction| transaction.as_object());
    let at = booked.map_or(charge.created, |transaction| transaction.created);
    (status(charge) == PaymentStatus::Paid).then(|| Moment::from_seconds(at))
}

/// A word that is new to us is money on its way: nothing is given for good and nothing taken away.
fn status(charge: &Charge) -> PaymentStatus {
    match &charge.status {
        ChargeStatus::Succeeded if charge.paid => PaymentStatus::Paid,
        ChargeStatus::Failed => PaymentStatus::Failed,
        _ => PaymentStatus::Settling,
    }
}
