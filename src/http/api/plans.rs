//! `GET /v1/plans`: the catalogue.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use schemars::JsonSchema;
use serde::Serialize;

use super::paging;
use crate::{
    domain::{
        id::{PlanId, PriceId},
        plan::{Interval, Price, Tax},
    },
    flow::read_plans::Offer,
    http::{Problem, State},
};

/// A plan as the API tells it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Plan", deny_unknown_fields)]
pub struct PlanBody {
    id: PlanId,
    slug: String,
    title: String,
    description: String,
    /// The gates that it opens, by slug.
    gates: Vec<String>,
    prices: Vec<PriceBody>,
}

/// A price as the API tells it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Price", deny_unknown_fields)]
pub struct PriceBody {
    id: PriceId,
    /// In minor units: cents of a euro.
    amount_minor: i64,
    /// ISO 4217.
    #[schemars(extend("pattern" = "^[A-Z]{3}$"))]
    currency: String,
    interval: Interval,
    tax: Tax,
    /// Within which bounds the payer chooses the amount; left out where it is fixed. `amount_minor` is then what is proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    own_amount: Option<OwnAmountBody>,
    /// For how many months a payment made once opens the plan's gates; left out where it opens none, and where it is billed by
    /// month or year.
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_months: Option<i64>,
}

/// Between which amounts a payer chooses, in minor units.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OwnAmount", deny_unknown_fields)]
pub struct OwnAmountBody {
    minimum_minor: i64,
    maximum_minor: i64,
    /// What the newsroom suggests, rising.
    suggestions_minor: Vec<i64>,
}

impl From<&Price> for PriceBody {
    fn from(price: &Price) -> Self {
        Self {
            id: price.id.clone(),
            amount_minor: price.money.amount_minor,
            currency: price.money.currency.to_string(),
            interval: price.interval,
            tax: price.tax,
            own_amount: price.own_amount.as_ref().map(|own| OwnAmountBody {
                minimum_minor: own.minimum_minor,
                maximum_minor: own.maximum_minor,
                suggestions_minor: own.suggestions_minor.clone(),
            }),
            opens_months: price.opens_months,
        }
    }
}

impl From<Offer> for PlanBody {
    fn from(offer: Offer) -> Self {
        Self {
            prices: offer.prices.iter().map(PriceBody::from).collect(),
            id: offer.plan.id,
            slug: offer.plan.slug,
            title: offer.plan.title,
            description: offer.plan.description,
            gates: offer.plan.gates,
        }
    }
}

/// The plans on sale with their prices and the gates they open.
///
/// # Errors
/// `invalid_input` for a wrong limit or cursor.
pub async fn list(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let offers = state.counters.offers().to_vec();
    let key = |offer: &Offer| offer.plan.slug.clone();
    let body = paging::page(request.query_string(), offers, key, PlanBody::from)?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=60")).json(body))
}
