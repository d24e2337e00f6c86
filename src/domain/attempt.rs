//! Attempts: one request to sign in, with its link and its code.

use super::{
    id::{AttemptId, MemberId, PersonId},
    plan::words,
    time::Moment,
};

/// How long link and code work, in seconds of the wall clock.
pub const ATTEMPT_TTL_SECONDS: i64 = 15 * 60;
/// How many wrong codes an attempt bears.
pub const WRONG_CODES_MAX: i64 = 5;

/// What an attempt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To confirm a new address of a member.
    ChangeAddress,
}

words!(Purpose, SignIn = "sign_in", ChangeAddress = "change_address");

/// One request to sign in or to confirm an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The attempt's id; link and code are derived from it under a key outside the database.
    pub id: AttemptId,
    /// Whose address answers.
    pub person_id: PersonId,
    /// What it is for.
    pub purpose: Purpose,
    /// The member whose address changes.
    pub member_id: Option<MemberId>,
    /// SHA-256 of the asking browser's cookie, in hexadecimal; none when only mail carries the link.
    pub browser_hash: Option<String>,
    /// Where to go afterwards.
    pub return_to: Option<String>,
    /// How many wrong codes were typed.
    pub wrong_codes: i64,
    /// When it was made, by the wall clock.
    pub created_at: Moment,
    /// When link and code stop working, by the wall clock.
    pub expires_at: Moment,
    /// When it was used.
    pub used_at: Option<Moment>,
}

impl Attempt {
    /// Whether link and code have stopped working.
    pub fn is_expired(&self, now: Moment) -> bool {
        now >= self.expires_at
    }
}
