//! Cancelling a subscription and sending its payments back.

use futures_util::TryStreamExt as _;
use stripe_billing::{
    invoice::{ListInvoice, VoidInvoiceInvoice},
    subscription::{CancelSubscription, UpdateSubscription, UpdateSubscriptionCancelAt},
};
use stripe_core::refund::CreateRefund;
use stripe_shared::InvoiceStatus;

use super::{GatewayError, PaymentGateway, reading};
use crate::domain::{payment::DisputeStatus, time::Moment};

impl PaymentGateway {
    /// Cancels a subscription at once. Safe to repeat.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn cancel(&self, subscription_id: &str) -> Result<(), GatewayError> {
        let cancel = CancelSubscription::new(subscription_id);
        match self.write(&cancel, &format!("cancel-{subscription_id}")).await {
            // One that has ended already is missing to Stripe's cancel call.
            Ok(_) | Err(GatewayError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Cancels a subscription at once and gives up what is owed for it: nobody pays an invoice of something that has ended. Safe to
    /// repeat.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn cancel_and_forgive(&self, subscription_id: &str) -> Result<(), GatewayError> {
        self.cancel(subscription_id).await?;
        let open = ListInvoice::new().subscription(subscription_id).status(InvoiceStatus::Open).limit(100);
        let invoices: Vec<_> = open.paginate().stream(&self.client).try_collect().await?;
        for id in invoices.iter().filter_map(|invoice| invoice.id.as_ref()) {
            match self.write(&VoidInvoiceInvoice::new(id.clone()), &format!("void-{id}")).await {
                // It was paid or given up in the meantime, or a payment is on its way that is told of when it has come.
                Ok(_) | Err(GatewayError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Lets a subscription end with its paid period, or at a later moment. One that has ended is left alone. `key` is stored
    /// before the call.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn end_later(
        &self,
        subscription_id: &str,
        later_at: Option<Moment>,
        key: &str,
    ) -> Result<(), GatewayError> {
        let update = UpdateSubscription::new(subscription_id);
        let update = match later_at {
            Some(at) => update.cancel_at(UpdateSubscriptionCancelAt::Timestamp(at.seconds())),
            None => update.cancel_at_period_end(true),
        };
        match self.write(&update, key).await {
            Ok(_) | Err(GatewayError::Missing) => Ok(()),
            // One that has ended is refused, and so is a moment that has passed: only the first is done.
            Err(GatewayError::Refused { status: 400, .. }) if self.has_ended(subscription_id).await? => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn has_ended(&self, subscription_id: &str) -> Result<bool, GatewayError> {
        let found = self.get(&format!("/subscriptions/{subscription_id}"), &Vec::new()).await?;
        Ok(found["ended_at"].is_i64())
    }

    /// Cancels a subscription at once and sends back everything that was paid for it. Safe to repeat.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn cancel_and_refund(&self, subscription_id: &str) -> Result<(), GatewayError> {
        self.cancel(subscription_id).await?;
        let list = ListInvoice::new().subscription(subscription_id).limit(100).expand(vec!["data.payments".to_owned()]);
        let invoices: Vec<_> = list.paginate().stream(&self.client).try_collect().await?;
        let paid = invoices.iter().filter(|invoice| invoice.amount_paid > 0);
        // What one bank holds does not keep back what the others have let go of.
        let mut outcome = Ok(());
        for intent in paid.flat_map(reading::payment_intents) {
            match self.refund(&intent).await {
                Err(GatewayError::Disputed) => outcome = Err(GatewayError::Disputed),
                refunded => refunded?,
            }
        }
        outcome
    }

    async fn refund(&self, payment_intent_id: &str) -> Result<(), GatewayError> {
        let key = format!("refund-{payment_intent_id}");
        match self.refund_once(payment_intent_id, &key).await {
            Err(GatewayError::Refused { code, .. }) if code == "charge_disputed" => {
                self.refund_after_dispute(payment_intent_id, &key).await
            }
            outcome => outcome,
        }
    }

    async fn refund_once(&self, payment_intent_id: &str, key: &str) -> Result<(), GatewayError> {
        match self.write(&CreateRefund::new().payment_intent(payment_intent_id), key).await {
            Ok(_) => Ok(()),
            Err(GatewayError::Refused { code, .. }) if code == "charge_already_refunded" => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A payment that the payer's bank asks for is not ours to send back. What the bank took has gone back by that; what it left us
    /// goes back now, under a key of its own: the first one would be answered as it was.
    async fn refund_after_dispute(&self, payment_intent_id: &str, key: &str) -> Result<(), GatewayError> {
        let disputes = self.fetch_disputes("payment_intent", payment_intent_id).await?;
        let find = |status| disputes.iter().map(|fetched| &fetched.dispute).find(|dispute| dispute.status == status);
        match (find(DisputeStatus::Lost), find(DisputeStatus::Open), find(DisputeStatus::Won)) {
            (Some(_), _, _) => Ok(()),
            (None, None, Some(won)) => self.refund_once(payment_intent_id, &format!("{key}-{}", won.gateway_id)).await,
            _ => Err(GatewayError::Disputed),
        }
    }
}
