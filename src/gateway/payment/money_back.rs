//! Cancelling a subscription and sending its payments back.

use futures_util::TryStreamExt as _;
use stripe_billing::{
    invoice::ListInvoice,
    subscription::{CancelSubscription, UpdateSubscription, UpdateSubscriptionCancelAt},
};
use stripe_core::refund::CreateRefund;

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
            Err(error) => Err(error),
        }
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
