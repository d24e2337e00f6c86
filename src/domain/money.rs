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

impl Currency {
    /// The currencies of a country, by the two letters of its ISO 3166 code in either case; none for what is no country.
    pub fn list_of_country(code: &str) -> Vec<Self> {
        let Ok(country) = code.to_ascii_uppercase().parse::<iso_currency::Country>() else { return Vec::new() };
        let all = iso_currency::Currency::from_country(country);
        all.into_iter().filter_map(|currency| Self::parse(currency.code()).ok()).collect()
    }

    /// Reads an amount as people type it, "12", "12.50" or "12,50", into minor units; none when it is not one.
    pub fn parse_amount(&self, text: &str) -> Option<i64> {
        let text = text.trim();
        let (whole, rest) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let digits = usize::try_from(self.exponent()).ok()?;
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        // A separator with three digits after it may be one of thousands: nobody guesses with money.
        let is_amount = !whole.is_empty() && whole.len() <= 12 && plain(whole) && plain(rest) && rest.len() <= digits;
        if !is_amount || (rest.is_empty() && whole.len() != text.len()) {
            return None;
        }
        format!("{whole}{rest:0<digits$}").parse().ok()
    }

    /// How many decimals its amounts have: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(&self) -> u32 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "JPY" | "KMF" | "KRW" | "MGA" | "PYG" | "RWF" | "VND" | "VUV" | "XAF"
            | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }

    /// Minor units as a plain decimal number, for machines and bookkeepers: `-1234` of EUR is `-12.34`.
    pub fn decimal(&self, amount_minor: i128) -> String {
        let (sign, amount) = (if amount_minor < 0 { "-" } else { "" }, amount_minor.unsigned_abs());
        let width = self.exponent() as usize;
        if width == 0 {
            return format!("{sign}{amount}");
        }
        let unit = 10_u128.pow(self.exponent());
        format!("{sign}{}.{:0width$}", amount / unit, amount % unit)
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
    fn a_decimal_has_the_currencys_own_places() {
        let decimal = |amount_minor, code| Currency::parse(code).unwrap().decimal(amount_minor);
        assert_eq!(decimal(-1_234, "EUR"), "-12.34");
        assert_eq!(
            (decimal(5, "EUR"), decimal(-5, "EUR"), decimal(0, "EUR")),
            ("0.05".into(), "-0.05".into(), "0.00".into())
        );
        assert_eq!((decimal(700, "JPY"), decimal(-7_005, "KWD")), ("700".to_owned(), "-7.005".to_owned()));
    }

    #[test]
    fn an_amount_is_read_as_people_type_it_and_never_guessed() {
        let read = |text: &str, code| Currency::parse(code).unwrap().parse_amount(text);
        for (text, minor) in [("12", 1_200), ("12.5", 1_250), (" 12,50 ", 1_250), ("0.05", 5), ("007", 700)] {
            assert_eq!(read(text, "EUR"), Some(minor), "{text}");
        }
        for text in ["", "-1", "1.000", "1,000", "12.345", "12.", ".5", "1 000", "€12", "1e3", "1.2.3", "9999999999999"]
        {
            assert_eq!(read(text, "EUR"), None, "{text}");
        }
        assert_eq!((read("700", "JPY"), read("7.5", "JPY"), read("7.005", "KWD")), (Some(700), None, Some(7_005)));
    }

    #[test]
    fn a_country_has_its_currencies() {
        let codes = |code: &str| Currency::list_of_country(code).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((codes("PT"), codes("ua")), (vec!["EUR".to_owned()], vec!["UAH".to_owned()]));
        assert_eq!(codes("US")[0], "USD");
        for code in ["", "XX", "T1", "EUR", "Portugal"] {
            assert!(codes(code).is_empty(), "{code}");
        }
    }

    #[test]
    fn a_code_is_three_letters_in_either_case() {
        assert_eq!(Currency::parse("eur").unwrap().as_str(), "EUR");
        for text in ["", "EU", "EURO", "E1R", "€"] {
            assert_eq!(Currency::parse(text), Err(CurrencyError), "{text}");
        }
    }
}
