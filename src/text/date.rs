//! Dates and deadlines in words.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Texts;

impl Texts {
    /// A day in words: "31 December" in the year of `now`, "31 December 2027" in another.
    pub fn day(&self, at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
        let (date, today) = (at.to_zoned_datetime(zone.clone()).date(), now.to_zoned_datetime(zone.clone()).date());
        self.date(date, date.year() != today.year())
    }

    /// A day in words with its year, for records: "23 November 2026".
    pub fn full_day(&self, at: Timestamp, zone: &TimeZone) -> String {
        self.date(at.to_zoned_datetime(zone.clone()).date(), true)
    }

    /// A moment in words with its place: "23 November, 09:00 in Kyiv".
    pub fn moment(&self, at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
        let local = at.to_zoned_datetime(zone.clone());
        let time = self.clock(local.hour(), local.minute());
        self.say("format-moment")
            .with("day", self.day(at, zone, now))
            .with("time", time)
            .with("place", self.place(zone))
            .text()
    }

    /// A moment in words with its year and place, for records: "23 November 2026, 09:00 in Kyiv".
    pub fn full_moment(&self, at: Timestamp, zone: &TimeZone) -> String {
        let local = at.to_zoned_datetime(zone.clone());
        self.say("format-moment")
            .with("day", self.date(local.date(), true))
            .with("time", self.clock(local.hour(), local.minute()))
            .with("place", self.place(zone))
            .text()
    }

    /// A day of the calendar with its year: "23 November 2026".
    pub fn full_civil_day(&self, date: Date) -> String {
        self.date(date, true)
    }

    /// The last day of a window in words: one that ends at midnight ends with the day before.
    pub fn last_day(&self, until: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
        let local = until.to_zoned_datetime(zone.clone());
        let is_midnight = local.hour() == 0 && local.minute() == 0;
        let last = if is_midnight { jiff::SignedDuration::from_secs(1) } else { jiff::SignedDuration::ZERO };
        self.day(until.checked_sub(last).unwrap_or(until), zone, now)
    }

    /// A deadline in words with its place. A window ends just before its last moment, so midnight belongs to the day before:
    /// 1 January 00:00 in Lisbon → "31 December, midnight in Lisbon".
    pub fn deadline(&self, at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
        let local = at.to_zoned_datetime(zone.clone());
        if local.hour() != 0 || local.minute() != 0 {
            return self.moment(at, zone, now);
        }
        let last_second = at.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(at);
        self.say("format-deadline-midnight")
            .with("day", self.day(last_second, zone, now))
            .with("place", self.place(zone))
            .text()
    }

    /// The day of the month on which something comes again: "the 23rd".
    pub fn day_of_month(&self, day: i8) -> String {
        self.say("format-day-of-month").with_ordinal("day", day).text()
    }

    /// A day of the calendar without its year: "23 November".
    pub fn civil_day(&self, date: Date) -> String {
        self.date(date, false)
    }

    /// A month with its year: "December 2026".
    pub fn month(&self, date: Date) -> String {
        let month = self.say(MONTHS[usize::from(date.month().unsigned_abs()) - 1]).text();
        self.say("format-month-year").with("month", month).with("year", date.year().to_string()).text()
    }

    /// The place a time zone is named after: Europe/Kyiv → "Kyiv". A language file may name it better under `place-europe-kyiv`.
    pub fn place(&self, zone: &TimeZone) -> String {
        let name = zone.iana_name().unwrap_or("UTC");
        if matches!(name, "UTC" | "Etc/UTC" | "Etc/Unknown" | "GMT" | "Etc/GMT") {
            return self.say("place-utc").text();
        }
        let key = format!("place-{}", name.to_ascii_lowercase().replace(['/', '_', '+'], "-"));
        if self.has(&key) {
            return self.say(&key).text();
        }
        let city = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
        self.say("format-place").with("city", city).text()
    }

    fn date(&self, date: Date, with_year: bool) -> String {
        let month = self.say(MONTHS[usize::from(date.month().unsigned_abs()) - 1]).text();
        let key = if with_year { "format-day-year" } else { "format-day" };
        let phrase = self.say(key).with("day", date.day().to_string()).with("month", month);
        if with_year { phrase.with("year", date.year().to_string()).text() } else { phrase.text() }
    }

    fn clock(&self, hour: i8, minute: i8) -> String {
        self.say("format-time").with("hour", format!("{hour:02}")).with("minute", format!("{minute:02}")).text()
    }
}

/// A calendar month is 1 to 12, so the index above is within bounds.
const MONTHS: [&str; 12] = [
    "month-january",
    "month-february",
    "month-march",
    "month-april",
    "month-may",
    "month-june",
    "month-july",
    "month-august",
    "month-september",
    "month-october",
    "month-november",
    "month-december",
];
