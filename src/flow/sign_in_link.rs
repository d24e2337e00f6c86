//! A sign-in link that a mail about a payment carries; its code works in the browser that paid.

use super::{Context, StoreError};
use crate::{
    domain::{
        attempt::{ATTEMPT_TTL_SECONDS, Attempt, Purpose},
        id::{AttemptId, PersonId},
    },
    store::{self, Conn},
};

/// Prepares an attempt whose link the next mail carries. Returns its id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn prepare(
    context: &Context,
    conn: &mut Conn,
    person_id: &PersonId,
    browser_hash: &str,
) -> Result<AttemptId, StoreError> {
    let now = context.clock.wall();
    let attempt = Attempt {
        id: AttemptId::mint(now, context.entropy.as_ref()),
        person_id: person_id.clone(),
        purpose: Purpose::SignIn,
        member_id: None,
        browser_hash: Some(browser_hash.to_owned()),
        return_to: None,
        wrong_codes: 0,
        created_at: now,
        expires_at: now.plus_seconds(ATTEMPT_TTL_SECONDS),
        used_at: None,
    };
    store::attempt::insert(conn, &attempt).await?;
    Ok(attempt.id)
}
