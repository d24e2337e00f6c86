//! Subscriptions: the recurring billing agreement, mirrored from the gateway. A subscription bills; it does not permit.

use super::{
    id::{CheckoutId, MemberId, PriceId, SubscriptionId},
    time::Moment,
};

/// The gateway's word for how a subscription stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The first payment has not arrived.
    Incomplete,
    /// The first payment never arrived.
    IncompleteExpired,
    /// In a free trial.
    Trialing,
    /// Billing as it should.
    Active,
    /// The last payment failed and is tried again.
    PastDue,
    /// The tries are used up.
    Unpaid,
    /// Ended.
    Canceled,
    /// Stands still.
    Paused,
    /// A word that is new to us.
    Other(String),
}

impl Status {
    /// Reads the gateway's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "incomplete" => Self::Incomplete,
            "incomplete_expired" => Self::IncompleteExpired,
            "trialing" => Self::Trialing,
            "active" => Self::Active,
            "past_due" => Self::PastDue,
            "unpaid" => Self::Unpaid,
            "canceled" => Self::Canceled,
            "paused" => Self::Paused,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The gateway's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Unpaid => "unpaid",
            Self::Canceled => "canceled",
            Self::Paused => "paused",
            Self::Other(word) => word,
        }
    }

    /// Whether it bills, or will try to: a member has at most one such subscription.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Trialing | Self::Active | Self::PastDue | Self::Unpaid | Self::Paused)
    }
}

/// A subscription as kept here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Our id.
    pub id: SubscriptionId,
    /// The gateway's id.
    pub gateway_id: String,
    /// The gateway's customer.
    pub gateway_customer_id: String,
    /// Whose it is.
    pub member_id: MemberId,
    /// The checkout that made it.
    pub checkout_id: CheckoutId,
    /// What is billed.
    pub price_id: PriceId,
    /// The gateway's word.
    pub status: Status,
    /// When the gateway made it, in business time.
    pub gateway_created_at: Moment,
    /// When the running period ends and the next payment is due, in business time.
    pub current_period_end: Option<Moment>,
    /// When it ends, if that is arranged, in business time.
    pub cancel_at: Option<Moment>,
    /// When it ended, in business time.
    pub ended_at: Option<Moment>,
    /// When its free trial ends, or ended, in business time.
    pub trial_until: Option<Moment>,
    /// Since when collection stands still, as first seen, in business time.
    pub paused_at: Option<Moment>,
    /// What the next payment takes, in minor units, where a discount or a credit makes it another sum than the price's.
    pub next_amount_minor: Option<i64>,
    /// Up to when it is paid, in business time.
    pub paid_until: Option<Moment>,
    /// When it was found to be a second one.
    pub duplicate_at: Option<Moment>,
}

impl Subscription {
    /// Whether it is the member's running membership.
    pub fn is_live(&self) -> bool {
        self.status.is_live() && self.duplicate_at.is_none()
    }

    /// When the next payment is due; none where none is to come by itself, or where one has failed.
    pub fn next_payment_at(&self) -> Option<Moment> {
        let renews = matches!(self.status, Status::Active | Status::Trialing) && !self.is_paused();
        self.current_period_end.filter(|_| renews && self.is_live() && self.cancel_at.is_none())
    }

    /// Whether nothing is billed for now.
    pub fn is_paused(&self) -> bool {
        self.paused_at.is_some() || self.status == Status::Paused
    }
}
