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

    /// Which database it is, without a password: a path, or server and name.
    pub fn place(&self) -> String {
        if let Some(path) = self.path() {
            return path.to_owned();
        }
        let Ok(url) = url::Url::parse(&self.url) else { return "the database of the settings".to_owned() };
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}{}", url.host_str().unwrap_or_default(), url.path())
    }

    /// Whether it is an SQLite file that opening would make.
    pub fn is_missing_file(&self) -> bool {
        self.path().is_some_and(|path| path != ":memory:" && !std::path::Path::new(path).exists())
    }

    fn path(&self) -> Option<&str> {
        let path = self.url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        path.split('?').next()
    }
}

impl std::fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseConfig(…)")
    }
}
