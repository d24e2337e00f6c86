//! Typed settings: the defaults compiled in, files over them, the environment over those. One file a concern.

mod database;
#[cfg(feature = "dev")]
pub mod demonstration;
mod fault;
mod http;
mod layers;
mod limits;
mod log;
mod mail;
mod membership;
mod metrics;
mod newsroom;
mod payments;
mod production;
mod secret_file;
mod secrets;

use std::path::Path;

use serde::Deserialize;

pub use database::DatabaseConfig;
pub use fault::Fault;
pub use http::HttpConfig;
pub use layers::Reading;
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use mail::{MailConfig, MailTls};
pub use membership::{MembershipConfig, SessionsConfig, TokensConfig};
pub use metrics::MetricsConfig;
pub use newsroom::{NewsroomFault, read_declaration};
pub use payments::PaymentsConfig;
pub use secrets::SecretsConfig;

const DEFAULTS: &str = include_str!("../../config/default.toml");

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How the service is reached.
    pub http: HttpConfig,
    /// The secret outside the database.
    pub secrets: SecretsConfig,
    /// Where it keeps its data.
    pub database: DatabaseConfig,
    /// How it is paid.
    pub payments: PaymentsConfig,
    /// How it writes mail.
    pub mail: MailConfig,
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

/// Why the settings cannot be used: the keys, and what would be right.
#[derive(Debug, thiserror::Error)]
#[error("the settings cannot be used: {0}")]
pub struct ConfigError(String);

impl Config {
    /// The defaults alone, whatever the environment says: for the demonstration.
    ///
    /// # Errors
    /// [`ConfigError`] never, unless the defaults themselves are wrong.
    pub fn defaults() -> Result<Self, ConfigError> {
        Ok(layers::read(DEFAULTS, None, std::iter::empty()).map_err(ConfigError)?.config)
    }

    /// The defaults, a file over them if one is named, the environment over those; for what needs the secrets of these `needed`
    /// keys alone. That another secret's file is not there (yet) is no fault then.
    ///
    /// # Errors
    /// [`ConfigError`] names every key that is unknown or of the wrong kind.
    pub fn load(file: Option<&Path>, needed: &[&str]) -> Result<Self, ConfigError> {
        Self::read(file)?.needing(needed)
    }

    /// The same with the faults beside what could be read, to name them together with others.
    ///
    /// # Errors
    /// [`ConfigError`] never, unless the defaults themselves are wrong.
    pub fn read(file: Option<&Path>) -> Result<Reading, ConfigError> {
        layers::read(DEFAULTS, file, std::env::vars_os()).map_err(ConfigError)
    }
}

impl Reading {
    /// The settings, for what needs the secrets of these `needed` keys alone.
    ///
    /// # Errors
    /// [`ConfigError`] names every key that is unknown or of the wrong kind.
    pub fn needing(self, needed: &[&str]) -> Result<Config, ConfigError> {
        let is_needed = |fault: &&Fault| fault.key.strip_suffix("_file").is_none_or(|secret| needed.contains(&secret));
        let faults: Vec<String> = self.faults.iter().filter(is_needed).map(ToString::to_string).collect();
        if faults.is_empty() { Ok(self.config) } else { Err(ConfigError(faults.join("; "))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: Option<&str>, environment: &[(&str, &str)]) -> Reading {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, file.unwrap_or_default()).unwrap();
        let environment = environment.iter().map(|(name, value)| (name.into(), value.into()));
        layers::read(DEFAULTS, file.map(|_| path.as_path()), environment).unwrap()
    }

    fn keys(reading: &Reading) -> Vec<&str> {
        reading.faults.iter().map(|fault| fault.key.as_str()).collect()
    }

    #[test]
    fn the_defaults_are_complete() {
        assert_eq!(Config::defaults().unwrap().tokens.ttl_seconds, 600);
    }

    #[test]
    fn the_environment_stands_over_the_file_over_the_defaults() {
        let file = Some("[tokens]\nttl_seconds = 300\n[sessions]\nttl_days = 7\n");
        let reading = read(file, &[("MASTHEAD__TOKENS__TTL_SECONDS", "60"), ("DATABASE_URL", "sqlite:a.db")]);
        assert_eq!(keys(&reading), [""; 0]);
        let config = reading.config;
        assert_eq!((config.tokens.ttl_seconds, config.sessions.ttl_days), (60, 7));
        assert_eq!(config.database.url, "sqlite:a.db");
        let both = [("MASTHEAD__DATABASE__URL", "sqlite:b.db"), ("DATABASE_URL", "sqlite:a.db")];
        assert_eq!(read(None, &both).config.database.url, "sqlite:b.db");
    }

    #[test]
    fn text_that_looks_like_a_number_stays_text_where_text_is_wanted() {
        let environment = [
            ("MASTHEAD__SECRETS__MASTER", "1234567890"),
            ("MASTHEAD__PAYMENTS__WEBHOOK_SECRETS", "whsec_a, whsec_b"),
            ("MASTHEAD__HTTP__TRUSTED_PROXIES", "[\"10.0.0.0/8\"]"),
        ];
        let config = read(None, &environment).config;
        assert_eq!(config.secrets.master, "1234567890");
        assert_eq!(config.payments.webhook_secrets, ["whsec_a", "whsec_b"]);
        assert_eq!(config.http.trusted_proxies.len(), 1);
    }

    #[test]
    fn everything_that_cannot_be_read_is_named_at_once() {
        let file = "[http]\nlisen = \"x\"\nlisten = 7\ntrusted_proxies = [\"10.0.0.0/8\", \"here\"]\n[cellar]\na = 1\n\
                    [tokens]\nttl_seconds = \"long\"\n[payments]\nsecret_key = 4711\n[log]\nformat = \"xml\"\n";
        let environment = [("MASTHEAD__SESSIONS__TTL_DAYS", "-1"), ("MASTHEAD__NOWHERE", "1")];
        let reading = read(Some(file), &environment);
        let mut named = keys(&reading);
        named.sort_unstable();
        let wanted = [
            "cellar",
            "http.lisen",
            "http.listen",
            "http.trusted_proxies",
            "log.format",
            "nowhere",
            "payments.secret_key",
            "sessions.ttl_days",
            "tokens.ttl_seconds",
        ];
        assert_eq!(named, wanted);
        let said: Vec<String> = reading.faults.iter().map(ToString::to_string).collect();
        assert!(!said.join("\n").contains("4711"), "a secret's value is printed: {said:?}");
        assert!(
            said.iter().any(|line| line.starts_with("http.lisen (MASTHEAD__HTTP__LISEN)") && line.contains("listen"))
        );
    }

    #[test]
    fn a_section_that_is_no_section_is_named() {
        assert_eq!(keys(&read(Some("http = 7\n"), &[])), ["http"]);
        assert_eq!(keys(&read(Some("[http]\nlisten = { a = 1 }\n"), &[])), ["http.listen"]);
        assert_eq!(keys(&read(Some("http = [\n"), &[])), ["--config"]);
    }

    #[test]
    fn a_secret_may_be_in_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let (master, signing) = (path("master", "s3cret\n"), path("signing", "whsec_a\n\nwhsec_b\n"));
        let environment = [
            ("MASTHEAD__SECRETS__MASTER_FILE", master.as_str()),
            ("MASTHEAD__PAYMENTS__WEBHOOK_SECRETS_FILE", signing.as_str()),
        ];
        let reading = read(None, &environment);
        assert_eq!(keys(&reading), [""; 0]);
        assert_eq!(reading.config.secrets.master, "s3cret");
        assert_eq!(reading.config.payments.webhook_secrets, ["whsec_a", "whsec_b"]);
        let empty = path("empty", " \n");
        for (given, named) in [("/nowhere/master", "cannot be read"), (empty.as_str(), "is empty")] {
            let faults = read(None, &[("MASTHEAD__SECRETS__MASTER_FILE", given)]).faults;
            assert!(faults.len() == 1 && faults[0].key == "secrets.master_file", "{faults:?}");
            assert!(faults[0].to_string().contains(named), "{}", faults[0]);
        }
        let file = format!("[secrets]\nmaster = \"another\"\nmaster_file = \"{master}\"\n");
        assert_eq!(keys(&read(Some(&file), &[])), ["secrets.master"]);
        assert_eq!(keys(&read(Some("[tokens]\nttl_seconds_file = \"/x\"\n"), &[])), ["tokens.ttl_seconds_file"]);
    }
}
