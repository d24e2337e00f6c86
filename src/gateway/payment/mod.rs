//! The payment gateway: Stripe, through `async-stripe`. Its objects stop here.
//!
//! Architecture Invariant: nothing outside this folder names a Stripe type. What comes back is put into `domain::payment`.

mod catalogue;
mod checkout;
mod error;
mod money_back;
mod portal;
mod reach;
mod reading;
pub mod signature;
mod snapshot;

use std::{fmt, time::Duration};

pub use catalogue::{PriceDraft, ProductDraft};
pub use checkout::{CheckoutDraft, HostedCheckout, Payer};
pub use error::GatewayError;
pub use reach::api_version;

/// How long one call may take. The library has no limit of its own.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// The name under which our reference stands in the metadata of everything that we make.
const REFERENCE: &str = "masthead_checkout";

/// A connection to the payment gateway. Cheap to clone.
#[derive(Clone)]
pub struct PaymentGateway {
    client: stripe::Client,
}

impl PaymentGateway {
    /// A gateway that uses an API key, at Stripe or at `api_url` (with a trailing slash).
    ///
    /// # Errors
    /// [`GatewayError::Setting`] when the address is none.
    pub fn new(api_key: &str, api_url: Option<&str>) -> Result<Self, GatewayError> {
        let mut builder = stripe::ClientBuilder::new(api_key).timeout(CALL_TIMEOUT);
        if let Some(url) = api_url {
            builder = builder.url(url);
        }
        let client = builder.build().map_err(|_| GatewayError::Setting)?;
        Ok(Self { client })
    }

    /// Sends a request that changes something, once, under an idempotency key that the caller has stored before.
    async fn write<R>(&self, request: &R, key: &str) -> Result<R::Output, GatewayError>
    where
        R: stripe::StripeRequest,
        R::Output: miniserde::Deserialize,
    {
        let key = stripe::IdempotencyKey::new(key).map_err(|_| GatewayError::Setting)?;
        let strategy = stripe::RequestStrategy::Idempotent(key);
        Ok(request.customize().request_strategy(strategy).send(&self.client).await?)
    }

    /// Sends a request that reads something.
    async fn read<R>(&self, request: &R) -> Result<R::Output, GatewayError>
    where
        R: stripe::StripeRequest,
        R::Output: miniserde::Deserialize,
    {
        Ok(request.customize().send(&self.client).await?)
    }
}

impl fmt::Debug for PaymentGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaymentGateway")
    }
}
