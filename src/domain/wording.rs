//! Words that several commands say alike: numbers with what they count, days, columns.

use std::fmt;

use super::time::{Moment, day_begins};

/// A number with what it counts: `1 row`, `2 rows`.
pub fn counted<N: fmt::Display + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let name = if number == N::from(1) { one } else { many };
    format!("{number} {name}")
}

/// Until when something holds, in a time zone: by its last day, as staff write it down, or to the second when it ends within a day.
pub fn until(end: Moment, time_zone: &str) -> String {
    let date = end.in_zone(time_zone).date();
    match date.yesterday() {
        Ok(last) if day_begins(date, time_zone) == end => format!("until the end of {last}"),
        _ => format!("until {end}"),
    }
}

/// Lines whose cells stand below each other, two blanks apart; the last cell of a line is as long as it is.
pub fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        assert_eq!([0_i64, 1, 2].map(|number| counted(number, "row", "rows")), ["0 rows", "1 row", "2 rows"]);
    }

    #[test]
    fn an_end_at_midnight_is_the_day_before() {
        let end = |text| Moment::parse(text).unwrap();
        assert_eq!(until(end("2027-02-01T00:00:00Z"), "Europe/Lisbon"), "until the end of 2027-01-31");
        assert_eq!(until(end("2027-01-31T22:00:00Z"), "Europe/Kyiv"), "until the end of 2027-01-31");
        assert_eq!(until(end("2027-01-31T22:00:00Z"), "Europe/Lisbon"), "until 2027-01-31T22:00:00Z");
    }

    #[test]
    fn cells_stand_below_each_other() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let lines = aligned(&[row(["a", "€1", "x"]), row(["bcd", "€20", ""])]);
        assert_eq!(lines, ["a    €1   x", "bcd  €20"]);
    }
}
