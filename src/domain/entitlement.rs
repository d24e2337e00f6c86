//! Entitlements: the right of one member to one plan, for a stretch of time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    id::{EntitlementId, MemberId, PlanId, SubscriptionId},
    plan::words,
    time::{Moment, Window},
};

/// Where a right comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A subscription that bills.
    Subscription,
    /// Given by somebody; counts from redemption.
    Gift,
    /// Paid once, for some months.
    Contribution,
    /// Paid by bank transfer or cash.
    Offline,
    /// Billed by an earlier system, imported as a person.
    External,
    /// Given by the newsroom.
    Comp,
    /// A seat in a group.
    Group,
}

words!(
    Source,
    Subscription = "subscription",
    Gift = "gift",
    Contribution = "contribution",
    Offline = "offline",
    External = "external",
    Comp = "comp",
    Group = "group"
);

/// A right to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitlement {
    /// The right's id.
    pub id: EntitlementId,
    /// Whose right.
    pub member_id: MemberId,
    /// To what.
    pub plan_id: PlanId,
    /// Where from.
    pub source: Source,
    /// The subscription behind it, when that is the source.
    pub subscription_id: Option<SubscriptionId>,
    /// When it holds, in business time.
    pub window: Window,
    /// When its money had arrived; none while it settles. Only settled rights count in a campaign.
    pub settled_at: Option<Moment>,
}

impl Entitlement {
    /// Whether the right holds at a moment of business time.
    pub fn holds(&self, now: Moment) -> bool {
        self.window.contains(now)
    }
}

/// The moment after `now` at which time alone changes any of these rights; none when nothing is ahead.
pub fn next_change(entitlements: &[Entitlement], now: Moment) -> Option<Moment> {
    let edges = entitlements.iter().flat_map(|e| [Some(e.window.from), e.window.until]);
    edges.flatten().filter(|edge| *edge > now).min()
}
