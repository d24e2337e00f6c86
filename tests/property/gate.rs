//! What opens.

use masthead::domain::{
    gate::{Decision, Gate, OpensFor, Reason, Standing, decide, open_gates},
    id::GateId,
    plan::Plan,
};
use proptest::prelude::*;

use crate::made_up::{moment, plan_id, rights};

fn gates() -> Vec<Gate> {
    let gate = |number: u8, slug: &str, opens_for| Gate {
        id: GateId::parse(&format!("gate_{number:032x}")).unwrap(),
        slug: slug.to_owned(),
        title: slug.to_owned(),
        opens_for,
    };
    vec![
        gate(1, "registered", OpensFor::Registered),
        gate(2, "members", OpensFor::Plan),
        gate(3, "archive", OpensFor::Plan),
    ]
}

/// Three plans: one opens nothing, one `members`, one both.
fn plans() -> Vec<Plan> {
    let opens: [&[&str]; 3] = [&[], &["members"], &["members", "archive"]];
    let plan = |(number, gates): (usize, &&[&str])| Plan {
        id: plan_id(number),
        slug: format!("plan{number}"),
        title: String::new(),
        description: String::new(),
        gates: gates.iter().map(|gate| (*gate).to_owned()).collect(),
        gateway_product_id: None,
    };
    opens.iter().enumerate().map(plan).collect()
}

fn standing() -> impl Strategy<Value = Standing> {
    (any::<bool>(), any::<bool>(), rights()).prop_map(|(signed_in, verified, entitlements)| match signed_in {
        true => Standing { signed_in, verified, entitlements },
        false => Standing::default(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// A gate for plans opens exactly while a right to a plan that names it holds.
    #[test]
    fn a_paid_gate_opens_only_by_a_holding_right(standing in standing(), now in moment()) {
        let plans = plans();
        for gate in gates().iter().filter(|gate| gate.opens_for == OpensFor::Plan) {
            let holds = standing.entitlements.iter().any(|right| {
                let opens = plans.iter().any(|plan| plan.id == right.plan_id && plan.gates.contains(&gate.slug));
                opens && right.window.from <= now && right.window.until.is_none_or(|until| now < until)
            });
            let (decision, reason) = decide(gate, &standing, &plans, now);
            prop_assert_eq!(decision == Decision::Open, holds);
            prop_assert_eq!(reason == Reason::Entitled, holds);
        }
    }

    /// Whoever is not signed in gets in nowhere.
    #[test]
    fn nobody_in_particular_gets_in_nowhere(now in moment()) {
        for gate in gates() {
            prop_assert_ne!(decide(&gate, &Standing::default(), &plans(), now).0, Decision::Open);
        }
    }

    /// One right more never closes a gate.
    #[test]
    fn a_further_right_never_closes(standing in standing(), more in rights(), now in moment()) {
        let mut richer = standing.clone();
        richer.entitlements.extend(more);
        for gate in gates() {
            let before = decide(&gate, &standing, &plans(), now).0;
            prop_assert!(before != Decision::Open || decide(&gate, &richer, &plans(), now).0 == Decision::Open);
        }
    }

    /// What is said to be open stays open until the moment that is said with it: a token that ends by then is never wrong.
    #[test]
    fn open_gates_stay_open_until_they_say(standing in standing(), now in moment(), step in 0..40_i64) {
        let (gates, plans) = (gates(), plans());
        let (open, closes_at) = open_gates(&gates, &standing, &plans, now);
        let then = now.plus_millis(step);
        let then = closes_at.map_or(then, |at| then.min(at.plus_millis(-1)));
        for gate in gates.iter().filter(|gate| open.contains(&gate.slug.as_str())) {
            prop_assert_eq!(decide(gate, &standing, &plans, then).0, Decision::Open, "{} at {:?}", gate.slug, then);
        }
    }
}
