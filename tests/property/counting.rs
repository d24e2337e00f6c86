//! Who counts.

use masthead::domain::{
    counting::{Basis, CountingRule, Facts, Leavers, Verdict, Who, judge},
    entitlement,
    time::Moment,
};
use proptest::prelude::*;

use crate::made_up::{moment, rights, source, window};

fn rule() -> impl Strategy<Value = CountingRule> {
    let who = proptest::sample::select(vec![Who::PayingMembers, Who::AllMembers]);
    let basis = proptest::sample::select(vec![Basis::Total, Basis::Joined]);
    let leavers = proptest::sample::select(vec![Leavers::Net, Leavers::Gross]);
    (who, basis, leavers, proptest::collection::vec(source(), 0..5))
        .prop_map(|(who, basis, leavers, sources)| CountingRule { who, basis, leavers, sources })
}

fn facts() -> impl Strategy<Value = Facts> {
    (proptest::option::of(moment()), proptest::option::of(moment()), rights())
        .prop_map(|(verified_at, deleted_at, entitlements)| Facts { verified_at, deleted_at, entitlements })
}

fn counts(rule: &CountingRule, window: &masthead::domain::time::Window, facts: &Facts, now: Moment) -> bool {
    judge(rule, window, facts, now) != Verdict::Out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// The order in which rights are read never decides who counts, nor as what.
    #[test]
    fn order_never_decides(rule in rule(), window in window(), facts in facts(), now in moment()) {
        let mut reversed = facts.clone();
        reversed.entitlements.reverse();
        prop_assert_eq!(judge(&rule, &window, &facts, now), judge(&rule, &window, &reversed, now));
    }

    /// Whoever counts among paying members holds, or on the basis of joining has held, a settled right of a counted source.
    #[test]
    fn nobody_counts_without_having_paid(rule in rule(), window in window(), facts in facts(), now in moment()) {
        let rule = CountingRule { who: Who::PayingMembers, ..rule };
        let mut unpaid = facts;
        unpaid.entitlements.retain(|right| right.settled_at.is_none() || !rule.sources.contains(&right.source));
        prop_assert!(!counts(&rule, &window, &unpaid, now));
    }

    /// On the basis `total`, a paying member counts exactly while such a right holds.
    #[test]
    fn total_counts_whoever_holds_now(rule in rule(), window in window(), facts in facts(), now in moment()) {
        let rule = CountingRule { who: Who::PayingMembers, basis: Basis::Total, ..rule };
        let alive = facts.deleted_at.is_none_or(|at| at > now);
        let holds = facts.entitlements.iter().any(|right| {
            right.settled_at.is_some()
                && rule.sources.contains(&right.source)
                && right.window.from <= now
                && right.window.until.is_none_or(|until| now < until)
        });
        prop_assert_eq!(counts(&rule, &window, &facts, now), alive && holds);
    }

    /// What is gross holds everyone who is net; what is joined and net holds nobody who is not in the total.
    #[test]
    fn gross_holds_net_and_total_holds_joined(rule in rule(), window in window(), facts in facts(), now in moment()) {
        let with = |basis, leavers| counts(&CountingRule { basis, leavers, ..rule.clone() }, &window, &facts, now);
        let net = with(Basis::Joined, Leavers::Net);
        prop_assert!(!net || with(Basis::Joined, Leavers::Gross));
        prop_assert!(!net || with(Basis::Total, Leavers::Net));
    }

    /// Gross never goes back: who joined counts for good.
    #[test]
    fn gross_never_goes_back(rule in rule(), window in window(), facts in facts(), now in moment(), later in 0..40_i64) {
        let rule = CountingRule { basis: Basis::Joined, leavers: Leavers::Gross, ..rule };
        let then = now.plus_millis(later);
        prop_assert!(!counts(&rule, &window, &facts, now) || counts(&rule, &window, &facts, then));
    }

    /// Between two moments that `next_change` names, and apart from deletion and answering, nothing changes: so nobody has to
    /// be looked at in between.
    #[test]
    fn nothing_changes_before_the_next_change(rule in rule(), window in window(), rights in rights(), now in moment(), step in 0..40_i64) {
        let facts = Facts { verified_at: None, deleted_at: None, entitlements: rights };
        let next = entitlement::next_change(&facts.entitlements, now);
        let then = now.plus_millis(step);
        // Cut to just before it, so that no case is thrown away.
        let then = next.map_or(then, |next| then.min(next.plus_millis(-1)));
        prop_assert_eq!(judge(&rule, &window, &facts, now), judge(&rule, &window, &facts, then));
    }
}
