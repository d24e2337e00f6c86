//! How the service is paid.

use serde::Deserialize;
use url::Url;

/// How the service is paid.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentsConfig {
    /// Stripe's API; empty means Stripe itself.
    pub api_url: String,
    /// The secret key.
    pub secret_key: String,
    /// Whether real money is meant: a key of the other kind is refused.
    pub live: bool,
    /// Origins of the gateway's own pages, which our forms lead to.
    pub page_origins: Vec<Url>,
    /// The signing secrets of the webhook endpoint.
    pub webhook_secrets: Vec<String>,
    /// Whether the gateway works out tax and asks for VAT ids.
    pub tax: bool,
    /// Whether payers may enter promotion codes at the gateway.
    pub promotion_codes: bool,
    /// The sandbox whose clock business goes by: for commands beside the demonstration. No setting.
    #[serde(skip)]
    pub sandbox: Option<Url>,
}

impl PaymentsConfig {
    /// The address of Stripe's API, if it is another.
    pub fn api_url(&self) -> Option<&str> {
        Some(self.api_url.as_str()).filter(|url| !url.is_empty())
    }

    /// Origins that our forms lead to: the gateway's pages, or those of whatever stands in for it.
    pub fn form_origins(&self) -> Vec<String> {
        let stand_in = self.api_url().and_then(|url| Url::parse(url).ok());
        self.page_origins.iter().chain(&stand_in).map(|url| url.origin().ascii_serialization()).collect()
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
