//! At which percentages an invoice's tax was reckoned.

use std::collections::BTreeMap;

use serde_json::Value;
use stripe_shared::Invoice;

use crate::gateway::payment::{GatewayError, PaymentGateway};

/// Percentages by the gateway's ids of tax rates. One that could not be read has none.
pub(super) type Percentages = BTreeMap<String, String>;

impl PaymentGateway {
    /// The percentages of all rates in these invoices. A rate never changes: each is asked for once in a process.
    pub(super) async fn percentages(&self, invoices: &[Invoice]) -> Result<Percentages, GatewayError> {
        let mut found = Percentages::new();
        for id in invoices.iter().flat_map(rates_of) {
            if found.contains_key(&id) {
                continue;
            }
            let known = self.tax_rates.lock().ok().and_then(|rates| rates.get(&id).cloned());
            let percentage = match known {
                Some(percentage) => Some(percentage),
                None => self.percentage(&id).await?,
            };
            found.extend(percentage.map(|percentage| (id, percentage)));
        }
        Ok(found)
    }

    /// A rate's percentage; none when the key may not read it, or it is gone: payments come first.
    async fn percentage(&self, id: &str) -> Result<Option<String>, GatewayError> {
        let rate = match self.get(&format!("/tax_rates/{id}"), &Vec::new()).await {
            Ok(rate) => rate,
            Err(GatewayError::Missing | GatewayError::Forbidden { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let number = [&rate["effective_percentage"], &rate["percentage"]].into_iter().find_map(Value::as_f64);
        let percentage = number.map(|number| number.to_string());
        if let (Some(percentage), Ok(mut rates)) = (&percentage, self.tax_rates.lock()) {
            rates.insert(id.to_owned(), percentage.clone());
        }
        Ok(percentage)
    }
}

/// The percentages of an invoice's tax, rising: `20`, or `5 + 9.975` when several came together; `?` stands for one that
/// could not be read. None when there is no tax in it.
pub(super) fn rate_of(invoice: &Invoice, percentages: &Percentages) -> Option<String> {
    let mut rates: Vec<&str> =
        rates_of(invoice).iter().map(|id| percentages.get(id).map_or("?", String::as_str)).collect::<Vec<_>>();
    rates.sort_by(|a, b| number(a).total_cmp(&number(b)));
    rates.dedup();
    (!rates.is_empty()).then(|| rates.join(" + "))
}

fn rates_of(invoice: &Invoice) -> Vec<String> {
    let taxes = invoice.total_taxes.iter().flatten();
    taxes.filter_map(|tax| Some(tax.tax_rate_details.as_ref()?.tax_rate.id().to_string())).collect()
}

fn number(percentage: &str) -> f64 {
    percentage.parse().unwrap_or(f64::MAX)
}
