//! Moving a subscription from one price to another.

use serde_json::Value;

use super::{GatewayError, PaymentGateway};
use crate::domain::price_move::{MovedBy, TakesHold};

/// The name under which the move that changed it last stands in a subscription's metadata.
pub(super) const MOVE: &str = "masthead_move";

/// A subscription to move. Prices are the gateway's.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The gateway's subscription.
    pub subscription_id: &'a str,
    /// What it has to be billed by.
    pub from: &'a str,
    /// What it is billed by afterwards.
    pub to: &'a str,
    /// The move: stored before the call, and a part of its idempotency key.
    pub by: &'a MovedBy,
}

/// What became of a subscription that was to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveOutcome {
    /// It was moved.
    Moved,
    /// It was there already.
    Already,
    /// It is billed by something else by now.
    Elsewhere,
    /// It has ended.
    Ended,
}

impl PaymentGateway {
    /// Lets a subscription be billed by another price. Safe to repeat.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn move_price(&self, item: &Item<'_>) -> Result<MoveOutcome, GatewayError> {
        let path = format!("/subscriptions/{}", item.subscription_id);
        let found = match self.get(&path, &Vec::new()).await {
            Ok(found) => found,
            Err(GatewayError::Missing) => return Ok(MoveOutcome::Ended),
            Err(error) => return Err(error),
        };
        if found["ended_at"].is_i64() {
            return Ok(MoveOutcome::Ended);
        }
        let Some((item_id, price)) = only_item(&found) else { return Ok(MoveOutcome::Elsewhere) };
        if price == item.to {
            return Ok(MoveOutcome::Already);
        }
        if price != item.from {
            return Ok(MoveOutcome::Elsewhere);
        }
        let proration = match item.by.takes_hold {
            TakesHold::Renewal => "none",
            // Nobody is charged out of turn: the difference waits for the next payment, which is announced.
            TakesHold::Now => "create_prorations",
        };
        let form = vec![
            ("items[0][id]", item_id.to_owned()),
            ("items[0][price]", item.to.to_owned()),
            ("proration_behavior", proration.to_owned()),
            ("metadata[masthead_move]", item.by.word()),
        ];
        self.post(&path, &form, &format!("{}-{}", item.by.id, item.subscription_id)).await?;
        Ok(MoveOutcome::Moved)
    }
}

/// The item of a subscription that has one, with its price.
pub(super) fn only_item(subscription: &Value) -> Option<(&str, &str)> {
    match subscription["items"]["data"].as_array()?.as_slice() {
        [item] => Some((item["id"].as_str()?, item["price"]["id"].as_str()?)),
        _ => None,
    }
}
