//! Billing periods: intervals counted from the anchor, so that the 31st comes back after February.

use jiff::{Span, Timestamp, tz::TimeZone};

/// How often a price bills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// `day`, `week`, `month` or `year`.
    pub unit: String,
    /// How many units make one period.
    pub count: i64,
}

impl Interval {
    /// The first end of a period after `after` (both in unix seconds).
    pub fn next_end(&self, anchor: i64, after: i64) -> i64 {
        let mut step = 1;
        loop {
            let end = self.add(anchor, step);
            if end > after || step > 12_000 {
                return end;
            }
            step += 1;
        }
    }

    /// The anchor and this many periods, in unix seconds; a day that a month lacks becomes its last day.
    fn add(&self, anchor: i64, steps: i64) -> i64 {
        let periods = steps * self.count;
        let span = match self.unit.as_str() {
            "day" => Span::new().try_days(periods),
            "week" => Span::new().try_weeks(periods),
            "year" => Span::new().try_years(periods),
            _ => Span::new().try_months(periods),
        };
        let start = Timestamp::from_second(anchor).unwrap_or_default().to_zoned_datetime(TimeZone::UTC);
        span.and_then(|span| start.checked_add(span)).map_or(i64::MAX, |end| end.timestamp().as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    fn month() -> Interval {
        Interval { unit: "month".into(), count: 1 }
    }

    #[test]
    fn the_31st_becomes_the_last_day_and_comes_back() {
        let anchor = at("2026-01-31T10:00:00Z");
        let february = month().next_end(anchor, anchor);
        assert_eq!(february, at("2026-02-28T10:00:00Z"));
        assert_eq!(month().next_end(anchor, february), at("2026-03-31T10:00:00Z"));
    }

    #[test]
    fn a_leap_day_yearly() {
        let anchor = at("2028-02-29T00:00:00Z");
        let year = Interval { unit: "year".into(), count: 1 };
        assert_eq!(year.next_end(anchor, anchor), at("2029-02-28T00:00:00Z"));
        assert_eq!(year.next_end(anchor, at("2031-03-01T00:00:00Z")), at("2032-02-29T00:00:00Z"));
    }

    #[test]
    fn every_three_weeks() {
        let anchor = at("2026-11-01T00:00:00Z");
        assert_eq!(Interval { unit: "week".into(), count: 3 }.next_end(anchor, anchor), at("2026-11-22T00:00:00Z"));
    }
}
