//! All subscriptions of the account, and the charges of the last months, page by page: for a comparison of what is stored with what
//! there is.

use super::{GatewayError, PaymentGateway, REFERENCE};
use crate::domain::time::Moment;

/// The most objects that the gateway gives at once.
const PAGE: &str = "100";

/// Whose some of the account's objects are, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerPage {
    /// The customers of those that are ours, each once.
    pub customers: Vec<String>,
    /// Where the next, older page begins; none when this is the last.
    pub next: Option<String>,
}

impl PaymentGateway {
    /// Goes through subscriptions, ended ones too, after (that is: older than) the subscription `after`.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn list_subscribers(&self, after: Option<&str>) -> Result<CustomerPage, GatewayError> {
        self.list_customers("/subscriptions", ("status", "all".to_owned()), after).await
    }

    /// Goes through charges made since a moment, after (that is: older than) the charge `after`. Only payments made once are ours by
    /// their charges; a subscription's money comes with it.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn list_payers(&self, since: Moment, after: Option<&str>) -> Result<CustomerPage, GatewayError> {
        let since = since.millis().div_euclid(1_000).to_string();
        self.list_customers("/charges", ("created[gte]", since), after).await
    }

    /// Objects without our reference are somebody else's: Stripe accounts are often shared.
    async fn list_customers(
        &self,
        path: &str,
        which: (&'static str, String),
        after: Option<&str>,
    ) -> Result<CustomerPage, GatewayError> {
        let mut query = vec![("limit", PAGE.to_owned()), which];
        query.extend(after.map(|id| ("starting_after", id.to_owned())));
        let page = self.get(path, &query).await?;
        let items = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ours = items.iter().filter(|one| one["metadata"][REFERENCE].is_string());
        let customer = |one: &serde_json::Value| one["customer"].as_str().map(str::to_owned);
        let mut customers: Vec<String> = ours.filter_map(customer).collect();
        customers.sort();
        customers.dedup();
        let has_more = page["has_more"] == serde_json::Value::Bool(true);
        let next = items.last().and_then(|one| one["id"].as_str()).filter(|_| has_more).map(str::to_owned);
        Ok(CustomerPage { customers, next })
    }
}
