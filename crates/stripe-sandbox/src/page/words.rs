//! Amounts, intervals and times in words.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use crate::core::{json::Peek, money::written};

/// `€7.00 a month`, `€10.00 every 3 months`, `€5.00` for a one-time price.
pub fn amount_and_interval(amount_minor: i64, price: &Value) -> String {
    let amount = written(amount_minor, price.str("currency"));
    let recurring = price.at("recurring");
    match (recurring.text("interval"), recurring.int("interval_count")) {
        (None, _) => amount,
        (Some("hour"), 1) => format!("{amount} an hour"),
        (Some(unit), 0 | 1) => format!("{amount} a {unit}"),
        (Some(unit), count) => format!("{amount} every {count} {unit}s"),
    }
}

/// `23 November 2026`
pub fn date(unix_seconds: i64) -> String {
    at(unix_seconds, "%-d %B %Y")
}

/// `23 Nov 2026, 13:05:09`
pub fn short_date_time(unix_seconds: i64) -> String {
    at(unix_seconds, "%-d %b %Y, %H:%M:%S")
}

/// `23 November 2026, 13:05:09 UTC`
pub fn date_time(unix_seconds: i64) -> String {
    at(unix_seconds, "%-d %B %Y, %H:%M:%S UTC")
}

fn at(unix_seconds: i64, format: &str) -> String {
    let time = Timestamp::from_second(unix_seconds).unwrap_or_default().to_zoned_datetime(TimeZone::UTC);
    time.strftime(format).to_string()
}

/// The year and month of a time, in UTC.
pub fn year_and_month(unix_seconds: i64) -> (i64, i64) {
    let time = Timestamp::from_second(unix_seconds).unwrap_or_default().to_zoned_datetime(TimeZone::UTC);
    (i64::from(time.year()), i64::from(time.month()))
}
