//! How the paper writes numbers, sums, days and deadlines.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The Ledger's first number appeared on this day.
const FOUNDED: Date = jiff::civil::date(1871, 3, 4);

/// Text made safe inside HTML elements and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}

/// `24601` as `24,601`.
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if value < 0 { format!("−{grouped}") } else { grouped }
}

/// A sum in words: `€7`, `€7.50`, `CHF 7`. Minor units are hundredths unless the currency has none.
pub fn money(amount_minor: i64, currency: &str) -> String {
    let (whole, rest) = if matches!(currency, "JPY" | "KRW" | "CLP" | "ISK") {
        (amount_minor, 0)
    } else {
        (amount_minor / 100, amount_minor % 100)
    };
    let sum = if rest == 0 { number(whole) } else { format!("{}.{rest:02}", number(whole)) };
    match currency {
        "EUR" => format!("€{sum}"),
        "GBP" => format!("£{sum}"),
        "USD" => format!("${sum}"),
        _ => format!("{currency} {sum}"),
    }
}

/// `23 November 2026`.
pub fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `Monday 23 November 2026`.
pub fn weekday(date: Date) -> String {
    date.strftime("%A %-d %B %Y").to_string()
}

/// The running number of the issue that appears on this day.
pub fn issue_number(date: Date) -> String {
    number(date.since(FOUNDED).map_or(1, |span| i64::from(span.get_days()) + 1))
}

/// `by 31 December, midnight in Lisbon`: the end of a half-open window, said as people say it.
/// `None` when the time or the zone cannot be read.
pub fn deadline(ends_at: &str, zone: &str) -> Option<String> {
    let end: Timestamp = ends_at.parse().ok()?;
    let local = end.to_zoned_datetime(TimeZone::get(zone).ok()?);
    let place = zone.rsplit('/').next().unwrap_or(zone).replace('_', " ");
    if local.time() == Time::midnight() {
        let last_day = local.date().checked_sub(1.day()).ok()?;
        return Some(format!("by {}, midnight in {place}", last_day.strftime("%-d %B")));
    }
    Some(format!("by {} in {place}", local.strftime("%-d %B, %H:%M")))
}

/// `1 September`: the day of the first moment, there.
pub fn first_day(starts_at: &str, zone: &str) -> Option<String> {
    let start: Timestamp = starts_at.parse().ok()?;
    Some(start.to_zoned_datetime(TimeZone::get(zone).ok()?).strftime("%-d %B").to_string())
}

/// `Town Hall` as `/sections/town-hall`.
pub fn section_path(section: &str) -> String {
    format!("/sections/{}", section.to_lowercase().replace(' ', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (value, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (24_601, "24,601"), (-1_234_567, "−1,234,567")]
        {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn sums_carry_their_currency() {
        assert_eq!(money(700, "EUR"), "€7");
        assert_eq!(money(750, "EUR"), "€7.50");
        assert_eq!(money(123_405, "CHF"), "CHF 1,234.05");
        assert_eq!(money(700, "JPY"), "JPY 700");
    }

    #[test]
    fn deadlines_are_said_with_their_place() {
        assert_eq!(
            deadline("2027-01-01T00:00:00Z", "Europe/Lisbon").as_deref(),
            Some("by 31 December, midnight in Lisbon")
        );
        assert_eq!(
            deadline("2025-12-31T22:00:00Z", "Europe/Kyiv").as_deref(),
            Some("by 31 December, midnight in Kyiv")
        );
        assert_eq!(
            deadline("2026-12-31T17:30:00Z", "America/New_York").as_deref(),
            Some("by 31 December, 12:30 in New York")
        );
        assert_eq!(deadline("soon", "Europe/Kyiv"), None);
        assert_eq!(deadline("2027-01-01T00:00:00Z", "Nowhere/Town"), None);
    }

    #[test]
    fn the_first_number_is_one() {
        assert_eq!(issue_number(FOUNDED), "1");
        assert_eq!(issue_number(jiff::civil::date(2026, 11, 23)), "56,878");
    }
}
