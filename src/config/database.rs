//! Where the data is kept.

use std::time::Duration;

use serde::Deserialize;

/// Where the data is kept.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:…` or `postgres://…`; may hold a password.
    pub url: String,
    /// How long a request waits for a connection, in milliseconds.
    pub acquire_timeout_milliseconds: u64,
}

impl DatabaseConfig {
    /// How long a request waits for a connection.
    pub fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_milliseconds)
    }

    /// Whether it is an SQLite file that opening would make.
    pub fn is_missing_file(&self) -> bool {
        let Some(path) = self.url.strip_prefix("sqlite:") else { return false };
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split('?').next().unwrap_or_default();
        path != ":memory:" && !std::path::Path::new(path).exists()
    }
}

impl std::fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseConfig(…)")
    }
}
