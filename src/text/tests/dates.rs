//! Days and deadlines.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::text::Library;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

#[test]
fn midnight_belongs_to_the_day_before() {
    let texts = Library::shared().english();
    let now = at("2025-11-23T09:00:00Z");
    let deadline = |time: &str, place: &str| texts.deadline(at(time), &zone(place), now);
    assert_eq!(deadline("2025-12-31T22:00:00Z", "Europe/Kyiv"), "31 December, midnight in Kyiv");
    assert_eq!(deadline("2026-01-01T00:00:00Z", "Europe/Lisbon"), "31 December, midnight in Lisbon");
    assert_eq!(deadline("2025-12-31T18:00:00Z", "Europe/Lisbon"), "31 December, 18:00 in Lisbon");
    assert_eq!(deadline("2026-02-01T00:00:00Z", "UTC"), "31 January 2026, midnight UTC");
    assert_eq!(deadline("2025-12-01T05:30:00Z", "America/New_York"), "1 December, 00:30 in New York");
}

#[test]
fn what_ends_at_midnight_ends_with_the_day_before() {
    let texts = Library::shared().english();
    let (lisbon, now) = (zone("Europe/Lisbon"), at("2026-11-23T09:00:00Z"));
    assert_eq!(texts.last_day(at("2027-02-01T00:00:00Z"), &lisbon, now), "31 January 2027");
    assert_eq!(texts.last_day(at("2027-02-01T00:01:00Z"), &lisbon, now), "1 February 2027");
    assert_eq!(texts.last_day(at("2026-12-01T09:00:00Z"), &lisbon, now), "1 December");
}

#[test]
fn a_day_has_its_year_only_in_another_year() {
    let texts = Library::shared().english();
    let (lisbon, now) = (zone("Europe/Lisbon"), at("2026-11-23T09:00:00Z"));
    assert_eq!(texts.day(at("2026-12-31T12:00:00Z"), &lisbon, now), "31 December");
    assert_eq!(texts.day(at("2027-01-14T12:00:00Z"), &lisbon, now), "14 January 2027");
    assert_eq!(texts.full_day(at("2026-11-23T09:00:00Z"), &lisbon), "23 November 2026");
    assert_eq!(texts.moment(now, &zone("Europe/Kyiv"), now), "23 November, 11:00 in Kyiv");
}

#[test]
fn days_of_the_month_are_ordinals() {
    let texts = Library::shared().english();
    let written: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 31].map(|day| texts.day_of_month(day)).into();
    let expected =
        ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "30th", "31st"].map(String::from);
    assert_eq!(written, expected);
}

proptest! {
    /// Whatever the moment and the place: the day named is the local one, or for local midnight the one before.
    #[test]
    fn a_deadline_names_the_last_day_of_the_window(
        second in 1_700_000_000_i64..2_000_000_000,
        place in prop::sample::select(vec!["Europe/Kyiv", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
    ) {
        let texts = Library::shared().english();
        let end = Timestamp::from_second(second / 900 * 900).expect("a time");
        let zone = zone(place);
        let words = texts.deadline(end, &zone, end);
        let last = end.checked_sub(jiff::SignedDuration::from_secs(1)).expect("a time");
        let midnight = words.contains("midnight");
        let day = if midnight { last } else { end };
        prop_assert!(words.starts_with(&texts.day(day, &zone, end)), "{words}");
        let local = end.to_zoned_datetime(zone);
        prop_assert_eq!(midnight, local.hour() == 0 && local.minute() == 0);
    }
}
