//! Posting to the outbox: what goes out if and only if its cause commits.

use super::{Context, StoreError};
use crate::{
    domain::id::{OutboxId, PersonId},
    store::{
        self, Conn,
        outbox::{Draft, Message},
    },
};

/// Posts what is of use for so many milliseconds. The message's id is the key under which the gateway is asked, so it is stored
/// before the call.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn post(
    context: &Context,
    conn: &mut Conn,
    person_id: Option<&PersonId>,
    message: Message,
    ttl_millis: i64,
) -> Result<(), StoreError> {
    let now = context.clock.wall();
    let draft = Draft {
        id: OutboxId::mint(now, context.entropy.as_ref()),
        person_id: person_id.cloned(),
        message,
        now,
        expires_at: now.plus_millis(ttl_millis),
    };
    store::outbox::post(conn, &draft).await
}
