//! Which tax a sale bears. The table is made up for tests: three countries, one rate each.

use serde_json::{Value, json};

use super::reckon::Share;
use crate::{
    core::{json::Peek, world::World},
    object::tax_rate,
};

/// Countries where the account collects tax, with the rate in percent.
const RATES: &[(&str, i64)] = &[("DE", 19), ("FR", 20), ("PT", 23)];

/// The tax of one sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxing {
    country: String,
    /// Percent.
    pub percent: i64,
    reason: &'static str,
}

/// The tax of a sale to this country: none where none is collected; a business with a VAT id accounts for it itself.
pub fn of_sale(country: &str, has_vat_id: bool) -> Option<Taxing> {
    let (_, percent) = RATES.iter().find(|(known, _)| *known == country)?;
    let country = country.to_owned();
    Some(if has_vat_id {
        Taxing { country, percent: 0, reason: "reverse_charge" }
    } else {
        Taxing { country, percent: *percent, reason: "standard_rated" }
    })
}

/// Whether tax comes on top of a stored price; where it does not say, as Stripe infers it from the currency.
pub fn is_on_top(price: &Value) -> bool {
    match price.str("tax_behavior") {
        "exclusive" => true,
        "inclusive" => false,
        _ => matches!(price.str("currency"), "usd" | "cad"),
    }
}

impl Taxing {
    /// The tax of one line as an invoice shows it.
    pub fn shown(&self, world: &mut World, share: &Share, on_top: bool) -> Value {
        let rate = tax_rate::ensure(world, &self.country, self.percent, !on_top);
        json!({
            "amount": share.tax_minor,
            "tax_behavior": if on_top { "exclusive" } else { "inclusive" },
            "tax_rate_details": { "tax_rate": rate },
            "taxability_reason": self.reason,
            "taxable_amount": share.taxable_minor,
            "type": "tax_rate_details",
        })
    }
}

/// `automatic_tax` of an invoice or a session that asks for it.
pub fn shown(country: Option<&str>) -> Value {
    json!({
        "enabled": true,
        "liability": { "type": "self" },
        "provider": "stripe",
        "status": if country.is_some() { "complete" } else { "requires_location_inputs" },
    })
}

/// Adds the taxes of lines up, one sum for each rate.
pub fn summed(taxes: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut sums: Vec<Value> = Vec::new();
    for tax in taxes {
        let same = |sum: &&mut Value| sum["tax_rate_details"] == tax["tax_rate_details"];
        match sums.iter_mut().find(same) {
            Some(sum) => {
                for field in ["amount", "taxable_amount"] {
                    sum[field] = json!(sum.int(field) + tax.int(field));
                }
            }
            None => sums.push(tax),
        }
    }
    sums
}
