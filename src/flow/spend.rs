//! Budgets of an hour.

use super::{Context, StoreError};
use crate::{
    domain::time::HOUR_MILLIS,
    store::{self, Conn},
};

/// What was taken from a budget so far.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    /// How many times in this hour, this time among them.
    pub used: i64,
    /// After how many seconds the next hour begins.
    pub retry_after_seconds: u64,
}

/// Takes one from the hour's budget of a subject, which is stored as a pseudonym.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn hourly(context: &Context, conn: &mut Conn, name: &str, subject: &str) -> Result<Spent, StoreError> {
    let now = context.clock.wall().millis();
    let window_start = now - now.rem_euclid(HOUR_MILLIS);
    let subject = context.secret.pseudonym(subject);
    let used = store::budget::take(conn, name, &subject, window_start).await?;
    let left_seconds = (window_start + HOUR_MILLIS - now) / 1_000 + 1;
    Ok(Spent { used, retry_after_seconds: u64::try_from(left_seconds).unwrap_or(1) })
}
