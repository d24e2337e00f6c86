//! Members and the people behind them.

use super::{
    email::Email,
    id::{MemberId, PersonId},
    time::Moment,
};

/// The personal data of one person: kept in one table, erased by clearing one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The row's id.
    pub id: PersonId,
    /// The address.
    pub email: Email,
    /// What the person wants to be called.
    pub name: Option<String>,
    /// The language tag that mail is written in.
    pub locale: String,
}

/// A person who signed in or paid at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The member's id.
    pub id: MemberId,
    /// Permanent and newsroom-wide; not the tally.
    pub number: i64,
    /// The person, until erased.
    pub person_id: Option<PersonId>,
    /// When the address answered for the first time.
    pub verified_at: Option<Moment>,
    /// When the member was deleted.
    pub deleted_at: Option<Moment>,
    /// When the row was made.
    pub created_at: Moment,
}

/// The longest name that is kept, in characters.
pub const NAME_MAX_CHARS: usize = 100;

/// Reads a person's name: spaces around it are cut off, an empty one is none.
///
/// # Errors
/// A sentence that says what would be right, for control characters and for more than [`NAME_MAX_CHARS`] characters.
pub fn parse_name(text: &str) -> Result<Option<String>, &'static str> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err("has a character that a name cannot have");
    }
    if text.chars().count() > NAME_MAX_CHARS {
        return Err("is longer than 100 characters");
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
