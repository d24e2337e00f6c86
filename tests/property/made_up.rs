//! Made-up values for properties of pure rules.

use masthead::domain::{
    entitlement::{Entitlement, Source},
    id::{EntitlementId, MemberId, PlanId},
    time::{Moment, Window},
};
use proptest::prelude::*;

use crate::support::SeededEntropy;

static ENTROPY: SeededEntropy = SeededEntropy::new(7);

/// Small times, so that edges meet often.
pub fn moment() -> impl Strategy<Value = Moment> {
    (0..40_i64).prop_map(Moment::from_millis)
}

pub fn window() -> impl Strategy<Value = Window> {
    (moment(), proptest::option::of(0..30_i64))
        .prop_map(|(from, length)| Window { from, until: length.map(|length| from.plus_millis(length)) })
}

pub fn source() -> impl Strategy<Value = Source> {
    proptest::sample::select(vec![
        Source::Subscription,
        Source::Gift,
        Source::Offline,
        Source::External,
        Source::Comp,
        Source::Group,
    ])
}

/// Which of three plans there are.
pub fn plan_id(number: usize) -> PlanId {
    PlanId::parse(&format!("pln_{number:032x}")).unwrap()
}

pub fn right() -> impl Strategy<Value = Entitlement> {
    (window(), source(), any::<bool>(), 0..3_usize).prop_map(|(window, source, settled, plan)| Entitlement {
        id: EntitlementId::mint(Moment::from_millis(0), &ENTROPY),
        member_id: MemberId::parse(&format!("mem_{:032x}", 1)).unwrap(),
        plan_id: plan_id(plan),
        source,
        subscription_id: None,
        window,
        settled_at: settled.then_some(window.from),
    })
}

pub fn rights() -> impl Strategy<Value = Vec<Entitlement>> {
    proptest::collection::vec(right(), 0..5)
}
