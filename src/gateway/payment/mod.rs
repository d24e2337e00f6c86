//! The payment gateway: Stripe, through `async-stripe`. Its objects stop here.
//!
//! Architecture Invariant: nothing outside this folder names a Stripe type. What comes back is put into `domain::payment`.

mod account;
mod balance;
mod catalogue;
mod checkout;
mod error;
mod events;
mod money_back;
mod own_rate;
mod portal;
mod price_move;
mod reach;
mod reading;
pub mod signature;
mod snapshot;
mod sweep;
mod webhook_endpoint;
mod wire;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

pub use account::GatewayAccount;
pub use balance::BookedPage;
pub use catalogue::{PriceDraft, ProductDraft};
pub use checkout::{CheckoutDraft, CheckoutExtras, HostedCheckout, Payer, Priced};
pub use error::GatewayError;
pub use events::{EventPage, ListedEvent};
pub use own_rate::OwnRate;
pub use portal::{PortalKeys, SoldProduct};
pub use price_move::{Item, MoveOutcome};
pub use reach::api_version;
pub use sweep::CustomerPage;
pub use webhook_endpoint::{NewWebhookEndpoint, WebhookEndpoint};

/// How long one call may take. The library has no limit of its own.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// The name under which our reference stands in the metadata of everything that we make.
const REFERENCE: &str = "masthead_checkout";

/// A connection to the payment gateway. Cheap to clone.
#[derive(Clone)]
pub struct PaymentGateway {
    client: stripe::Client,
    is_live: bool,
    key_digest: String,
    /// Percentages of tax rates by their ids, as far as they were asked for.
    tax_rates: Arc<Mutex<BTreeMap<String, String>>>,
}

impl PaymentGateway {
    /// A gateway that uses an API key, at Stripe or at `api_url` (with a trailing slash).
    ///
    /// # Errors
    /// [`GatewayError::Setting`] when the address is none.
    pub fn new(api_key: &str, api_url: Option<&str>) -> Result<Self, GatewayError> {
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        let mut builder = stripe::ClientBuilder::new(api_key)
            .timeout(CALL_TIMEOUT)
            // Lists are read page by page inside the library: what fails on the way is asked once more at once.
            .request_strategy(stripe::RequestStrategy::Retry(2))
            .app_info("Masthead", version, None);
        if let Some(url) = api_url {
            builder = builder.url(url);
        }
        let client = builder.build().map_err(|_| GatewayError::Setting)?;
        let is_live = ["sk_live_", "rk_live_"].iter().any(|prefix| api_key.starts_with(prefix));
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, api_key.as_bytes());
        let key_digest = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { client, is_live, key_digest, tax_rates: Arc::default() })
    }

    /// SHA-256 of the key in hexadecimal: tells one key from another, and nothing about it.
    pub fn key_digest(&self) -> &str {
        &self.key_digest
    }

    /// Whether the key is for real money: every event must agree.
    pub fn is_live(&self) -> bool {
        self.is_live
    }
}

impl fmt::Debug for PaymentGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaymentGateway")
    }
}
