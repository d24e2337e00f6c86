//! The gateway's billing portal: what members may do there, and the way in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stripe_billing::billing_portal_session::CreateBillingPortalSession;

use super::{GatewayError, PaymentGateway, wire::Parameters};

/// Under which name the portal's configuration of ours is known by its metadata.
const MARK: &str = "masthead";
/// What it is marked with.
const MARK_VALUE: &str = "portal";

/// How many products a portal's configuration takes.
const PRODUCTS_MAX: usize = 10;

/// A product at the gateway, with the prices of it that members may choose.
#[derive(Clone, Debug)]
pub struct SoldProduct<'a> {
    /// The gateway's product.
    pub product_id: &'a str,
    /// The gateway's prices: one for each interval and currency.
    pub price_ids: Vec<&'a str>,
}

/// Idempotency keys for the portal's configuration.
#[derive(Clone, Copy, Debug)]
pub struct PortalKeys<'a> {
    /// The same wherever the same is to be made: two processes that start at once make one.
    pub make: &'a str,
    /// Another for each change.
    pub change: &'a str,
}

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

    /// Finds the portal's configuration that was made for this service and brings it up to date, or makes it: a fresh account has none.
    /// Returns its id.
    ///
    /// Members see their invoices there, change the card, the address and the tax number on their invoices, choose another of the
    /// plans and intervals that are sold, and cancel at the end of the period. Not their e-mail address: that is changed here, where
    /// it is verified.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn ensure_portal_configuration(
        &self,
        return_url: &str,
        sold: &[SoldProduct<'_>],
        keys: PortalKeys<'_>,
    ) -> Result<String, GatewayError> {
        let query = vec![("active", "true".to_owned()), ("limit", "100".to_owned())];
        let page = self.get("/billing_portal/configurations", &query).await?;
        let ours = page["data"].as_array().into_iter().flatten().find(|one| one["metadata"][MARK] == MARK_VALUE);
        let wanted = configuration(return_url, sold);
        let wanted: Parameters<'_> = wanted.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let id = ours.and_then(|found| found["id"].as_str());
        let made = match (ours, id) {
            (Some(found), Some(id)) if sells(found, sold) => return Ok(id.to_owned()),
            (_, Some(id)) => self.post(&format!("/billing_portal/configurations/{id}"), &wanted, keys.change).await?,
            (_, None) => self.post("/billing_portal/configurations", &wanted, keys.make).await?,
        };
        let unknown = || GatewayError::Unknown("a portal configuration without an id".to_owned());
        made.get("id").and_then(Value::as_str).map(str::to_owned).ok_or_else(unknown)
    }
}

/// Whether members can choose just what is sold.
fn sells(found: &Value, sold: &[SoldProduct<'_>]) -> bool {
    let feature = &found["features"]["subscription_update"];
    let pair = |product: &Value| {
        let prices = product["prices"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Some((product["product"].as_str()?.to_owned(), prices.map(str::to_owned).collect::<BTreeSet<_>>()))
    };
    let offered: BTreeMap<_, _> = feature["products"].as_array().into_iter().flatten().filter_map(pair).collect();
    let own = |product: &SoldProduct<'_>| {
        (product.product_id.to_owned(), product.price_ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>())
    };
    let wanted: BTreeMap<_, _> = chosen(sold).map(own).collect();
    offered == wanted && feature["enabled"] == !wanted.is_empty()
}

/// As many as the gateway takes.
fn chosen<'a>(sold: &'a [SoldProduct<'a>]) -> impl Iterator<Item = &'a SoldProduct<'a>> {
    sold.iter().filter(|product| !product.price_ids.is_empty()).take(PRODUCTS_MAX)
}

fn configuration(return_url: &str, sold: &[SoldProduct<'_>]) -> Vec<(String, String)> {
    let mut form = vec![("default_return_url".to_owned(), return_url.to_owned())];
    form.push((format!("metadata[{MARK}]"), MARK_VALUE.to_owned()));
    let mut feature = |name: String, value: &str| form.push((format!("features[{name}"), value.to_owned()));
    for (name, value) in [
        ("customer_update][enabled]", "true"),
        ("customer_update][allowed_updates][0]", "address"),
        ("customer_update][allowed_updates][1]", "tax_id"),
        ("invoice_history][enabled]", "true"),
        ("payment_method_update][enabled]", "true"),
        ("subscription_cancel][enabled]", "true"),
        ("subscription_cancel][mode]", "at_period_end"),
    ] {
        feature(name.to_owned(), value);
    }
    let update = "subscription_update]";
    feature(format!("{update}[enabled]"), if chosen(sold).next().is_some() { "true" } else { "false" });
    for (place, product) in chosen(sold).enumerate() {
        if place == 0 {
            feature(format!("{update}[default_allowed_updates][0]"), "price");
            // What more costs is paid at once, what less costs is taken off the next payments: the portal says so before.
            feature(format!("{update}[proration_behavior]"), "always_invoice");
        }
        feature(format!("{update}[products][{place}][product]"), product.product_id);
        for (at, price_id) in product.price_ids.iter().enumerate() {
            feature(format!("{update}[products][{place}][prices][{at}]"), price_id);
        }
    }
    form
}
