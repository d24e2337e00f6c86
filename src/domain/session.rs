//! Sessions: a browser's sign-in.

use super::{
    id::{AttemptId, MemberId, SessionId},
    time::Moment,
};

/// A browser's sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The session's id.
    pub id: SessionId,
    /// SHA-256 of the cookie, in hexadecimal.
    pub token_hash: String,
    /// Who is signed in.
    pub member_id: MemberId,
    /// The attempt that made it: at most one for each.
    pub attempt_id: Option<AttemptId>,
    /// When it was made, by the wall clock.
    pub created_at: Moment,
    /// When it ends, by the wall clock.
    pub expires_at: Moment,
}
