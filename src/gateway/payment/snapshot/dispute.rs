//! Disputes: how they stand, and the money that they moved.

use serde_json::Value;

use crate::{
    domain::{
        payment::{Dispute, DisputeStatus},
        time::Moment,
    },
    gateway::payment::{GatewayError, PaymentGateway},
};

/// A dispute as fetched.
pub(in crate::gateway::payment) struct DisputeFetched {
    /// How it stands.
    pub(in crate::gateway::payment) dispute: Dispute,
    /// The gateway's word for how it stands.
    pub(super) word: String,
    /// The balance transactions that it led to, as the gateway has them.
    pub(super) transactions: Vec<Value>,
}

impl PaymentGateway {
    /// All disputes of a `charge` or a `payment_intent`.
    pub(in crate::gateway::payment) async fn fetch_disputes(
        &self,
        of: &str,
        id: &str,
    ) -> Result<Vec<DisputeFetched>, GatewayError> {
        // Nobody's bank asks a hundred times for one payment.
        let query = vec![(of, id.to_owned()), ("limit", super::PAGE.to_string())];
        let page = self.get("/disputes", &query).await?;
        let items = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(items.iter().filter_map(read).collect())
    }
}

fn read(object: &Value) -> Option<DisputeFetched> {
    let word = object["status"].as_str().unwrap_or_default().to_owned();
    let dispute = Dispute {
        gateway_id: object["id"].as_str()?.to_owned(),
        status: status(&word),
        amount_minor: object["amount"].as_i64().unwrap_or(0),
        opened_at: Moment::from_seconds(object["created"].as_i64().unwrap_or(0)),
    };
    let transactions = object["balance_transactions"].as_array().cloned().unwrap_or_default();
    Some(DisputeFetched { dispute, word, transactions })
}

/// A word that is new to us is an open dispute: nothing is open to who may not have paid.
fn status(word: &str) -> DisputeStatus {
    match word {
        "won" => DisputeStatus::Won,
        "lost" => DisputeStatus::Lost,
        "warning_needs_response" | "warning_under_review" | "warning_closed" | "prevented" => DisputeStatus::Inquiry,
        _ => DisputeStatus::Open,
    }
}
