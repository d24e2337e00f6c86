//! Notices: what a member is told of a membership, and what only its history says, each thing once.

use super::{
    id::{MemberId, SubscriptionId},
    news::News,
    plan::words,
    time::Moment,
};

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was told by mail.
    Told,
    /// It is in the history and was not told by mail: it is no news, or other mail tells it.
    Kept,
    /// Its reason was gone when it was due.
    Dropped,
}

words!(Outcome, Told = "told", Kept = "kept", Dropped = "dropped");

/// One thing that a member is told, or that only their history says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about: the same thing has the same key, however often it is seen.
    pub key: String,
    /// Whom it concerns.
    pub member_id: MemberId,
    /// The subscription, where it is about one.
    pub subscription_id: Option<SubscriptionId>,
    /// What it says.
    pub news: News,
    /// When it happened, in business time.
    pub at: Moment,
    /// When it is told, in business time.
    pub due_at: Moment,
    /// What became of it; none while it waits.
    pub outcome: Option<Outcome>,
}

impl Notice {
    /// Whether it is a line of the history. That something was announced is one only if it was.
    pub fn is_line(&self) -> bool {
        match self.news {
            News::TrialEnding { .. }
            | News::CardExpiring { .. }
            | News::RightEnding { .. }
            | News::RightEnded { .. } => self.outcome == Some(Outcome::Told),
            _ => self.news.is_line(),
        }
    }
}
