//! Declarations that a contract ends: cancelling and withdrawing without signing in. Whoever typed the address is unproven.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    id::{CancellationId, PersonId, SubscriptionId},
    member::{NAME_MAX_CHARS, parse_name},
    plan::words,
    subscription::Subscription,
    time::{Moment, day_begins},
};

/// The longest line about a membership, in characters.
pub const MEMBERSHIP_MAX_CHARS: usize = 200;
/// The longest reason, in characters.
pub const REASON_MAX_CHARS: usize = 2_000;
/// How many digits of its id people name a declaration by.
const REFERENCE_DIGITS: usize = 8;
/// For how many days after the day of joining a contract can be withdrawn from.
const WITHDRAWAL_DAYS: i64 = 14;
/// How far ahead a date may be named, in years.
const AHEAD_MAX_YEARS: i64 = 5;

/// What is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CancellationKind")]
pub enum Kind {
    /// The membership ends with what is paid, or later on a date named.
    Ordinary,
    /// It is to end for a reason that cannot wait; staff decide.
    ForCause,
    /// The contract is undone within 14 days of joining, and the money goes back.
    Withdrawal,
}

words!(Kind, Ordinary = "ordinary", ForCause = "for_cause", Withdrawal = "withdrawal");

/// How far a declaration has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Stored, not looked at.
    Received,
    /// The subscription's end is arranged.
    Arranged,
    /// The subscription is cancelled, and its payments go back.
    Withdrawn,
    /// No running membership belongs to the address.
    Unmatched,
    /// Staff are to look at it.
    Open,
    /// Staff have looked at it.
    Settled,
}

words!(
    State,
    Received = "received",
    Arranged = "arranged",
    Withdrawn = "withdrawn",
    Unmatched = "unmatched",
    Open = "open",
    Settled = "settled"
);

/// What somebody declared, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// What is declared.
    pub kind: Kind,
    /// By whom.
    pub name: String,
    /// Which membership.
    pub membership: Option<String>,
    /// From which day on it is to have ended; the soonest possible when none.
    pub on: Option<Date>,
    /// Why.
    pub reason: Option<String>,
}

/// A declaration before it is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Typed<'a> {
    /// One of the words of [`Kind`].
    pub kind: &'a str,
    /// A name.
    pub name: &'a str,
    /// Which membership.
    pub membership: &'a str,
    /// A date such as 2026-12-31, or nothing.
    pub on: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// A field that cannot be used: its name and the stable code of what is wrong.
pub type Fault = (&'static str, &'static str);

/// A declaration as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its id; the reader's reference.
    pub id: CancellationId,
    /// The address that was typed.
    pub person_id: PersonId,
    /// What was declared.
    pub declaration: Declaration,
    /// When, in business time.
    pub received_at: Moment,
    /// Whether the hour's budget of mail allowed an answer.
    pub answered: bool,
    /// How far it has come.
    pub state: State,
    /// What it was applied to.
    pub subscription_id: Option<SubscriptionId>,
    /// When that ends, in business time.
    pub ends_at: Option<Moment>,
}

/// What a declaration is called among people, who read it out: the last digits of its id, in two groups.
pub fn reference(id: &CancellationId) -> String {
    let (rest, last) = id.as_str().split_at(id.as_str().len() - REFERENCE_DIGITS / 2);
    let (_, first) = rest.split_at(rest.len() - REFERENCE_DIGITS / 2);
    format!("{first}-{last}").to_uppercase()
}

/// The digits with which an id ends that somebody names: a whole id, or its reference in any spelling.
pub fn parse_reference(typed: &str) -> Option<String> {
    let typed = typed.trim().to_ascii_lowercase();
    if CancellationId::parse(&typed).is_ok() {
        return Some(typed);
    }
    let digits: String = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
    (digits.len() == REFERENCE_DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit())).then_some(digits)
}

impl Declaration {
    /// Reads a declaration; `today` is the newsroom's.
    ///
    /// # Errors
    /// Every field that cannot be used.
    pub fn read(typed: Typed<'_>, today: Date) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let kind = Kind::parse(typed.kind);
        if kind.is_none() {
            faults.push(("kind", if typed.kind.is_empty() { "missing" } else { "unknown" }));
        }
        let name = match parse_name(typed.name) {
            Ok(Some(name)) => name,
            Ok(None) => fault(&mut faults, "name", "missing"),
            Err(_) if typed.name.chars().count() > NAME_MAX_CHARS => fault(&mut faults, "name", "too_long"),
            Err(_) => fault(&mut faults, "name", "control_characters"),
        };
        let membership = words(typed.membership, "membership", MEMBERSHIP_MAX_CHARS, &mut faults);
        let reason = words(typed.reason, "reason", REASON_MAX_CHARS, &mut faults);
        if kind == Some(Kind::ForCause) && typed.reason.trim().is_empty() {
            faults.push(("reason", "missing"));
        }
        let on = day(typed.on.trim(), today, &mut faults);
        match kind {
            Some(kind) if faults.is_empty() => Ok(Self { kind, name, membership, on, reason }),
            _ => Err(faults),
        }
    }
}

fn fault(faults: &mut Vec<Fault>, field: &'static str, code: &'static str) -> String {
    faults.push((field, code));
    String::new()
}

/// Free words: spaces around them are cut off, line breaks are one kind.
fn words(typed: &str, field: &'static str, chars_max: usize, faults: &mut Vec<Fault>) -> Option<String> {
    let text = typed.replace("\r\n", "\n").replace('\t', " ");
    let text = text.trim();
    if text.chars().any(|c| c.is_control() && c != '\n') {
        faults.push((field, "control_characters"));
    } else if text.chars().count() > chars_max {
        faults.push((field, "too_long"));
    }
    (!text.is_empty()).then(|| text.to_owned())
}

fn day(typed: &str, today: Date, faults: &mut Vec<Fault>) -> Option<Date> {
    if typed.is_empty() {
        return None;
    }
    let Ok(date) = typed.parse::<Date>() else {
        faults.push(("on", "malformed"));
        return None;
    };
    if date < today {
        faults.push(("on", "in_past"));
    } else if date > latest_day(today) {
        faults.push(("on", "too_far"));
    }
    Some(date)
}

/// The last day that a membership may be declared to end on.
pub fn latest_day(today: Date) -> Date {
    today.checked_add(jiff::Span::new().years(AHEAD_MAX_YEARS)).unwrap_or(Date::MAX)
}

/// What comes of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The subscription ends with its paid period, or at a later moment that was named.
    Arrange {
        /// When it ends; none when the gateway did not say when the period ends.
        ends_at: Option<Moment>,
        /// The later moment that was named.
        later_at: Option<Moment>,
        /// Whether it was arranged before, so that the gateway need not be asked.
        already: bool,
    },
    /// The subscription ends now, and its payments go back.
    Withdraw,
    /// Staff are to look at it.
    Ask,
}

/// Decides what a declaration does to the running subscription of its address. `joined_at` is when the first payment arrived, or
/// when the subscription was made if nothing was paid.
pub fn decide(request: &Request, subscription: &Subscription, joined_at: Moment, time_zone: &str) -> Outcome {
    match request.declaration.kind {
        Kind::ForCause => Outcome::Ask,
        Kind::Withdrawal if request.received_at < withdrawal_ends(joined_at, time_zone) => Outcome::Withdraw,
        Kind::Withdrawal => arrange(subscription, None),
        Kind::Ordinary => {
            let named = request.declaration.on.map(|date| day_begins(date, time_zone));
            arrange(subscription, named)
        }
    }
}

fn arrange(subscription: &Subscription, named: Option<Moment>) -> Outcome {
    let later_at = named.filter(|at| subscription.current_period_end.is_some_and(|end| *at > end));
    let ends_at = later_at.or(subscription.current_period_end);
    let sooner = subscription.cancel_at.filter(|at| ends_at.is_none_or(|wanted| *at <= wanted));
    Outcome::Arrange { ends_at: sooner.or(ends_at), later_at, already: sooner.is_some() }
}

/// The first moment at which a contract can no longer be withdrawn from: the day of joining does not count, and the last of the
/// 14 days counts whole.
pub fn withdrawal_ends(joined_at: Moment, time_zone: &str) -> Moment {
    let first = joined_at.in_zone(time_zone).date();
    let after = first.checked_add(jiff::Span::new().days(WITHDRAWAL_DAYS + 1)).unwrap_or(Date::MAX);
    day_begins(after, time_zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 24);

    fn typed<'a>() -> Typed<'a> {
        Typed { kind: "ordinary", name: " Ada Lovelace ", ..Typed::default() }
    }

    #[test]
    fn a_declaration_is_read_and_cleaned() {
        let read =
            Declaration::read(Typed { membership: " Supporter\r\nmonthly ", on: "2026-12-31", ..typed() }, TODAY)
                .unwrap();
        assert_eq!((read.name.as_str(), read.membership.as_deref()), ("Ada Lovelace", Some("Supporter\nmonthly")));
        assert_eq!(read.on, Some(jiff::civil::date(2026, 12, 31)));
    }

    #[test]
    fn every_fault_is_named() {
        let long = "x".repeat(3_000);
        let wrong = Typed { kind: "soon", name: "", membership: "a\u{7}", on: "31.12.2026", reason: &long };
        let codes = ["unknown", "missing", "control_characters", "too_long", "malformed"];
        let faults = Declaration::read(wrong, TODAY).unwrap_err();
        assert_eq!(faults.iter().map(|(_, code)| *code).collect::<Vec<_>>(), codes);
        let of = |typed| Declaration::read(typed, TODAY).unwrap_err();
        assert_eq!(of(Typed { kind: "", ..typed() }), [("kind", "missing")]);
        assert_eq!(of(Typed { kind: "for_cause", ..typed() }), [("reason", "missing")]);
        for (day, code) in [("2026-11-23", "in_past"), ("2031-11-25", "too_far")] {
            assert_eq!(of(Typed { on: day, ..typed() }), [("on", code)], "{day}");
        }
        assert!(Declaration::read(Typed { on: "2026-11-24", ..typed() }, TODAY).is_ok());
    }

    #[test]
    fn a_reference_is_short_and_leads_back_to_its_id() {
        let id = CancellationId::parse("can_01a227f4b553756c80d328d4bf3eb9bd").unwrap();
        assert_eq!(reference(&id), "BF3E-B9BD");
        for typed in ["BF3E-B9BD", "bf3eb9bd", " Bf3e b9bd "] {
            assert_eq!(parse_reference(typed).as_deref(), Some("bf3eb9bd"), "{typed}");
        }
        assert_eq!(parse_reference(id.as_str()).as_deref(), Some(id.as_str()));
        for typed in ["", "bf3e", "bf3e-b9bd-0", "%%%%%%%%", "can_bf3eb9bd"] {
            assert_eq!(parse_reference(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_fourteenth_day_counts_whole_in_the_newsrooms_zone() {
        // 23:30 in Lisbon on 1 November: the last moment is midnight at the end of the 15th.
        let joined = Moment::parse("2026-11-01T23:30:00Z").unwrap();
        assert_eq!(withdrawal_ends(joined, "Europe/Lisbon").to_string(), "2026-11-16T00:00:00Z");
        // In Kyiv it was the 2nd already, and midnight is two hours earlier.
        assert_eq!(withdrawal_ends(joined, "Europe/Kyiv").to_string(), "2026-11-16T22:00:00Z");
    }
}
