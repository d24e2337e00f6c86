//! The gateway's billing portal: what members may do there, and the way in.

use serde_json::Value;
use stripe_billing::billing_portal_session::CreateBillingPortalSession;

use super::{GatewayError, PaymentGateway, wire::Parameters};

/// Under which name the portal's configuration of ours is known by its metadata.
const MARK: &str = "masthead";
/// What it is marked with.
const MARK_VALUE: &str = "portal";

impl PaymentGateway {
    /// Makes a billing portal session for a customer. Returns its page, which lets its bearer in: show it to nobody else.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn create_portal(
        &self,
        customer_id: &str,
        return_url: &str,
        configuration_id: Option<&str>,
        key: &str,
    ) -> Result<String, GatewayError> {
        let mut request = CreateBillingPortalSession::new().customer(customer_id).return_url(return_url);
        if let Some(id) = configuration_id {
            request = request.configuration(id);
        }
        Ok(self.write(&request, key).await?.url)
    }

    /// Finds the portal's configuration that was made for this service, or makes it: a fresh account has none. Returns its id.
    ///
    /// Members see their invoices there, change the card, the address and the tax number on their invoices, and cancel at the
    /// end of the period. Not their e-mail address: that is changed here, where it is verified.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn ensure_portal_configuration(&self, return_url: &str, key: &str) -> Result<String, GatewayError> {
        let query = vec![("active", "true".to_owned()), ("limit", "100".to_owned())];
        let page = self.get("/billing_portal/configurations", &query).await?;
        let ours = page["data"].as_array().into_iter().flatten().find(|one| one["metadata"][MARK] == MARK_VALUE);
        let made;
        let found = match ours {
            Some(found) => found,
            None => {
                made = self.post("/billing_portal/configurations", &configuration(return_url), key).await?;
                &made
            }
        };
        let unknown = || GatewayError::Unknown("a portal configuration without an id".to_owned());
        found.get("id").and_then(Value::as_str).map(str::to_owned).ok_or_else(unknown)
    }
}

fn configuration(return_url: &str) -> Parameters<'static> {
    let features = [
        ("features[customer_update][enabled]", "true"),
        ("features[customer_update][allowed_updates][0]", "address"),
        ("features[customer_update][allowed_updates][1]", "tax_id"),
        ("features[invoice_history][enabled]", "true"),
        ("features[payment_method_update][enabled]", "true"),
        ("features[subscription_cancel][enabled]", "true"),
        ("features[subscription_cancel][mode]", "at_period_end"),
        ("features[subscription_update][enabled]", "false"),
        ("metadata[masthead]", MARK_VALUE),
    ];
    let mut form: Parameters<'static> = features.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    form.push(("default_return_url", return_url.to_owned()));
    form
}
