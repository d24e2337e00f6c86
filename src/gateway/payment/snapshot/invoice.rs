//! Invoices: all of their lines, how collecting stands, what their charges came to.

use stripe_shared::Invoice;

use super::{ChargeFetched, Fetched};
use crate::{
    domain::{
        payment::{Collecting, InvoiceSnapshot, InvoiceStatus},
        time::Moment,
    },
    gateway::payment::{GatewayError, PaymentGateway, reading},
};

impl PaymentGateway {
    /// An invoice carries the first of its lines; fetches the rest of a long one.
    pub(super) async fn complete_lines(&self, invoice: &mut Invoice) -> Result<(), GatewayError> {
        while invoice.lines.has_more
            && let (Some(id), Some(last)) = (&invoice.id, invoice.lines.data.last())
        {
            let query = vec![("limit", super::PAGE.to_string()), ("starting_after", last.id.to_string())];
            let page = self.get(&format!("/invoices/{id}/lines"), &query).await?;
            let more: Vec<stripe_shared::InvoiceLineItem> = miniserde::json::from_str(&page["data"].to_string())
                .map_err(|_| GatewayError::Unknown("an invoice's lines could not be read".to_owned()))?;
            invoice.lines.has_more = page["has_more"] == serde_json::Value::Bool(true) && !more.is_empty();
            invoice.lines.data.extend(more);
        }
        Ok(())
    }

    /// How the collecting of an invoice stands. Only an open one has anything to tell.
    pub(super) async fn collecting(&self, invoice: &Invoice) -> Result<Collecting, GatewayError> {
        let mut stands = Collecting::Waiting;
        if reading::invoice_status(invoice) != InvoiceStatus::Open {
            return Ok(stands);
        }
        for intent in reading::payment_intents(invoice) {
            let found = self.get(&format!("/payment_intents/{intent}"), &Vec::new()).await?;
            match found["status"].as_str() {
                Some("processing") => stands = Collecting::Settling,
                Some("requires_action") if stands == Collecting::Waiting => stands = Collecting::NeedsApproval,
                _ => {}
            }
        }
        Ok(stands)
    }
}

impl Fetched {
    pub(super) fn invoice(&self, invoice: &Invoice) -> Option<InvoiceSnapshot> {
        let id = invoice.id.as_ref()?.to_string();
        let intents = reading::payment_intents(invoice);
        let is_own = |fetched: &&ChargeFetched| {
            let intent = fetched.charge.payment_intent.as_ref().map(|intent| intent.id().to_string());
            fetched.charge.paid && intent.is_some_and(|intent| intents.contains(&intent))
        };
        let charges: Vec<&ChargeFetched> = self.charges.iter().filter(is_own).collect();
        let mut disputes: Vec<_> =
            charges.iter().flat_map(|charge| &charge.disputes).map(|fetched| fetched.dispute.clone()).collect();
        disputes.sort_by(|a, b| (a.opened_at, &a.gateway_id).cmp(&(b.opened_at, &b.gateway_id)));
        Some(InvoiceSnapshot {
            status: reading::invoice_status(invoice),
            created_at: Moment::from_seconds(invoice.created),
            reason: invoice.billing_reason.as_ref().map(|reason| reason.as_str().to_owned()),
            paid: reading::money(invoice.amount_paid, &invoice.currency)?,
            tax_minor: reading::tax_minor(invoice),
            remaining_minor: invoice.amount_remaining,
            refunded_minor: charges.iter().map(|fetched| fetched.charge.amount_refunded).sum(),
            disputes,
            finalized_at: invoice.status_transitions.finalized_at.map(Moment::from_seconds),
            paid_at: invoice.status_transitions.paid_at.map(Moment::from_seconds),
            attempt_count: invoice.attempt_count,
            next_attempt_at: invoice.next_payment_attempt.map(Moment::from_seconds),
            collecting: self.collecting.get(&id).copied().unwrap_or(Collecting::Waiting),
            hosted_url: invoice.hosted_invoice_url.clone(),
            lines: invoice.lines.data.iter().filter_map(reading::line).collect(),
            gateway_id: id,
        })
    }
}
