//! Who counts in a campaign: a pure function of one member's facts.

use serde::{Deserialize, Serialize};

use super::{
    entitlement::{Entitlement, Source},
    plan::words,
    time::{Moment, Window},
};

/// Which members can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Those with a settled right from a counted source, address verified or not.
    PayingMembers,
    /// Those whose address has answered.
    AllMembers,
}

/// Over which stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Everyone who counts now.
    Total,
    /// Those whose first day lies in the campaign's window.
    Joined,
}

/// What leaving does, on the basis `joined`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leavers {
    /// Who left does not count.
    Net,
    /// Who joined counts for good.
    Gross,
}

words!(Who, PayingMembers = "paying_members", AllMembers = "all_members");
words!(Basis, Total = "total", Joined = "joined");
words!(Leavers, Net = "net", Gross = "gross");

/// A campaign's counting rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountingRule {
    /// Which members can count.
    pub who: Who,
    /// Over which stretch.
    pub basis: Basis,
    /// What leaving does.
    pub leavers: Leavers,
    /// Which rights count, for paying members.
    pub sources: Vec<Source>,
}

impl CountingRule {
    /// The sources that count unless a campaign says otherwise: not comp, not group.
    pub const DEFAULT_SOURCES: [Source; 4] = [Source::Subscription, Source::Gift, Source::Offline, Source::External];
}

/// What counting needs to know of one member.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// When the address first answered.
    pub verified_at: Option<Moment>,
    /// When the member was deleted.
    pub deleted_at: Option<Moment>,
    /// The member's rights, past ones too.
    pub entitlements: Vec<Entitlement>,
}

/// Whether the member counts at a moment of business time, and as what. One person counts once, whatever they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Does not count.
    Out,
    /// Counts; by which right, unless by being a verified member.
    In(Option<Source>),
}

/// Applies the rule.
pub fn judge(rule: &CountingRule, window: &Window, facts: &Facts, now: Moment) -> Verdict {
    let (first_day, present) = match rule.who {
        Who::PayingMembers => (first_paid_day(rule, facts), paying_source(rule, facts, now).map(Some)),
        Who::AllMembers => (facts.verified_at, is_verified_member(facts, now).then_some(None)),
    };
    let joined_within = first_day.is_some_and(|day| window.contains(day) && day <= now);
    let counted = match (rule.basis, rule.leavers) {
        (Basis::Total, _) => present,
        (Basis::Joined, Leavers::Net) => present.filter(|_| joined_within),
        (Basis::Joined, Leavers::Gross) => joined_within.then(|| present.unwrap_or(None)),
    };
    counted.map_or(Verdict::Out, Verdict::In)
}

fn counted_rights<'a>(rule: &'a CountingRule, facts: &'a Facts) -> impl Iterator<Item = &'a Entitlement> {
    facts.entitlements.iter().filter(|right| right.settled_at.is_some() && rule.sources.contains(&right.source))
}

fn first_paid_day(rule: &CountingRule, facts: &Facts) -> Option<Moment> {
    counted_rights(rule, facts).map(|right| right.window.from).min()
}

fn paying_source(rule: &CountingRule, facts: &Facts, now: Moment) -> Option<Source> {
    let alive = facts.deleted_at.is_none_or(|at| at > now);
    // The order of sources decides when there are several, so that a recount names the same one.
    counted_rights(rule, facts).filter(|right| alive && right.holds(now)).map(|right| right.source).min()
}

fn is_verified_member(facts: &Facts, now: Moment) -> bool {
    facts.verified_at.is_some_and(|at| at <= now) && facts.deleted_at.is_none_or(|at| at > now)
}
