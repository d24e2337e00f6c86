//! The gateway's billing portal.

use stripe_billing::billing_portal_session::CreateBillingPortalSession;

use super::{GatewayError, PaymentGateway};

impl PaymentGateway {
    /// Makes a billing portal session for a customer. Returns its page, which lets its bearer in: show it to nobody else.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn create_portal(&self, customer_id: &str, return_url: &str, key: &str) -> Result<String, GatewayError> {
        let request = CreateBillingPortalSession::new().customer(customer_id).return_url(return_url);
        Ok(self.write(&request, key).await?.url)
    }
}
