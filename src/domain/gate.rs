//! Gates: the rule on an article, and the decision whether it opens. A pure function of what the member holds.

use serde::Serialize;

use super::{
    entitlement::Entitlement,
    id::GateId,
    plan::{Plan, words},
    time::Moment,
};

/// For whom a gate opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpensFor {
    /// For every member whose address has answered, and for everyone who holds a right to any plan.
    Registered,
    /// For members whose plan opens it.
    Plan,
}

words!(OpensFor, Registered = "registered", Plan = "plan");

/// The rule on an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The gate's id.
    pub id: GateId,
    /// Its name in the API and on the newsroom's site.
    pub slug: String,
    /// Its name for staff.
    pub title: String,
    /// For whom it opens.
    pub opens_for: OpensFor,
}

/// What a reader is, as far as gates care.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Whether somebody is signed in.
    pub signed_in: bool,
    /// Whether that member's address has answered.
    pub verified: bool,
    /// The member's rights, past ones too.
    pub entitlements: Vec<Entitlement>,
}

/// What the reader should do, or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Read.
    Open,
    /// Sign in (free).
    SignIn,
    /// Become a member.
    Join,
}

/// Why; a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The member's plan opens it.
    Entitled,
    /// It opens for every member whose address has answered.
    Registered,
    /// Nobody is signed in.
    NotSignedIn,
    /// The member's address has not answered yet.
    NotVerified,
    /// No right to any plan that opens it.
    NoEntitlement,
    /// There was such a right once.
    EntitlementEnded,
}

/// Decides one gate for one reader at a moment of business time.
pub fn decide(gate: &Gate, standing: &Standing, plans: &[Plan], now: Moment) -> (Decision, Reason) {
    if opening_rights(gate, standing, plans).any(|right| right.holds(now)) {
        return (Decision::Open, Reason::Entitled);
    }
    match gate.opens_for {
        OpensFor::Registered if standing.verified => (Decision::Open, Reason::Registered),
        // Whoever pays need not answer a mail first.
        OpensFor::Registered if standing.entitlements.iter().any(|right| right.holds(now)) => {
            (Decision::Open, Reason::Entitled)
        }
        OpensFor::Registered if standing.signed_in => (Decision::SignIn, Reason::NotVerified),
        OpensFor::Registered => (Decision::SignIn, Reason::NotSignedIn),
        OpensFor::Plan if !standing.signed_in => (Decision::Join, Reason::NotSignedIn),
        OpensFor::Plan if opening_rights(gate, standing, plans).next().is_some() => {
            (Decision::Join, Reason::EntitlementEnded)
        }
        OpensFor::Plan => (Decision::Join, Reason::NoEntitlement),
    }
}

/// The gates that open for a reader now, and the first moment at which one of them may close again (none: never by time).
pub fn open_gates<'a>(
    gates: &'a [Gate],
    standing: &Standing,
    plans: &[Plan],
    now: Moment,
) -> (Vec<&'a str>, Option<Moment>) {
    let open = gates.iter().filter(|gate| decide(gate, standing, plans, now).0 == Decision::Open);
    let slugs = open.map(|gate| gate.slug.as_str()).collect();
    let holding = standing.entitlements.iter().filter(|right| right.holds(now));
    let closes_at = holding.filter_map(|right| right.window.until).min();
    (slugs, closes_at)
}

/// The plans that a reader holds a right to now.
pub fn held_plans<'a>(standing: &'a Standing, plans: &'a [Plan], now: Moment) -> impl Iterator<Item = &'a Plan> {
    let holds =
        move |plan: &&Plan| standing.entitlements.iter().any(|right| right.plan_id == plan.id && right.holds(now));
    plans.iter().filter(holds)
}

fn opening_rights<'a>(
    gate: &'a Gate,
    standing: &'a Standing,
    plans: &'a [Plan],
) -> impl Iterator<Item = &'a Entitlement> {
    standing
        .entitlements
        .iter()
        .filter(move |right| plans.iter().any(|plan| plan.id == right.plan_id && plan.gates.contains(&gate.slug)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        entitlement::Source,
        entropy::Entropy,
        id::{EntitlementId, MemberId, PlanId},
        time::Window,
    };

    struct Fixed;
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(3);
        }
    }

    const NOW: Moment = Moment::from_millis(1_000);

    fn gate(slug: &str, opens_for: OpensFor) -> Gate {
        Gate { id: GateId::mint(NOW, &Fixed), slug: slug.to_owned(), title: slug.to_owned(), opens_for }
    }

    fn plan(gates: &[&str]) -> Plan {
        Plan {
            id: PlanId::mint(NOW, &Fixed),
            slug: "supporter".to_owned(),
            title: String::new(),
            description: String::new(),
            gates: gates.iter().map(|slug| (*slug).to_owned()).collect(),
            gateway_product_id: None,
        }
    }

    fn right(plan: &Plan, until: i64) -> Entitlement {
        Entitlement {
            id: EntitlementId::mint(NOW, &Fixed),
            member_id: MemberId::mint(NOW, &Fixed),
            plan_id: plan.id.clone(),
            source: Source::Subscription,
            subscription_id: None,
            window: Window { from: Moment::from_millis(0), until: Some(Moment::from_millis(until)) },
            settled_at: None,
        }
    }

    fn standing(verified: bool, entitlements: Vec<Entitlement>) -> Standing {
        Standing { signed_in: true, verified, entitlements }
    }

    #[test]
    fn a_members_gate_opens_for_the_plan_that_opens_it_until_its_last_moment() {
        let (gate, plan) = (gate("members", OpensFor::Plan), plan(&["members"]));
        let plans = [plan.clone()];
        let decide = |standing: &Standing, now| decide(&gate, standing, &plans, Moment::from_millis(now));
        let member = standing(false, vec![right(&plan, 2_000)]);
        assert_eq!(decide(&member, 1_999), (Decision::Open, Reason::Entitled));
        assert_eq!(decide(&member, 2_000), (Decision::Join, Reason::EntitlementEnded));
        assert_eq!(decide(&standing(true, vec![]), 1_000), (Decision::Join, Reason::NoEntitlement));
        assert_eq!(decide(&Standing::default(), 1_000), (Decision::Join, Reason::NotSignedIn));
    }

    #[test]
    fn a_right_to_another_plan_opens_nothing() {
        let (gate, other) = (gate("members", OpensFor::Plan), plan(&["archive"]));
        let decided = decide(&gate, &standing(true, vec![right(&other, 2_000)]), std::slice::from_ref(&other), NOW);
        assert_eq!(decided, (Decision::Join, Reason::NoEntitlement));
    }

    #[test]
    fn a_registered_gate_opens_for_whoever_answered_and_for_whoever_pays() {
        let (gate, plan) = (gate("registered", OpensFor::Registered), plan(&["members"]));
        let plans = [plan.clone()];
        let decide = |standing: &Standing| decide(&gate, standing, &plans, NOW);
        assert_eq!(decide(&standing(true, vec![])), (Decision::Open, Reason::Registered));
        assert_eq!(decide(&standing(false, vec![right(&plan, 2_000)])), (Decision::Open, Reason::Entitled));
        assert_eq!(decide(&standing(false, vec![right(&plan, 500)])), (Decision::SignIn, Reason::NotVerified));
        assert_eq!(decide(&Standing::default()), (Decision::SignIn, Reason::NotSignedIn));
    }

    #[test]
    fn the_open_gates_close_with_the_first_right_that_ends() {
        let gates = [gate("members", OpensFor::Plan), gate("registered", OpensFor::Registered)];
        let plan = plan(&["members"]);
        let member = standing(true, vec![right(&plan, 5_000), right(&plan, 2_000)]);
        let (open, closes_at) = open_gates(&gates, &member, std::slice::from_ref(&plan), NOW);
        assert_eq!((open, closes_at), (vec!["members", "registered"], Some(Moment::from_millis(2_000))));
    }
}
