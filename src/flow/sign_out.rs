//! Signing out.

use super::{Context, StoreError};
use crate::{domain::id::SessionId, store};

/// Ends a session. What it opened elsewhere ends with the tokens that were issued for it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sign_out(context: &Context, session_id: &SessionId) -> Result<(), StoreError> {
    let mut tx = context.store.begin().await?;
    store::session::end(&mut tx, session_id, context.clock.wall()).await?;
    tx.commit().await
}
