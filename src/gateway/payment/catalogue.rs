//! Products and prices at the gateway. Each has a name of ours there, so that what was made once is found again, however long
//! ago and whether or not the answer arrived.

use serde_json::Value;

use super::{GatewayError, PaymentGateway, wire::Parameters};
use crate::domain::{
    money::Money,
    plan::{Interval, Tax},
};

/// A product to make.
#[derive(Clone, Debug)]
pub struct ProductDraft<'a> {
    /// Our plan's id: reference, idempotency key, and a part of the product's id.
    pub plan_id: &'a str,
    /// Its name, as payers see it.
    pub title: &'a str,
    /// The gateway's product, where it is known already.
    pub known_id: Option<&'a str>,
}

/// A price to make.
#[derive(Clone, Debug)]
pub struct PriceDraft<'a> {
    /// Our price's id: reference, idempotency key, and the price's lookup key.
    pub price_id: &'a str,
    /// The gateway's product.
    pub product_id: &'a str,
    /// What staff see beside it in the gateway's dashboard.
    pub nickname: &'a str,
    /// The amount for one interval.
    pub money: Money,
    /// How often it is billed.
    pub interval: Interval,
    /// How it relates to tax.
    pub tax: Tax,
}

impl PaymentGateway {
    /// Makes a product, or finds the one that was made before and gives it the present name. Returns its id.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn ensure_product(&self, draft: &ProductDraft<'_>) -> Result<String, GatewayError> {
        let own_id = format!("masthead_{}", draft.plan_id);
        let id = draft.known_id.unwrap_or(&own_id).to_owned();
        let path = format!("/products/{id}");
        let found = match self.get(&path, &Vec::new()).await {
            Ok(product) => product,
            Err(GatewayError::Missing) => return self.create_product(&own_id, draft).await,
            Err(error) => return Err(error),
        };
        if found["name"] != draft.title || found["active"] != true {
            let form = vec![("name", draft.title.to_owned()), ("active", "true".to_owned())];
            // What the change follows is a part of the key: the same name may come back later.
            let updated = found["updated"].as_i64().unwrap_or(0);
            self.post(&path, &form, &format!("product-name-{id}-{updated}")).await?;
        }
        Ok(id)
    }

    async fn create_product(&self, id: &str, draft: &ProductDraft<'_>) -> Result<String, GatewayError> {
        let form = vec![
            ("id", id.to_owned()),
            ("name", draft.title.to_owned()),
            ("metadata[masthead_plan]", draft.plan_id.to_owned()),
        ];
        let product = self.post("/products", &form, &format!("product-{}", draft.plan_id)).await?;
        id_of(&product)
    }

    /// Makes a price, or finds the one that was made before. Returns its id.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn ensure_price(&self, draft: &PriceDraft<'_>) -> Result<String, GatewayError> {
        let query = vec![("lookup_keys[]", draft.price_id.to_owned()), ("active", "true".to_owned())];
        let page = self.get("/prices", &query).await?;
        match page["data"].as_array().and_then(|items| items.first()) {
            Some(price) => id_of(price),
            None => {
                let price = self.post("/prices", &price_form(draft), &format!("price-{}", draft.price_id)).await?;
                id_of(&price)
            }
        }
    }

    /// Takes a price off sale there: nobody new can buy it, who pays it already goes on. One that is gone is off sale.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn archive_price(&self, gateway_price_id: &str) -> Result<(), GatewayError> {
        let path = format!("/prices/{gateway_price_id}");
        let form = vec![("active", "false".to_owned())];
        match self.post(&path, &form, &format!("price-archive-{gateway_price_id}")).await {
            Ok(_) | Err(GatewayError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn price_form(draft: &PriceDraft<'_>) -> Parameters<'static> {
    let mut form = vec![
        ("currency", draft.money.currency.as_str().to_ascii_lowercase()),
        ("lookup_key", draft.price_id.to_owned()),
        ("metadata[masthead_price]", draft.price_id.to_owned()),
        ("nickname", draft.nickname.to_owned()),
        ("product", draft.product_id.to_owned()),
        // One that was archived by hand lets go of its name.
        ("transfer_lookup_key", "true".to_owned()),
        ("unit_amount", draft.money.amount_minor.to_string()),
    ];
    form.extend(interval_word(draft.interval).map(|word| ("recurring[interval]", word.to_owned())));
    form.extend(tax_word(draft.tax).map(|word| ("tax_behavior", word.to_owned())));
    form
}

/// The gateway's word for how often a price is billed; none for once.
pub(super) fn interval_word(interval: Interval) -> Option<&'static str> {
    match interval {
        Interval::Month => Some("month"),
        Interval::Year => Some("year"),
        Interval::Once => None,
    }
}

/// The gateway's word for how a price relates to tax; none where there is none.
pub(super) fn tax_word(tax: Tax) -> Option<&'static str> {
    match tax {
        Tax::Inside => Some("inclusive"),
        Tax::OnTop => Some("exclusive"),
        Tax::None => None,
    }
}

fn id_of(object: &Value) -> Result<String, GatewayError> {
    let id = object["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| GatewayError::Unknown("an object without an id".to_owned()))
}
