//! Whether the outside world is as the settings say: for operators, before anybody depends on it.

use crate::gateway::payment::{GatewayError, PaymentGateway};

pub use crate::gateway::payment::api_version;

/// What the payment gateway said, in an operator's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentsReach {
    /// It answers, and takes the key.
    Reached,
    /// It answers, and does not know the key.
    KeyUnknown,
    /// It answers, and the key may not do what it has to.
    KeyRestricted,
    /// It does not answer as it should.
    Unreached(String),
}

/// Asks the payment gateway with a key; nothing is changed there.
pub async fn payments(secret_key: &str, api_url: Option<&str>) -> PaymentsReach {
    let asked = match PaymentGateway::new(secret_key, api_url) {
        Ok(gateway) => gateway.check().await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(()) => PaymentsReach::Reached,
        Err(GatewayError::Refused { status: 401, .. }) => PaymentsReach::KeyUnknown,
        Err(GatewayError::Refused { status: 403, .. }) => PaymentsReach::KeyRestricted,
        Err(error) => PaymentsReach::Unreached(error.to_string()),
    }
}
