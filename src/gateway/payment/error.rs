//! What the gateway can answer besides objects.

/// Why the gateway did not do what it was asked. The words of the gateway are kept out of `Display`: they may hold addresses.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// There is no such object.
    #[error("the payment gateway has no such object")]
    Missing,
    /// It refused; trying the same again does not help.
    #[error("the payment gateway refused ({code}, status {status})")]
    Refused {
        /// Its stable code, or its type.
        code: String,
        /// The HTTP status.
        status: u16,
    },
    /// It could not be reached, or its answer could not be read: it is not known whether it did what it was asked. Asking
    /// again with the same idempotency key is safe.
    #[error("the payment gateway did not answer as it should: {0}")]
    Unknown(String),
    /// The key or address in the settings is of no use.
    #[error("the payment gateway's settings are of no use: check the key and the address")]
    Setting,
}

impl From<stripe::StripeError> for GatewayError {
    fn from(error: stripe::StripeError) -> Self {
        match error {
            stripe::StripeError::Stripe(reason, status) => {
                let code = reason.code.as_ref().map_or_else(|| reason.type_.to_string(), ToString::to_string);
                match status {
                    404 => Self::Missing,
                    409 | 429 | 500.. => Self::Unknown(format!("{code}, status {status}")),
                    _ => Self::Refused { code, status },
                }
            }
            stripe::StripeError::JSONDeserialize(_) => Self::Unknown("the answer could not be read".to_owned()),
            stripe::StripeError::ClientError(words) => Self::Unknown(words),
            stripe::StripeError::ConfigError(_) => Self::Setting,
            stripe::StripeError::Timeout => Self::Unknown("no answer in time".to_owned()),
        }
    }
}
