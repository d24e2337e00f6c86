//! Products and prices at the gateway.

use std::collections::HashMap;

use super::{GatewayError, PaymentGateway};
use crate::domain::{
    money::Money,
    plan::{Interval, Tax},
};

/// A product to make.
#[derive(Clone, Debug)]
pub struct ProductDraft<'a> {
    /// Our plan's id: reference and idempotency key.
    pub plan_id: &'a str,
    /// Its name, as payers see it.
    pub title: &'a str,
}

/// A price to make.
#[derive(Clone, Debug)]
pub struct PriceDraft<'a> {
    /// Our price's id: reference and idempotency key.
    pub price_id: &'a str,
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
    /// Makes a product. Returns its id.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn create_product(&self, draft: &ProductDraft<'_>) -> Result<String, GatewayError> {
        let metadata = HashMap::from([("masthead_plan".to_owned(), draft.plan_id.to_owned())]);
        let request = stripe_product::product::CreateProduct::new(draft.title).metadata(metadata);
        let product = self.write(&request, &format!("product-{}", draft.plan_id)).await?;
        Ok(product.id.to_string())
    }

    /// Makes a price. Returns its id.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn create_price(&self, draft: &PriceDraft<'_>) -> Result<String, GatewayError> {
        use stripe_product::price::{CreatePrice, CreatePriceRecurring, CreatePriceRecurringInterval};
        let currency: stripe_types::Currency =
            draft.money.currency.as_str().to_ascii_lowercase().parse().map_err(|_| GatewayError::Setting)?;
        let metadata = HashMap::from([("masthead_price".to_owned(), draft.price_id.to_owned())]);
        let mut request = CreatePrice::new(currency)
            .product(draft.product_id)
            .unit_amount(draft.money.amount_minor)
            .metadata(metadata);
        request = match draft.interval {
            Interval::Month => request.recurring(CreatePriceRecurring::new(CreatePriceRecurringInterval::Month)),
            Interval::Year => request.recurring(CreatePriceRecurring::new(CreatePriceRecurringInterval::Year)),
            Interval::Once => request,
        };
        request = match draft.tax {
            Tax::Inside => request.tax_behavior(stripe_shared::PriceTaxBehavior::Inclusive),
            Tax::OnTop => request.tax_behavior(stripe_shared::PriceTaxBehavior::Exclusive),
            Tax::None => request,
        };
        let price = self.write(&request, &format!("price-{}", draft.price_id)).await?;
        Ok(price.id.to_string())
    }
}
