//! Notices: what a member is told of a membership, each thing once.

use super::{
    id::{MemberId, SubscriptionId},
    mail::MembershipNews,
    plan::words,
    time::Moment,
};

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A renewal was paid.
    Renewed,
    /// A renewal failed.
    PaymentFailed,
    /// A renewal waits for the payer's approval.
    NeedsApproval,
    /// The time that is given after a failed renewal goes on.
    Grace,
    /// The end was arranged.
    EndArranged,
    /// The arranged end was taken back.
    Resumed,
    /// It ended.
    Ended,
}

words!(
    NoticeKind,
    Renewed = "renewed",
    PaymentFailed = "payment_failed",
    NeedsApproval = "needs_approval",
    Grace = "grace",
    EndArranged = "end_arranged",
    Resumed = "resumed",
    Ended = "ended"
);

/// One thing that a member is told, or that only their history says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about: the same thing has the same key, however often it is seen.
    pub key: String,
    /// Whom it is told.
    pub member_id: MemberId,
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// What it is.
    pub kind: NoticeKind,
    /// The mail; none when only the history says it.
    pub news: Option<MembershipNews>,
    /// When it happened, in business time.
    pub at: Moment,
    /// When it is told, in business time.
    pub due_at: Moment,
}
