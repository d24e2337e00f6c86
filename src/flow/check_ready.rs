//! Whether this process can do its work.

use std::time::{Duration, Instant};

use super::{Context, Phase, StoreError};

/// How long the database may take to answer.
const DATABASE_BOUND: Duration = Duration::from_secs(2);

/// Why this process is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unready {
    /// It was told to stop.
    Stopping,
    /// The database does not answer in time, or refuses.
    Database,
    /// Migrations have not run, or this binary is too old for the schema.
    Schema,
    /// There is no key to sign tokens with.
    SigningKeys,
    /// A loop has given no sign of life.
    Worker(&'static str),
}

/// Everything that keeps this process from its work; nothing when it is ready. Never takes longer than a few seconds.
pub async fn check(context: &Context, now: Instant) -> Vec<Unready> {
    let mut found = Vec::new();
    if context.stop.has_reached(Phase::Announced) {
        found.push(Unready::Stopping);
    }
    found.extend(check_database(context).await);
    if context.keyring.public_keys().is_empty() {
        found.push(Unready::SigningKeys);
    }
    found.extend(context.pulse.silent(now).into_iter().map(Unready::Worker));
    found
}

async fn check_database(context: &Context) -> Option<Unready> {
    match tokio::time::timeout(DATABASE_BOUND, context.store.check()).await {
        Ok(Ok(())) => None,
        Ok(Err(error @ (StoreError::SchemaBehind | StoreError::SchemaFromTheFuture { .. }))) => {
            tracing::warn!(%error, "not ready");
            Some(Unready::Schema)
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            Some(Unready::Database)
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer in time");
            Some(Unready::Database)
        }
    }
}
