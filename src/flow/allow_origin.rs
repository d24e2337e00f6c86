//! Which websites' scripts may call the API with their readers' sessions.

use super::{Context, StoreError};
use crate::store;

/// Whether an origin is registered, exactly as written.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_registered(context: &Context, origin: &str) -> Result<bool, StoreError> {
    let mut conn = context.store.read().await?;
    store::site::has_origin(&mut conn, origin).await
}
