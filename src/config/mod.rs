//! Typed settings: the defaults compiled in, files over them, the environment over those. One file a concern.

mod database;
mod http;
mod limits;
mod log;
mod membership;
mod metrics;
mod newsroom;
mod payments;

use std::path::Path;

use figment::{
    Figment,
    providers::{Env, Format as _, Toml},
};
use serde::Deserialize;

pub use database::DatabaseConfig;
pub use http::HttpConfig;
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use membership::{MembershipConfig, SessionsConfig, TokensConfig};
pub use metrics::MetricsConfig;
pub use newsroom::{NewsroomFault, read_declaration};
pub use payments::PaymentsConfig;

const DEFAULTS: &str = include_str!("../../config/default.toml");

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How the service is reached.
    pub http: HttpConfig,
    /// Where it keeps its data.
    pub database: DatabaseConfig,
    /// How it is paid.
    pub payments: PaymentsConfig,
    /// How long rights outlast what is paid.
    pub membership: MembershipConfig,
    /// How long browsers stay signed in.
    pub sessions: SessionsConfig,
    /// How long tokens live.
    pub tokens: TokensConfig,
    /// Budgets against flooding.
    pub limits: LimitsConfig,
    /// What is logged, and how.
    pub log: LogConfig,
    /// Who may read the metrics.
    pub metrics: MetricsConfig,
}

/// Why the settings cannot be used: the key, and what would be right.
#[derive(Debug, thiserror::Error)]
#[error("the settings cannot be used: {0}")]
pub struct ConfigError(String);

impl Config {
    /// The defaults alone, whatever the environment says: for the demonstration.
    ///
    /// # Errors
    /// [`ConfigError`] never, unless the defaults themselves are wrong.
    pub fn defaults() -> Result<Self, ConfigError> {
        extract(Figment::from(Toml::string(DEFAULTS)))
    }

    /// The defaults, a file over them if one is named, the environment over those.
    ///
    /// # Errors
    /// [`ConfigError`] names the key that is unknown, or of the wrong kind, and where it stands.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(path) = file {
            if !path.is_file() {
                return Err(ConfigError(format!("there is no file {}", path.display())));
            }
            figment = figment.merge(Toml::file_exact(path));
        }
        let renamed = Env::raw().only(&["DATABASE_URL"]).map(|_| "database.url".into());
        extract(figment.merge(renamed).merge(Env::prefixed("MASTHEAD__").split("__")))
    }
}

fn extract(figment: Figment) -> Result<Config, ConfigError> {
    figment.extract().map_err(|error| {
        let faults: Vec<String> = error.into_iter().map(|fault| fault.to_string()).collect();
        ConfigError(faults.join("; "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_complete() {
        assert_eq!(Config::defaults().unwrap().tokens.ttl_seconds, 600);
    }

    #[test]
    fn an_unknown_key_is_named() {
        let figment = Figment::from(Toml::string(DEFAULTS)).merge(Toml::string("[http]\nlisen = \"x\""));
        assert!(extract(figment).unwrap_err().to_string().contains("lisen"));
    }
}
