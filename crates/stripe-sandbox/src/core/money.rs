//! Amounts in minor units: the fee, and how pages write them.

/// The sandbox's processing fee in minor units: 1.5% of the amount, rounded half up, and 25.
pub fn fee(amount_minor: i64) -> i64 {
    (amount_minor * 15 + 500) / 1000 + 25
}

/// A part of an amount, `part` of `whole`, rounded half up.
pub fn share(amount_minor: i64, (part, whole): (i64, i64)) -> i64 {
    let (amount, part, whole) = (i128::from(amount_minor), i128::from(part), i128::from(whole.max(1)));
    // No overflow: the products of two 64-bit numbers fit, and the share is no more than the amount.
    ((amount * part * 2 + whole) / (whole * 2)) as i64
}

/// How many decimals a currency shows.
fn decimals(currency: &str) -> usize {
    match currency {
        "jpy" | "krw" | "vnd" | "clp" | "isk" | "xof" | "xaf" | "ugx" | "rwf" | "pyg" => 0,
        "bhd" | "jod" | "kwd" | "omr" | "tnd" => 3,
        _ => 2,
    }
}

/// An amount as a page shows it: `€7.00`, `¥700`, `12.00 UAH`.
pub fn written(amount_minor: i64, currency: &str) -> String {
    let places = decimals(currency);
    let unit = 10i64.pow(places as u32);
    let sign = if amount_minor < 0 { "−" } else { "" };
    let whole = amount_minor.abs() / unit;
    let rest = amount_minor.abs() % unit;
    let number = if places == 0 { whole.to_string() } else { format!("{whole}.{rest:0places$}") };
    match currency {
        "eur" => format!("{sign}€{number}"),
        "usd" => format!("{sign}${number}"),
        "gbp" => format!("{sign}£{number}"),
        "jpy" => format!("{sign}¥{number}"),
        other => format!("{sign}{number} {}", other.to_uppercase()),
    }
}

/// An amount as somebody types it (`12`, `12.5`, `12,50`), in minor units.
pub fn read_amount(typed: &str, currency: &str) -> Option<i64> {
    let plain = typed.trim().replace(',', ".");
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
    let places = decimals(currency);
    let is_number = !whole.is_empty() && whole.len() <= 9 && rest.len() <= places;
    let digits = format!("{whole}{rest:0<places$}");
    (is_number && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// An amount as somebody would type it: `12.50`.
pub fn typed(amount_minor: i64, currency: &str) -> String {
    let places = decimals(currency);
    let unit = 10i64.pow(places as u32);
    let (whole, rest) = (amount_minor / unit, amount_minor % unit);
    if places == 0 { whole.to_string() } else { format!("{whole}.{rest:0places$}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_round_half_up() {
        assert_eq!(fee(700), 36);
        assert_eq!(fee(1500), 48);
        assert_eq!(fee(0), 25);
    }

    #[test]
    fn shares_round_half_up() {
        assert_eq!(share(700, (1, 2)), 350);
        assert_eq!(share(701, (1, 2)), 351);
        assert_eq!(share(700, (0, 5)), 0);
        assert_eq!(share(1000, (1, 3)) + share(1000, (2, 3)), 1000);
    }

    #[test]
    fn reads_what_is_typed() {
        assert_eq!(
            ["12", "12.5", " 12,50 ", "0.05"].map(|text| read_amount(text, "eur")),
            [1200, 1250, 1250, 5].map(Some)
        );
        assert!(["", ".5", "12.505", "-1", "1e3", "1 000"].iter().all(|text| read_amount(text, "eur").is_none()));
        assert_eq!((read_amount("700", "jpy"), read_amount("7.5", "jpy")), (Some(700), None));
        assert_eq!((typed(1250, "eur"), typed(700, "jpy")), ("12.50".to_owned(), "700".to_owned()));
    }

    #[test]
    fn writes_amounts() {
        assert_eq!(written(700, "eur"), "€7.00");
        assert_eq!(written(700, "jpy"), "¥700");
        assert_eq!(written(-1250, "uah"), "−12.50 UAH");
    }
}
