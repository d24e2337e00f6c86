//! A declaration that a contract ends, in names and values: the same on the page and in the mail.

use jiff::{Timestamp, tz::TimeZone};

use super::Texts;
use crate::domain::cancellation::{Declaration, Kind};

impl Texts {
    /// What was declared by whom; `received_at` is when it arrived, once it has.
    pub fn declared(
        &self,
        declaration: &Declaration,
        email: &str,
        received_at: Option<(Timestamp, &TimeZone, &str)>,
    ) -> Vec<(String, String)> {
        let name = |key: &str| self.say(key).text();
        let mut facts = vec![
            (name("cancel-fact-kind"), self.cancellation_kind(declaration.kind)),
            (name("cancel-fact-name"), declaration.name.clone()),
            (name("cancel-fact-email"), email.to_owned()),
        ];
        if let Some(membership) = &declaration.membership {
            facts.push((name("cancel-fact-membership"), membership.clone()));
        }
        if declaration.kind != Kind::Withdrawal {
            let soonest = || name("cancel-soonest");
            facts.push((name("cancel-fact-on"), declaration.on.map_or_else(soonest, |date| self.full_civil_day(date))));
        }
        if let Some(reason) = &declaration.reason {
            facts.push((name("cancel-fact-reason"), reason.clone()));
        }
        if let Some((at, zone, reference)) = received_at {
            facts.push((name("cancel-fact-received"), self.full_moment(at, zone)));
            facts.push((name("cancel-fact-reference"), reference.to_owned()));
        }
        facts
    }

    /// The kind, in words.
    pub fn cancellation_kind(&self, kind: Kind) -> String {
        let key = match kind {
            Kind::Ordinary => "cancel-kind-ordinary",
            Kind::ForCause => "cancel-kind-for-cause",
            Kind::Withdrawal => "cancel-kind-withdrawal",
        };
        self.say(key).text()
    }
}
