//! Moments and lengths of time.
//!
//! A [`Moment`] is milliseconds since 1970 in UTC. Which clock it came from, the wall's or the newsroom's business
//! clock, is said by whoever takes it.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds in one second.
pub const SECOND_MILLIS: i64 = 1_000;
/// Milliseconds in one hour.
pub const HOUR_MILLIS: i64 = 3_600 * SECOND_MILLIS;
/// Milliseconds in one day of 24 hours.
pub const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;

/// A point in time: milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// Why a text is not a moment.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a time in RFC 3339, such as 2026-11-23T09:00:00Z")]
pub struct MomentError;

impl Moment {
    /// From milliseconds since 1970 in UTC.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since 1970 in UTC, as payment gateways and tokens count.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND_MILLIS))
    }

    /// Milliseconds since 1970 in UTC.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970 in UTC, cut down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND_MILLIS)
    }

    /// This moment moved by a number of milliseconds, which may be negative.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This moment moved by a number of seconds, which may be negative.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_millis(seconds.saturating_mul(SECOND_MILLIS))
    }

    /// The moment `months` months of the calendar later, in UTC: the same day, or the month's last.
    pub fn plus_months(self, months: i64) -> Self {
        let later = self.in_zone("UTC").checked_add(jiff::Span::new().months(months.clamp(0, 1_200)));
        // Only the end of the calendar has nothing after it.
        later.map_or(self, |zoned| Self(zoned.timestamp().as_millisecond()))
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` is later.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339 with any offset, or a local time with a zone in brackets (`2026-12-31T24:00[Europe/Lisbon]`
    /// is not allowed; write the next day's midnight).
    ///
    /// # Errors
    /// [`MomentError`] when the text is neither.
    pub fn parse(text: &str) -> Result<Self, MomentError> {
        if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
            return Ok(Self(timestamp.as_millisecond()));
        }
        text.parse::<jiff::ZonedDateTime>()
            .map(|zoned| Self(zoned.timestamp().as_millisecond()))
            .map_err(|_| MomentError)
    }

    /// The same moment as the calendar library has it.
    pub fn timestamp(self) -> jiff::Timestamp {
        // Out of jiff's range is beyond the year 9999 or before -9999: shown as the end of that range.
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }

    /// The same moment on the clocks of a time zone; UTC when the zone is unknown.
    pub fn in_zone(self, time_zone: &str) -> jiff::ZonedDateTime {
        let zone = jiff::tz::TimeZone::get(time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
        self.timestamp().to_zoned_datetime(zone)
    }
}

/// The first moment of a day of the calendar in a time zone; UTC's when the zone is unknown.
pub fn day_begins(date: jiff::civil::Date, time_zone: &str) -> Moment {
    let zone = jiff::tz::TimeZone::get(time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    // Only the last day that the calendar library knows has no such moment.
    date.to_zoned_datetime(zone).map_or(Moment(i64::MAX), |zoned| Moment(zoned.timestamp().as_millisecond()))
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC, with milliseconds only when there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A half-open stretch of time, `[from, until)`; open-ended when `until` is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first moment inside.
    pub from: Moment,
    /// The first moment outside.
    pub until: Option<Moment>,
}

impl Window {
    /// Whether a moment lies inside.
    pub fn contains(&self, moment: Moment) -> bool {
        self.from <= moment && self.until.is_none_or(|until| moment < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_offsets_and_zones_as_the_same_moment() {
        let utc = Moment::parse("2025-12-31T22:00:00Z").unwrap();
        assert_eq!(Moment::parse("2026-01-01T00:00:00+02:00").unwrap(), utc);
        assert_eq!(Moment::parse("2026-01-01T00:00:00[Europe/Kyiv]").unwrap(), utc);
        assert_eq!(utc.to_string(), "2025-12-31T22:00:00Z");
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in ["", "tomorrow", "2026-13-01T00:00:00Z", "2026-11-23"] {
            assert_eq!(Moment::parse(text), Err(MomentError), "{text}");
        }
    }

    #[test]
    fn a_window_holds_its_first_moment_and_not_its_last() {
        let window = Window { from: Moment::from_millis(5), until: Some(Moment::from_millis(9)) };
        assert!(window.contains(Moment::from_millis(5)));
        assert!(window.contains(Moment::from_millis(8)));
        assert!(!window.contains(Moment::from_millis(9)));
        assert!(!window.contains(Moment::from_millis(4)));
    }
}
