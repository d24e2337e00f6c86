//! What a subscription's next payment takes. A discount, a credit, tax on top or a settlement of a change makes it another sum than
//! the price's, and only the gateway reckons it exactly: where one of these may be, it is asked for a preview.

use stripe_shared::{Invoice, InvoiceLineItem, PriceTaxBehavior, Subscription, SubscriptionStatus as Status};

use crate::gateway::payment::{GatewayError, PaymentGateway, reading};

impl PaymentGateway {
    /// What the next payment takes, in minor units; none where nothing is known to make it another sum than the price's, or where
    /// there is to be none.
    pub(super) async fn next_amount(
        &self,
        subscription: &Subscription,
        invoices: &[Invoice],
    ) -> Result<Option<i64>, GatewayError> {
        if !renews(subscription) || !may_differ(subscription, invoices) {
            return Ok(None);
        }
        let form = vec![("subscription", subscription.id.to_string())];
        match self.rehearse("/invoices/create_preview", &form).await {
            Ok(preview) => Ok(preview["amount_due"].as_i64()),
            // It was ended in between, which comes as an event of its own.
            Err(GatewayError::Missing | GatewayError::Refused { .. }) => Ok(None),
            // Money is booked all the same.
            Err(error @ GatewayError::Forbidden { .. }) => {
                tracing::warn!(%error, "what the next payment takes is not known");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

fn renews(subscription: &Subscription) -> bool {
    let goes_on = matches!(subscription.status, Status::Active | Status::Trialing | Status::PastDue);
    goes_on && subscription.pause_collection.is_none() && reading::cancel_at(subscription).is_none()
}

/// Whether anything is known that takes off the next payment, or adds to it.
fn may_differ(subscription: &Subscription, invoices: &[Invoice]) -> bool {
    let items = &subscription.items.data;
    let is_discounted = !subscription.discounts.is_empty() || items.iter().any(|item| !item.discounts.is_empty());
    let is_taxed_on_top = subscription.automatic_tax.enabled
        && items.iter().any(|item| item.price.tax_behavior != Some(PriceTaxBehavior::Inclusive));
    let id = subscription.id.as_str();
    let own = || invoices.iter().filter(|invoice| reading::subscription_of(invoice).as_deref() == Some(id));
    let billed = own().filter(|invoice| invoice.status_transitions.finalized_at.is_some());
    let newest = billed.max_by_key(|invoice| (invoice.status_transitions.finalized_at, invoice.created));
    is_discounted
        || is_taxed_on_top
        || newest.is_some_and(|invoice| leaves_something(invoice) || !bills_all(invoice, subscription))
        || own().any(|invoice| invoice.post_payment_credit_notes_amount > 0)
}

/// Whether a bill left a credit or a debt for the next one, or was lessened by a discount: that may be the customer's own.
fn leaves_something(invoice: &Invoice) -> bool {
    let discounts = invoice.total_discount_amounts.iter().flatten();
    invoice.ending_balance.unwrap_or(0) != 0 || discounts.map(|discount| discount.amount).sum::<i64>() > 0
}

/// Whether a bill is of the subscription's prices: one that was changed since may be settled with the next.
fn bills_all(invoice: &Invoice, subscription: &Subscription) -> bool {
    let price = |line: &InvoiceLineItem| {
        let details = line.pricing.as_ref().and_then(|pricing| pricing.price_details.as_ref());
        details.map(|details| details.price.id().to_string())
    };
    let billed: Vec<String> = invoice.lines.data.iter().filter_map(price).collect();
    subscription.items.data.iter().all(|item| billed.iter().any(|id| *id == item.price.id.as_str()))
}
