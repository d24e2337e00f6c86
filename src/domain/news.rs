//! News of a membership: what happened to it or is about to, as its history and mail tell it. Moments are of business time.

use serde::{Deserialize, Serialize};

use super::{
    mail::Receipt,
    time::{DAY_MILLIS, Moment},
};

/// For how long what happened is news, in milliseconds.
const NEWS_FOR_MILLIS: i64 = 7 * DAY_MILLIS;
/// For how long a receipt is worth having, in milliseconds.
const RECEIPT_FOR_MILLIS: i64 = 31 * DAY_MILLIS;

/// News of a membership. Sums are in the receipts, with the plan's title as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum News {
    /// A free trial began.
    TrialStarted {
        /// What is billed after it.
        receipt: Receipt,
        /// The first moment that is not free.
        free_until: Moment,
    },
    /// A free trial is about to end.
    TrialEnding {
        /// What is billed after it.
        receipt: Receipt,
        /// The first moment that is not free.
        free_until: Moment,
    },
    /// The first payment arrived.
    Joined {
        /// What is billed.
        receipt: Receipt,
        /// The payment, when no other mail tells it: it came after a free trial.
        payment: Option<Payment>,
    },
    /// A renewal was paid: the receipt.
    Renewed {
        /// What is billed; its sum is what was paid.
        receipt: Receipt,
        /// The payment.
        payment: Payment,
    },
    /// What had failed was paid after all.
    Recovered {
        /// Its sum is what was paid.
        receipt: Receipt,
        /// The payment.
        payment: Payment,
    },
    /// A payment failed.
    PaymentFailed {
        /// Its sum is what is owed.
        receipt: Receipt,
        /// The first of three mails about it, the second or the third.
        reminder: u8,
        /// Until when everything stays open.
        open_until: Moment,
    },
    /// The first payment, which took days, did not come: nothing was taken.
    FirstPaymentFailed {
        /// Its sum is what did not come.
        receipt: Receipt,
    },
    /// A payment waits for the payer's approval.
    NeedsApproval {
        /// Its sum is what is owed.
        receipt: Receipt,
        /// Until when everything stays open.
        open_until: Moment,
        /// The gateway's page to approve and pay it on.
        pay_url: String,
    },
    /// The card runs out.
    CardExpiring {
        /// What is billed to it.
        receipt: Receipt,
        /// Its last four digits.
        last4: String,
        /// The first moment at which it no longer pays.
        expires_at: Moment,
    },
    /// Another plan, sum or interval is billed.
    Switched {
        /// What was billed.
        from: Receipt,
        /// What is billed now.
        to: Receipt,
        /// What was paid for the change, in minor units.
        paid_minor: Option<i64>,
    },
    /// The newsroom moved the membership to another price.
    PriceMoved {
        /// What was billed.
        from: Receipt,
        /// What is billed from the next payment on, with when that is.
        to: Receipt,
        /// Whether the next payment also bills the rest of the running period.
        at_once: bool,
    },
    /// The end was arranged.
    EndArranged {
        /// What is billed no more.
        receipt: Receipt,
        /// The first moment after it.
        ends_at: Moment,
    },
    /// The arranged end was taken back.
    Resumed {
        /// What is billed.
        receipt: Receipt,
    },
    /// Collecting stands still.
    Paused {
        /// What is not billed meanwhile.
        receipt: Receipt,
        /// Until when everything stays open; none if nothing is.
        open_until: Option<Moment>,
    },
    /// Collecting goes on.
    Unpaused {
        /// What is billed.
        receipt: Receipt,
    },
    /// A payment made once arrived: the receipt.
    Contributed {
        /// Its sum is what was paid.
        receipt: Receipt,
        /// The payment.
        payment: Payment,
        /// The first moment at which it no longer opens anything; none when it opens nothing.
        open_until: Option<Moment>,
    },
    /// A payment made once was on its way, and did not arrive.
    ContributionFailed {
        /// Its sum is what did not arrive.
        receipt: Receipt,
    },
    /// A gift was paid: the receipt.
    GiftBought {
        /// Its sum is what was paid.
        receipt: Receipt,
        /// The payment.
        payment: Payment,
    },
    /// To its giver: somebody redeemed the gift.
    GiftRedeemed {
        /// Names the plan.
        receipt: Receipt,
    },
    /// To its reader: the gift opens the paper.
    GiftBegan {
        /// Names the plan.
        receipt: Receipt,
        /// The first moment at which it no longer does.
        open_until: Moment,
    },
    /// To its reader: the gift's money went back, and it is over.
    GiftEnded {
        /// Names the plan.
        receipt: Receipt,
    },
    /// Money was sent back.
    Refunded {
        /// Its sum is what was sent back.
        receipt: Receipt,
        /// What becomes of the membership.
        then: Then,
    },
    /// Money that was sent back came to us again.
    RefundFailed {
        /// Its sum is what did not arrive.
        receipt: Receipt,
    },
    /// The payer's bank asked for a payment.
    DisputeOpened {
        /// Its sum is what is asked for.
        receipt: Receipt,
    },
    /// The bank decided that the payment stands.
    DisputeWon {
        /// Its sum is what was asked for.
        receipt: Receipt,
    },
    /// The bank gave the payment back.
    DisputeLost {
        /// Its sum is what was given back.
        receipt: Receipt,
        /// What becomes of the membership.
        then: Then,
    },
    /// The gateway's customer was deleted.
    CustomerDeleted,
    /// It ended.
    Ended {
        /// What is billed no more.
        receipt: Receipt,
        /// The first moment after it.
        ended_at: Moment,
        /// Why.
        cause: EndCause,
    },
}

/// A payment that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// When.
    pub paid_at: Moment,
    /// Of it, tax, in minor units.
    pub tax_minor: i64,
}

/// What becomes of a membership whose money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It ends, or has ended with it.
    Ends,
    /// It goes on.
    GoesOn,
    /// There is none that runs.
    Nothing,
}

/// Why a membership ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// Somebody cancelled it.
    Cancelled,
    /// A payment never came.
    Unpaid,
}

impl News {
    /// The kind, in a stable word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TrialStarted { .. } => "trial_started",
            Self::TrialEnding { .. } => "trial_ending",
            Self::Joined { .. } => "joined",
            Self::Renewed { .. } => "renewed",
            Self::Recovered { .. } => "recovered",
            Self::PaymentFailed { .. } => "payment_failed",
            Self::FirstPaymentFailed { .. } => "first_payment_failed",
            Self::NeedsApproval { .. } => "needs_approval",
            Self::CardExpiring { .. } => "card_expiring",
            Self::Switched { .. } => "switched",
            Self::PriceMoved { .. } => "price_moved",
            Self::EndArranged { .. } => "end_arranged",
            Self::Resumed { .. } => "resumed",
            Self::Paused { .. } => "paused",
            Self::Unpaused { .. } => "unpaused",
            Self::Contributed { .. } => "contributed",
            Self::ContributionFailed { .. } => "contribution_failed",
            Self::GiftBought { .. } => "gift_bought",
            Self::GiftRedeemed { .. } => "gift_redeemed",
            Self::GiftBegan { .. } => "gift_began",
            Self::GiftEnded { .. } => "gift_ended",
            Self::Refunded { .. } => "refunded",
            Self::RefundFailed { .. } => "refund_failed",
            Self::DisputeOpened { .. } => "dispute_opened",
            Self::DisputeWon { .. } => "dispute_won",
            Self::DisputeLost { .. } => "dispute_lost",
            Self::CustomerDeleted => "customer_deleted",
            Self::Ended { .. } => "ended",
        }
    }

    /// Whether it is a line of the history. Payments and refunds are there by the payment ledger, and a reminder is nothing new.
    pub fn is_line(&self) -> bool {
        !matches!(self, Self::Renewed { .. } | Self::Refunded { .. } | Self::PaymentFailed { reminder: 2.., .. })
    }

    /// Until when mail about it is worth sending, if it was due at `due_at`: what is announced until it comes, a receipt for a
    /// month, what merely happened for a week.
    pub fn is_worth_until(&self, due_at: Moment) -> Moment {
        match self {
            Self::TrialEnding { free_until: until, .. }
            | Self::CardExpiring { expires_at: until, .. }
            | Self::PaymentFailed { open_until: until, .. }
            | Self::NeedsApproval { open_until: until, .. } => *until,
            Self::Joined { .. }
            | Self::Renewed { .. }
            | Self::Recovered { .. }
            | Self::Contributed { .. }
            | Self::GiftBought { .. }
            | Self::GiftBegan { .. }
            | Self::Refunded { .. } => due_at.plus_millis(RECEIPT_FOR_MILLIS),
            _ => due_at.plus_millis(NEWS_FOR_MILLIS),
        }
    }

    /// What is billed from then on, where that is what the news is about.
    pub fn rate(&self) -> Option<&Receipt> {
        match self {
            Self::TrialStarted { receipt, .. }
            | Self::Joined { receipt, .. }
            | Self::Switched { to: receipt, .. }
            | Self::PriceMoved { to: receipt, .. } => Some(receipt),
            _ => None,
        }
    }
}
