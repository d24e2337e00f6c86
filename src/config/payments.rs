//! How the service is paid.

use serde::Deserialize;

/// How the service is paid.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentsConfig {
    /// Stripe's API; empty means Stripe itself.
    pub api_url: String,
    /// The secret key.
    pub secret_key: String,
    /// The signing secrets of the webhook endpoint.
    pub webhook_secrets: Vec<String>,
}

impl PaymentsConfig {
    /// The address of Stripe's API, if it is another.
    pub fn api_url(&self) -> Option<&str> {
        Some(self.api_url.as_str()).filter(|url| !url.is_empty())
    }

    /// Whether the key is for real money.
    pub fn is_live(&self) -> bool {
        self.secret_key.starts_with("sk_live_") || self.secret_key.starts_with("rk_live_")
    }
}

impl std::fmt::Debug for PaymentsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PaymentsConfig(…)")
    }
}
