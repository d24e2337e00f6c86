//! Whether the gateway can be reached with our key.

use super::{GatewayError, PaymentGateway};

/// The version of the gateway's API that everything here is written for.
pub fn api_version() -> &'static str {
    stripe_shared::version::VERSION.as_str()
}

impl PaymentGateway {
    /// Asks for one price: the key is accepted, and may read what we sell. Nothing is changed.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn check(&self) -> Result<(), GatewayError> {
        let request = stripe_product::price::ListPrice::new().limit(1);
        self.read(&request).await.map(|_| ())
    }
}
