//! Whose key it is.

use super::{GatewayError, PaymentGateway};

/// The account at the gateway, and its mode: ids of one are worth nothing in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayAccount {
    /// The account's id; none when a restricted key may not say.
    pub id: Option<String>,
    /// Whether real money is meant.
    pub is_live: bool,
}

impl PaymentGateway {
    /// Asks whose key it is, once: a start waits for it, and the next one asks again.
    ///
    /// # Errors
    /// [`GatewayError`]; a restricted key that may not read the account is no error.
    pub async fn fetch_account(&self) -> Result<GatewayAccount, GatewayError> {
        let id = match self.get_once("/account").await {
            Ok(account) => account["id"].as_str().map(str::to_owned),
            Err(GatewayError::Forbidden { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(GatewayAccount { id, is_live: self.is_live() })
    }
}
