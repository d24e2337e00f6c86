//! Fetching everything that a customer has, as it is now.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use stripe_billing::{
    invoice::ListInvoice,
    subscription::{ListSubscription, ListSubscriptionStatus},
};
use stripe_core::{charge::ListCharge, refund::ListRefund};
use stripe_shared::{BalanceTransaction, Charge, Invoice, Subscription};

use super::{GatewayError, PaymentGateway, REFERENCE, reading};
use crate::domain::{
    payment::{CustomerSnapshot, InvoiceSnapshot, Movement, MovementKind, SubscriptionSnapshot},
    subscription::Status,
    time::Moment,
};

/// How many objects one page of a list holds: the most that Stripe gives.
const PAGE: i64 = 100;

/// What was fetched, before it is put together.
struct Fetched {
    subscriptions: Vec<Subscription>,
    invoices: Vec<Invoice>,
    /// By payment intent.
    charges: HashMap<String, Charge>,
}

impl PaymentGateway {
    /// Fetches everything that a customer has.
    ///
    /// # Errors
    /// [`GatewayError`]; a customer that is gone has nothing.
    pub async fn fetch_customer(&self, customer_id: &str) -> Result<CustomerSnapshot, GatewayError> {
        let subscriptions =
            ListSubscription::new().customer(customer_id).status(ListSubscriptionStatus::All).limit(PAGE);
        let invoices = ListInvoice::new().customer(customer_id).limit(PAGE).expand(vec!["data.payments".to_owned()]);
        let charges =
            ListCharge::new().customer(customer_id).limit(PAGE).expand(vec!["data.balance_transaction".to_owned()]);
        let subscriptions: Vec<Subscription> = subscriptions.paginate().stream(&self.client).try_collect().await?;
        let invoices: Vec<Invoice> = invoices.paginate().stream(&self.client).try_collect().await?;
        let charges: Vec<Charge> = charges.paginate().stream(&self.client).try_collect().await?;
        let mut movements = Vec::new();
        for charge in &charges {
            let invoice = invoice_of(charge, &invoices);
            movements.extend(payment_movement(charge, invoice));
            if charge.amount_refunded > 0 {
                movements.extend(self.refund_movements(charge, invoice).await?);
            }
        }
        let by_intent = |charge: Charge| Some((charge.payment_intent.as_ref()?.id().to_string(), charge));
        // The newest charge of an intent comes first in the list; it is the one that counts.
        let charges = charges.into_iter().rev().filter(|charge| charge.paid).filter_map(by_intent).collect();
        let fetched = Fetched { subscriptions, invoices, charges };
        Ok(CustomerSnapshot { id: customer_id.to_owned(), subscriptions: fetched.snapshots(), movements })
    }

    async fn refund_movements(
        &self,
        charge: &Charge,
        invoice: Option<&Invoice>,
    ) -> Result<Vec<Movement>, GatewayError> {
        let list = ListRefund::new()
            .charge(charge.id.as_str())
            .limit(PAGE)
            .expand(vec!["data.balance_transaction".to_owned()]);
        let refunds: Vec<stripe_shared::Refund> = list.paginate().stream(&self.client).try_collect().await?;
        let transactions = refunds.iter().filter_map(|refund| refund.balance_transaction.as_ref()?.as_object());
        Ok(transactions
            .filter_map(|transaction| movement(transaction, MovementKind::Refund, charge, invoice))
            .collect())
    }
}

impl Fetched {
    fn snapshots(&self) -> Vec<SubscriptionSnapshot> {
        self.subscriptions.iter().map(|subscription| self.snapshot(subscription)).collect()
    }

    fn snapshot(&self, subscription: &Subscription) -> SubscriptionSnapshot {
        let id = subscription.id.to_string();
        let own =
            self.invoices.iter().filter(|invoice| reading::subscription_of(invoice).as_deref() == Some(id.as_str()));
        let price = subscription.items.data.first().map(|item| item.price.id.to_string());
        SubscriptionSnapshot {
            checkout_ref: subscription.metadata.get(REFERENCE).cloned(),
            gateway_price_id: price.unwrap_or_default(),
            status: Status::parse(subscription.status.as_str()),
            created_at: Moment::from_seconds(subscription.created),
            current_period_end: reading::period_end(subscription),
            cancel_at: reading::cancel_at(subscription),
            collection_paused: subscription.pause_collection.is_some(),
            invoices: own.filter_map(|invoice| self.invoice(invoice)).collect(),
            gateway_id: id,
        }
    }

    fn invoice(&self, invoice: &Invoice) -> Option<InvoiceSnapshot> {
        let intents = reading::payment_intents(invoice);
        let charges: Vec<&Charge> = intents.iter().filter_map(|intent| self.charges.get(intent)).collect();
        Some(InvoiceSnapshot {
            gateway_id: invoice.id.as_ref()?.to_string(),
            status: reading::invoice_status(invoice),
            paid: reading::money(invoice.amount_paid, &invoice.currency)?,
            refunded_minor: charges.iter().map(|charge| charge.amount_refunded).sum(),
            disputed: charges.iter().any(|charge| charge.disputed),
            finalized_at: invoice.status_transitions.finalized_at.map(Moment::from_seconds),
            paid_at: invoice.status_transitions.paid_at.map(Moment::from_seconds),
            covers: reading::covers(invoice),
        })
    }
}

fn invoice_of<'a>(charge: &Charge, invoices: &'a [Invoice]) -> Option<&'a Invoice> {
    let intent = charge.payment_intent.as_ref()?.id().to_string();
    invoices.iter().find(|invoice| reading::payment_intents(invoice).contains(&intent))
}

fn payment_movement(charge: &Charge, invoice: Option<&Invoice>) -> Option<Movement> {
    let transaction = charge.balance_transaction.as_ref()?.as_object()?;
    movement(transaction, MovementKind::Payment, charge, invoice)
}

fn movement(
    transaction: &BalanceTransaction,
    kind: MovementKind,
    charge: &Charge,
    invoice: Option<&Invoice>,
) -> Option<Movement> {
    Some(Movement {
        balance_transaction_id: transaction.id.to_string(),
        kind,
        subscription_ref: invoice.and_then(reading::subscription_of),
        invoice_ref: invoice.and_then(|invoice| invoice.id.as_ref()).map(ToString::to_string),
        charge_ref: Some(charge.id.to_string()),
        gross: reading::money(transaction.amount, &transaction.currency)?,
        tax_minor: invoice.map_or(0, |invoice| tax_share(transaction.amount, invoice)),
        fee_minor: transaction.fee,
        net_minor: transaction.net,
        occurred_at: Moment::from_seconds(transaction.created),
    })
}

/// The tax in an amount that moved: the invoice's tax in the proportion of the amount to the invoice's total, cut towards
/// zero; negative for money that goes back.
fn tax_share(amount_minor: i64, invoice: &Invoice) -> i64 {
    let total = i128::from(invoice.total.max(1));
    let share = i128::from(reading::tax_minor(invoice)) * i128::from(amount_minor) / total;
    i64::try_from(share).unwrap_or(0)
}
