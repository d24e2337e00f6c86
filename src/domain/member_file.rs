//! A file of members from another system: read strictly, every fault by line and column, before anything is written.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::{email::Email, entitlement::Source, member::parse_name};

/// The columns that there are.
const COLUMNS: [&str; 6] = ["email", "name", "plan", "from", "until", "reference"];
/// Those that every file has.
const NEEDED: [&str; 2] = ["email", "plan"];
/// What may stand between two columns.
const SEPARATORS: [u8; 4] = *b",;\t|";
/// The longest reference, in characters.
const REFERENCE_MAX_CHARS: usize = 200;
/// How much of a value a fault repeats, in characters.
const SHOWN_MAX_CHARS: usize = 60;

/// One member of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on, counted from one.
    pub line: u64,
    /// The address.
    pub email: Email,
    /// What they are called.
    pub name: Option<String>,
    /// The plan's slug.
    pub plan: String,
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// The other system's number or words.
    pub reference: Option<String>,
}

/// What is wrong with one value, or with the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// On which line.
    pub line: u64,
    /// In which column; empty for the whole line.
    pub column: String,
    /// What is wrong and what would be right.
    pub words: String,
}

impl RowFault {
    fn new(line: u64, column: &str, words: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), words: words.into() }
    }
}

/// Reads a whole file: a header, then a member a line; UTF-8 with or without a byte order mark; commas, semicolons, tabs or bars.
///
/// # Errors
/// Every fault of the file.
pub fn read(bytes: &[u8], source: Source, plans: &HashSet<String>) -> Result<Vec<Row>, Vec<RowFault>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
        return Err(vec![RowFault::new(1, "", "this is not UTF-8: save the file as \"CSV UTF-8\"")]);
    }
    let mut reader = csv::ReaderBuilder::new().delimiter(separator(bytes)).flexible(true).from_reader(bytes);
    let places = places(reader.byte_headers())?;
    let mut records = Records { places, source, plans, seen: HashMap::new(), faults: Vec::new() };
    let mut rows = Vec::new();
    for record in reader.byte_records() {
        match record {
            Ok(record) => rows.extend(records.row(&record)),
            Err(error) => records.faults.push(RowFault::new(line_of(&error), "", error.to_string())),
        }
    }
    if records.faults.is_empty() { Ok(rows) } else { Err(records.faults) }
}

/// The separator that parts the header into most columns.
fn separator(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let count = |separator: &u8| header.iter().filter(|byte| *byte == separator).count();
    // Of several that do not occur the last one would win: the comma is to.
    SEPARATORS.into_iter().rev().max_by_key(count).unwrap_or(b',')
}

/// Where each column stands.
fn places(header: Result<&csv::ByteRecord, csv::Error>) -> Result<HashMap<&'static str, usize>, Vec<RowFault>> {
    let header = header.map_err(|error| vec![RowFault::new(line_of(&error), "", error.to_string())])?;
    let (mut places, mut faults) = (HashMap::new(), Vec::new());
    for (at, name) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(name).trim().to_lowercase();
        let known = COLUMNS.into_iter().find(|column| *column == name);
        match known {
            None => {
                let words = format!("is no column: {} would be right", COLUMNS.join(", "));
                faults.push(RowFault::new(1, &shown(&name), words));
            }
            Some(column) if places.insert(column, at).is_some() => {
                faults.push(RowFault::new(1, column, "stands there twice: once would be right"));
            }
            Some(_) => {}
        }
    }
    for column in NEEDED.into_iter().filter(|column| !places.contains_key(column)) {
        faults.push(RowFault::new(1, column, "is missing: the first line names the columns"));
    }
    if faults.is_empty() { Ok(places) } else { Err(faults) }
}

fn line_of(error: &csv::Error) -> u64 {
    error.position().map_or(1, csv::Position::line)
}

/// What reading one row after another needs.
struct Records<'a> {
    places: HashMap<&'static str, usize>,
    source: Source,
    plans: &'a HashSet<String>,
    /// On which line an address and a plan stood first.
    seen: HashMap<(String, String), u64>,
    faults: Vec<RowFault>,
}

impl Records<'_> {
    /// Reads a row; none when something in it is wrong, which is noted, or when it is blank.
    fn row(&mut self, record: &csv::ByteRecord) -> Option<Row> {
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|value| value.trim_ascii().is_empty()) {
            return None;
        }
        let faults_before = self.faults.len();
        if record.len() > self.places.len() {
            self.fault(
                line,
                "",
                "has more columns than the first line: is a separator in a value that stands without quotes?",
            );
        }
        let [email, name, plan, from, until, reference] = COLUMNS.map(|column| self.value(record, column, line));
        let parsed_email = Email::parse(&email);
        if let Err(error) = &parsed_email {
            self.fault(line, "email", &format!("{error}: {}", shown(&email)));
        }
        let name = parse_name(&name).unwrap_or_else(|words| {
            self.fault(line, "name", words);
            None
        });
        if !self.plans.contains(&plan) {
            let mut plans: Vec<&str> = self.plans.iter().map(String::as_str).collect();
            plans.sort_unstable();
            self.fault(line, "plan", &format!("{} is no plan: {} would be right", shown(&plan), plans.join(" or ")));
        }
        let (from, until) = (self.date(&from, "from", line), self.date(&until, "until", line));
        self.check_stretch(from, until, line);
        let reference = self.reference(reference, line);
        let email = parsed_email.ok()?;
        self.check_double(&email, &plan, line);
        (self.faults.len() == faults_before).then_some(Row { line, email, name, plan, from, until, reference })
    }

    fn fault(&mut self, line: u64, column: &str, words: &str) {
        self.faults.push(RowFault::new(line, column, words));
    }

    fn value(&mut self, record: &csv::ByteRecord, column: &'static str, line: u64) -> String {
        let bytes = self.places.get(column).and_then(|at| record.get(*at)).unwrap_or_default();
        if std::str::from_utf8(bytes).is_err() {
            self.fault(line, column, "is not UTF-8: save the file as \"CSV UTF-8\"");
        }
        String::from_utf8_lossy(bytes).trim().to_owned()
    }

    fn date(&mut self, text: &str, column: &str, line: u64) -> Option<Date> {
        let date = text.parse::<Date>().ok();
        if date.is_none() && !text.is_empty() {
            self.fault(line, column, &format!("{} is no date: one such as 2026-12-31 would be right", shown(text)));
        }
        date
    }

    fn check_stretch(&mut self, from: Option<Date>, until: Option<Date>, line: u64) {
        if until.is_none() && self.source == Source::Offline {
            self.fault(line, "until", "is missing: an offline membership has a last day");
        }
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            self.fault(line, "until", &format!("{until} lies before {from}, on which it begins"));
        }
    }

    fn reference(&mut self, text: String, line: u64) -> Option<String> {
        if text.chars().any(char::is_control) || text.chars().count() > REFERENCE_MAX_CHARS {
            self.fault(line, "reference", "must be at most 200 characters that can be seen");
        }
        (!text.is_empty()).then_some(text)
    }

    fn check_double(&mut self, email: &Email, plan: &str, line: u64) {
        let first = *self.seen.entry((email.key().to_owned(), plan.to_owned())).or_insert(line);
        if first != line {
            self.fault(
                line,
                "email",
                &format!("{} stands on line {first} with this plan already", shown(email.as_str())),
            );
        }
    }
}

/// A value as it may be repeated: short, in quotes, what cannot be seen written out, and no formula for whoever opens the output
/// in a spreadsheet.
fn shown(value: &str) -> String {
    let short: String = value.chars().take(SHOWN_MAX_CHARS).collect();
    let rest = if short.len() < value.len() { "…" } else { "" };
    let guard = if short.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}{rest}\"", short.escape_debug())
}
