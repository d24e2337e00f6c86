//! The account's balance transactions, page by page: what the payment service's own books say.

use serde_json::Value;

use super::{GatewayError, PaymentGateway};
use crate::domain::{
    ledger_check::Booked,
    money::{Currency, Money},
    time::{Moment, Window},
};

/// The most that the gateway gives at once.
const PAGE: &str = "100";

/// Some balance transactions, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedPage {
    /// What they say.
    pub booked: Vec<Booked>,
    /// Where the next, older page begins; none when this is the last.
    pub next: Option<String>,
}

impl PaymentGateway {
    /// Lists the account's balance transactions of a stretch of time, after (that is: older than) the one named `after`.
    ///
    /// # Errors
    /// [`GatewayError`]; [`GatewayError::Unknown`] too when one of them cannot be read: nothing is passed over in books.
    pub async fn list_booked(&self, window: &Window, after: Option<&str>) -> Result<BookedPage, GatewayError> {
        let mut query = vec![("limit", PAGE.to_owned()), ("created[gte]", ceiling_seconds(window.from).to_string())];
        query.extend(window.until.map(|until| ("created[lt]", ceiling_seconds(until).to_string())));
        query.extend(after.map(|id| ("starting_after", id.to_owned())));
        let page = self.get("/balance_transactions", &query).await?;
        let items = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let booked = items.iter().map(|item| read(item).ok_or_else(unreadable)).collect::<Result<Vec<_>, _>>()?;
        let has_more = page["has_more"] == Value::Bool(true);
        let next = booked.last().filter(|_| has_more).map(|last| last.balance_transaction_id.clone());
        Ok(BookedPage { booked, next })
    }

    /// The charge that an object is about: a charge itself, a refund, a dispute; none for what is about no payment.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn find_charge_of(&self, source: &str) -> Result<Option<String>, GatewayError> {
        let path = match source.split_once('_').map_or("", |(prefix, _)| prefix) {
            "ch" | "py" => return Ok(Some(source.to_owned())),
            "re" | "pyr" => format!("/refunds/{source}"),
            "dp" | "du" => format!("/disputes/{source}"),
            _ => return Ok(None),
        };
        match self.get(&path, &Vec::new()).await {
            Ok(object) => Ok(object["charge"].as_str().map(str::to_owned)),
            Err(GatewayError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The gateway counts in whole seconds: the first one that is not before a moment.
fn ceiling_seconds(at: Moment) -> i64 {
    at.plus_millis(999).seconds()
}

fn unreadable() -> GatewayError {
    GatewayError::Unknown("a balance transaction could not be read".to_owned())
}

fn read(item: &Value) -> Option<Booked> {
    let currency = Currency::parse(item["currency"].as_str()?).ok()?;
    Some(Booked {
        balance_transaction_id: item["id"].as_str()?.to_owned(),
        kind: item["reporting_category"].as_str().or(item["type"].as_str()).unwrap_or("other").to_owned(),
        source_ref: item["source"].as_str().map(str::to_owned),
        gross: Money { amount_minor: item["amount"].as_i64()?, currency },
        fee_minor: item["fee"].as_i64()?,
        net_minor: item["net"].as_i64()?,
        created_at: Moment::from_seconds(item["created"].as_i64()?),
    })
}
