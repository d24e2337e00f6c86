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
    /// The payer's bank has asked for the payment: it cannot be sent back unless the bank lets go of it.
    #[error("the payer's bank holds the payment until a dispute is decided")]
    Disputed,
    /// It could not be reached, or its answer could not be read: it is not known whether it did what it was asked. Asking
    /// again with the same idempotency key is safe.
    #[error("the payment gateway did not answer as it should: {0}")]
    Unknown(String),
    /// The key is restricted and may not do this.
    #[error("the payment gateway's key may not do this: give the restricted key the permission {permission}")]
    Forbidden {
        /// What the gateway calls the permission that is missing, as far as it says.
        permission: String,
    },
    /// It does not know the key.
    #[error("the payment gateway does not know the key: it was rolled, deleted, or copied in part")]
    UnknownKey,
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
                    401 => Self::UnknownKey,
                    403 => Self::Forbidden { permission: permission(reason.message.as_deref().unwrap_or_default()) },
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

/// The permission that a refusal names: `rak_event_read` and the like. Nothing else of its words is taken.
fn permission(message: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let words = message.split(|letter| !is_part(letter));
    let named: Vec<&str> = words.filter(|word| word.starts_with("rak_") && word.len() > 4).collect();
    if named.is_empty() { "that the call needs".to_owned() } else { named.join(" or ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_permission_is_named_and_nothing_else_of_the_words() {
        let message = "The provided key 'rk_test_*********abc' does not have the required permissions for this endpoint \
                       on account 'acct_1'. Having the 'rak_event_read' permission would allow this request to continue.";
        assert_eq!(permission(message), "rak_event_read");
        assert_eq!(permission("Either 'rak_a_read' or 'rak_a_write' is needed"), "rak_a_read or rak_a_write");
        for silent in ["", "No.", "rak_", "The key rk_test_abc may not"] {
            assert_eq!(permission(silent), "that the call needs");
        }
    }
}
