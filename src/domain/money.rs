//! Money: whole minor units and an ISO 4217 currency. Never a fraction, never a float.

use std::fmt;

use serde::{Serialize, Serializer};

/// A currency by its ISO 4217 code, three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Why a text is not a currency.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a currency code of three letters, such as EUR")]
pub struct CurrencyError;

impl Currency {
    /// Reads a code in either case.
    ///
    /// # Errors
    /// [`CurrencyError`] unless there are exactly three ASCII letters.
    pub fn parse(text: &str) -> Result<Self, CurrencyError> {
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| CurrencyError)?;
        if bytes.iter().all(u8::is_ascii_alphabetic) {
            Ok(Self(bytes.map(|b| b.to_ascii_uppercase())))
        } else {
            Err(CurrencyError)
        }
    }

    /// The code in capitals.
    pub fn as_str(&self) -> &str {
        // Three ASCII letters: always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// In the currency's minor unit: cents for EUR, whole yen for JPY.
    pub amount_minor: i64,
    /// The currency.
    pub currency: Currency,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_three_letters_in_either_case() {
        assert_eq!(Currency::parse("eur").unwrap().as_str(), "EUR");
        for text in ["", "EU", "EURO", "E1R", "€"] {
            assert_eq!(Currency::parse(text), Err(CurrencyError), "{text}");
        }
    }
}
