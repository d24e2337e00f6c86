//! High water at Saltmarsh Quay, as the harbour office would compute it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A high water to count from: 09:18 on 1 January 2026.
const KNOWN_HIGH_WATER: Timestamp = Timestamp::constant(1_767_259_080, 0);
/// The moon brings the next one after 12 hours, 25 minutes and 14 seconds.
const BETWEEN_SECONDS: i64 = 44_714;

/// The high waters of a day in the given zone, as `06:41`; one or two of them.
pub fn high_waters(day: Date, zone: &TimeZone) -> Vec<String> {
    let Ok(midnight) = day.to_zoned_datetime(zone.clone()) else { return Vec::new() };
    let since = midnight.timestamp().duration_since(KNOWN_HIGH_WATER).as_secs();
    let first = -(-since).div_euclid(BETWEEN_SECONDS);
    let tides = (first..).map(|turn| KNOWN_HIGH_WATER + SignedDuration::from_secs(turn * BETWEEN_SECONDS));
    let local = tides.map(|tide| tide.to_zoned_datetime(zone.clone())).take_while(|tide| tide.date() == day);
    local.map(|tide| tide.strftime("%H:%M").to_string()).collect()
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_known_high_water_is_in_its_day() {
        assert_eq!(high_waters(date(2026, 1, 1), &TimeZone::UTC), ["09:18", "21:43"]);
    }

    #[test]
    fn every_day_has_one_or_two_and_no_day_more() {
        let lisbon = TimeZone::get("Europe/Lisbon").expect("a zone");
        let days = (0..400).map(|n| date(2025, 12, 1) + n.days());
        let counts: Vec<usize> = days.map(|day| high_waters(day, &lisbon).len()).collect();
        assert!(counts.iter().all(|count| matches!(count, 1 | 2)), "{counts:?}");
        // 400 days and 35 times 25 minutes of delay a day leave about 773 of them.
        let total: usize = counts.iter().sum();
        assert!((771..=775).contains(&total), "{total}");
    }
}
