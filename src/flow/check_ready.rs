//! Whether this process can do its work.

use super::{Context, StoreError};

/// Asks the database, and whether its schema is up to date.
///
/// # Errors
/// [`StoreError`] says what is missing.
pub async fn check(context: &Context) -> Result<(), StoreError> {
    context.store.check().await
}
