//! All subscriptions of the account, page by page: for a comparison of what is stored with what there is.

use super::{GatewayError, PaymentGateway, REFERENCE};

/// The most subscriptions that the gateway gives at once.
const PAGE: &str = "100";

/// Some of the account's subscriptions, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionPage {
    /// The customers of those that are ours, each once.
    pub customers: Vec<String>,
    /// Where the next, older page begins; none when this is the last.
    pub next: Option<String>,
}

impl PaymentGateway {
    /// Lists subscriptions, ended ones too, after (that is: older than) the subscription `after`. Those without our reference are
    /// somebody else's: Stripe accounts are often shared.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn list_subscriptions(&self, after: Option<&str>) -> Result<SubscriptionPage, GatewayError> {
        let mut query = vec![("limit", PAGE.to_owned()), ("status", "all".to_owned())];
        query.extend(after.map(|id| ("starting_after", id.to_owned())));
        let page = self.get("/subscriptions", &query).await?;
        let items = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ours = items.iter().filter(|one| one["metadata"][REFERENCE].is_string());
        let customer = |one: &serde_json::Value| one["customer"].as_str().map(str::to_owned);
        let mut customers: Vec<String> = ours.filter_map(customer).collect();
        customers.sort();
        customers.dedup();
        let has_more = page["has_more"] == serde_json::Value::Bool(true);
        let next = items.last().and_then(|one| one["id"].as_str()).filter(|_| has_more).map(str::to_owned);
        Ok(SubscriptionPage { customers, next })
    }
}
