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
    let window_start = hour_of(now);
    let subject = context.secret.pseudonym(subject);
    let used = store::budget::take(conn, name, &subject, window_start).await?;
    let left_seconds = (window_start + HOUR_MILLIS - now) / 1_000 + 1;
    Ok(Spent { used, retry_after_seconds: u64::try_from(left_seconds).unwrap_or(1) })
}

/// How many times something was done in this hour, without taking one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn used_this_hour(context: &Context, conn: &mut Conn, name: &str, subject: &str) -> Result<i64, StoreError> {
    let window_start = hour_of(context.clock.wall().millis());
    store::budget::count(conn, name, &context.secret.pseudonym(subject), window_start).await
}

fn hour_of(now_millis: i64) -> i64 {
    now_millis - now_millis.rem_euclid(HOUR_MILLIS)
}
