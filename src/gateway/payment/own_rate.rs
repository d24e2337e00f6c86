//! Changing what a subscription is billed at to an amount of the payer's own.

use super::{GatewayError, PaymentGateway, catalogue, price_move};
use crate::domain::{
    money::Money,
    plan::{Interval, Tax},
};

/// What a subscription is to be billed at.
#[derive(Clone, Copy, Debug)]
pub struct OwnRate<'a> {
    /// The gateway's product.
    pub product_id: &'a str,
    /// The amount for one interval.
    pub money: Money,
    /// How often it is billed.
    pub interval: Interval,
    /// How it relates to tax.
    pub tax: Tax,
}

impl PaymentGateway {
    /// Has a subscription billed at another amount from its next payment on. Safe to repeat.
    ///
    /// # Errors
    /// [`GatewayError`]; [`GatewayError::Missing`] for a subscription that is gone, or has more than one item.
    pub async fn change_rate(&self, subscription_id: &str, rate: &OwnRate<'_>) -> Result<(), GatewayError> {
        let path = format!("/subscriptions/{subscription_id}");
        let found = self.get(&path, &Vec::new()).await?;
        let (item_id, price_id) = price_move::only_item(&found).ok_or(GatewayError::Missing)?;
        let mut form = vec![
            ("items[0][id]", item_id.to_owned()),
            ("items[0][price_data][currency]", rate.money.currency.as_str().to_ascii_lowercase()),
            ("items[0][price_data][product]", rate.product_id.to_owned()),
            ("items[0][price_data][unit_amount]", rate.money.amount_minor.to_string()),
            ("proration_behavior", "none".to_owned()),
        ];
        let (interval, tax) = (catalogue::interval_word(rate.interval), catalogue::tax_word(rate.tax));
        form.extend(interval.map(|word| ("items[0][price_data][recurring][interval]", word.to_owned())));
        form.extend(tax.map(|word| ("items[0][price_data][tax_behavior]", word.to_owned())));
        // What the change follows is a part of the key: the same amount may come back later.
        let key = format!("rate-{subscription_id}-{price_id}-{}", rate.money.amount_minor);
        self.post(&path, &form, &key).await.map(drop)
    }
}
