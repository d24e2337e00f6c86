//! Who counts in a campaign: a pure function of one member's facts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    entitlement::{Entitlement, Source},
    plan::words,
    time::{Moment, Window},
};

/// Which members can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Those with a settled right from a counted source, address verified or not.
    PayingMembers,
    /// Those whose address has answered.
    AllMembers,
}

/// Over which stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Everyone who counts now.
    Total,
    /// Those whose first day lies in the campaign's window.
    Joined,
}

/// What leaving does, on the basis `joined`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    pub const DEFAULT_SOURCES: [Source; 5] =
        [Source::Subscription, Source::Gift, Source::Contribution, Source::Offline, Source::External];
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        entropy::Entropy,
        id::{EntitlementId, MemberId, PlanId},
    };

    struct Fixed;
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(3);
        }
    }

    fn at(millis: i64) -> Moment {
        Moment::from_millis(millis)
    }

    fn right(source: Source, from: i64, until: Option<i64>, settled: bool) -> Entitlement {
        Entitlement {
            id: EntitlementId::mint(at(0), &Fixed),
            member_id: MemberId::mint(at(0), &Fixed),
            plan_id: PlanId::mint(at(0), &Fixed),
            source,
            subscription_id: None,
            window: Window { from: at(from), until: until.map(at) },
            settled_at: settled.then(|| at(from)),
        }
    }

    fn rule(who: Who, basis: Basis, leavers: Leavers) -> CountingRule {
        CountingRule { who, basis, leavers, sources: CountingRule::DEFAULT_SOURCES.to_vec() }
    }

    fn judged(rule: &CountingRule, facts: &Facts, now: i64) -> Verdict {
        judge(rule, &Window { from: at(100), until: Some(at(200)) }, facts, at(now))
    }

    fn holding(entitlements: Vec<Entitlement>) -> Facts {
        Facts { entitlements, ..Facts::default() }
    }

    #[test]
    fn a_settled_right_counts_while_it_holds_and_once() {
        let total = rule(Who::PayingMembers, Basis::Total, Leavers::Net);
        let both = [right(Source::External, 0, None, true), right(Source::Subscription, 50, Some(150), true)];
        let facts = holding(both.to_vec());
        assert_eq!(judged(&total, &facts, 120), Verdict::In(Some(Source::Subscription)));
        assert_eq!(judged(&total, &facts, 150), Verdict::In(Some(Source::External)));
        let settling = holding(vec![right(Source::Subscription, 0, None, false)]);
        assert_eq!(judged(&total, &settling, 120), Verdict::Out);
        let given = holding(vec![right(Source::Comp, 0, None, true), right(Source::Group, 0, None, true)]);
        assert_eq!(judged(&total, &given, 120), Verdict::Out);
    }

    #[test]
    fn joined_counts_those_whose_first_day_lies_in_the_window() {
        let net = rule(Who::PayingMembers, Basis::Joined, Leavers::Net);
        let gross = rule(Who::PayingMembers, Basis::Joined, Leavers::Gross);
        let within = holding(vec![right(Source::Subscription, 100, Some(130), true)]);
        let before = holding(vec![right(Source::Subscription, 99, Some(130), true)]);
        assert_eq!(judged(&net, &within, 120), Verdict::In(Some(Source::Subscription)));
        assert_eq!(judged(&net, &within, 130), Verdict::Out);
        assert_eq!(judged(&gross, &within, 130), Verdict::In(None));
        assert_eq!(judged(&gross, &within, 99), Verdict::Out);
        assert_eq!(judged(&net, &before, 120), Verdict::Out);
        assert_eq!(judged(&gross, &before, 120), Verdict::Out);
    }

    #[test]
    fn all_members_counts_addresses_that_answered_until_deleted() {
        let all = rule(Who::AllMembers, Basis::Total, Leavers::Net);
        let facts = Facts { verified_at: Some(at(110)), deleted_at: Some(at(150)), entitlements: vec![] };
        assert_eq!(
            [109, 110, 150].map(|now| judged(&all, &facts, now)),
            [Verdict::Out, Verdict::In(None), Verdict::Out]
        );
        let unverified = holding(vec![right(Source::Subscription, 0, None, true)]);
        assert_eq!(judged(&all, &unverified, 120), Verdict::Out);
    }
}
