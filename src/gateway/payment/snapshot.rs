//! Fetching everything that a customer has, as it is now.

mod dispute;
mod invoice;
mod movement;
mod next_amount;
mod payment;
mod tax;
mod words;

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use stripe_billing::{
    invoice::ListInvoice,
    subscription::{ListSubscription, ListSubscriptionStatus},
};
use stripe_core::{charge::ListCharge, refund::ListRefund};
use stripe_shared::{Charge, Invoice, Refund, Subscription};

use self::{dispute::DisputeFetched, movement::movements};
use super::{GatewayError, PaymentGateway, REFERENCE, price_move::MOVE, reading};
use crate::domain::{
    payment::{Collecting, CustomerSnapshot, SubscriptionSnapshot},
    price_move::MovedBy,
    subscription::Status,
    time::Moment,
};

/// How many objects one page of a list holds: the most that Stripe gives.
const PAGE: i64 = 100;

/// What was fetched, before it is put together.
struct Fetched {
    subscriptions: Vec<Subscription>,
    invoices: Vec<Invoice>,
    charges: Vec<ChargeFetched>,
    /// How the collecting of open invoices stands, by invoice.
    collecting: HashMap<String, Collecting>,
    /// What next payments take, by subscription, where they were asked for.
    next_amounts: HashMap<String, i64>,
}

/// A charge with what came of it.
struct ChargeFetched {
    charge: Box<Charge>,
    refunds: Vec<Refund>,
    disputes: Vec<DisputeFetched>,
}

impl PaymentGateway {
    /// Fetches everything that a customer has.
    ///
    /// # Errors
    /// [`GatewayError`]; a customer that is gone has nothing.
    pub async fn fetch_customer(&self, customer_id: &str) -> Result<CustomerSnapshot, GatewayError> {
        let subscriptions = ListSubscription::new()
            .customer(customer_id)
            .status(ListSubscriptionStatus::All)
            .limit(PAGE)
            .expand(vec!["data.default_payment_method".to_owned()]);
        let invoices = ListInvoice::new().customer(customer_id).limit(PAGE).expand(vec!["data.payments".to_owned()]);
        // A refund that failed has left nothing refunded: the charge's own sums do not tell that there was one.
        let charges = ListCharge::new().customer(customer_id).limit(PAGE).expand(vec![
            "data.balance_transaction".to_owned(),
            "data.refunds.data.balance_transaction".to_owned(),
            "data.refunds.data.failure_balance_transaction".to_owned(),
        ]);
        // Stripe's objects are of many fields: each step keeps its own on the heap, or they would fill a thread's stack.
        let subscriptions = Box::pin(subscriptions.paginate().stream(&self.client).try_collect()).await?;
        let mut invoices: Vec<Invoice> = Box::pin(invoices.paginate().stream(&self.client).try_collect()).await?;
        let mut charges: Vec<ChargeFetched> =
            Box::pin(charges.paginate().stream(&self.client).map_ok(ChargeFetched::from).try_collect()).await?;
        let mut collecting = HashMap::new();
        for invoice in &mut invoices {
            Box::pin(self.complete_lines(invoice)).await?;
            if let Some(id) = &invoice.id {
                collecting.insert(id.to_string(), Box::pin(self.collecting(invoice)).await?);
            }
        }
        for fetched in &mut charges {
            Box::pin(self.complete_charge(fetched)).await?;
        }
        let mut next_amounts = HashMap::new();
        for subscription in &subscriptions {
            let found = Box::pin(self.next_amount(subscription, &invoices)).await?;
            next_amounts.extend(found.map(|amount_minor| (subscription.id.to_string(), amount_minor)));
        }
        let percentages = self.percentages(&invoices).await?;
        let fetched = Fetched { subscriptions, invoices, charges, collecting, next_amounts };
        let movements =
            fetched.charges.iter().flat_map(|charge| movements(charge, &fetched.invoices, &percentages)).collect();
        let payments =
            fetched.charges.iter().filter_map(|charge| payment::payment(charge, &fetched.invoices)).collect();
        let new_words = fetched.new_words();
        let subscriptions = fetched.snapshots();
        let is_deleted = self.is_deleted(customer_id, &subscriptions).await?;
        Ok(CustomerSnapshot { id: customer_id.to_owned(), subscriptions, payments, movements, is_deleted, new_words })
    }

    /// Whether a customer was deleted, which ends every subscription: asked only when one has ended and none runs.
    async fn is_deleted(&self, id: &str, subscriptions: &[SubscriptionSnapshot]) -> Result<bool, GatewayError> {
        if subscriptions.is_empty() || subscriptions.iter().any(|one| one.status.is_live()) {
            return Ok(false);
        }
        match self.get(&format!("/customers/{id}"), &Vec::new()).await {
            Ok(customer) => Ok(customer["deleted"] == serde_json::Value::Bool(true)),
            Err(GatewayError::Missing) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The customer of a charge; none when it has none, or when there is no such charge.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn find_customer_of_charge(&self, charge_id: &str) -> Result<Option<String>, GatewayError> {
        match self.get(&format!("/charges/{charge_id}"), &Vec::new()).await {
            Ok(charge) => Ok(charge["customer"].as_str().map(str::to_owned)),
            Err(GatewayError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn complete_charge(&self, fetched: &mut ChargeFetched) -> Result<(), GatewayError> {
        let id = fetched.charge.id.to_string();
        match fetched.charge.refunds.take() {
            Some(list) if !list.has_more => fetched.refunds = list.data,
            _ => {
                let list = ListRefund::new()
                    .charge(id.as_str())
                    .limit(PAGE)
                    .expand(vec!["data.balance_transaction".to_owned(), "data.failure_balance_transaction".to_owned()]);
                fetched.refunds = Box::pin(list.paginate().stream(&self.client).try_collect()).await?;
            }
        }
        if fetched.charge.disputed {
            fetched.disputes = self.fetch_disputes("charge", &id).await?;
        }
        Ok(())
    }
}

impl From<Charge> for ChargeFetched {
    fn from(charge: Charge) -> Self {
        Self { charge: Box::new(charge), refunds: Vec::new(), disputes: Vec::new() }
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
            canceled_at: subscription.canceled_at.map(Moment::from_seconds),
            ended_at: subscription.ended_at.map(Moment::from_seconds),
            trial_until: subscription.trial_end.map(Moment::from_seconds),
            collection_paused: subscription.pause_collection.is_some(),
            rate: reading::rate(subscription),
            next_amount_minor: self.next_amounts.get(&id).copied(),
            card: reading::card(subscription),
            moved_by: subscription.metadata.get(MOVE).and_then(|word| MovedBy::parse(word)),
            invoices: own.filter_map(|invoice| self.invoice(invoice)).collect(),
            gateway_id: id,
        }
    }
}
