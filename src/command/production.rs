//! What `serve` and `worker` begin with: settings without a fault, the context on an open database, where mail goes.

use std::{process::ExitCode, sync::Arc};

use super::{CommandResult, SettingsArgs, on_one_line};
use crate::{
    app::{self, BuildError, SystemEntropy, wall_clock},
    config::{Config, ConfigError, Fault},
    flow::{Clock, Context, Mailer, prepare_payments::PrepareError, publish_keys::KeysError},
    token::MasterSecret,
};

/// What a command ends with when the settings are at fault, as `EX_CONFIG` of sysexits.h: starting again does not help.
pub const SETTINGS_EXIT_CODE: u8 = 78;

/// Settings that are fit for production; none when they are not, which is told on standard error: every fault in one go.
///
/// # Errors
/// [`ConfigError`] never, unless the defaults themselves are wrong.
pub fn read_settings(args: &SettingsArgs) -> Result<Option<Config>, ConfigError> {
    let (config, faults) = look_at_settings(args)?;
    if faults.is_empty() {
        return Ok(Some(config));
    }
    let settings = if faults.len() == 1 { "One setting keeps" } else { "These settings keep" };
    eprintln!("masthead: {settings} the service from starting:");
    for fault in faults {
        eprintln!("  {fault}");
    }
    Ok(None)
}

/// The settings, and everything that keeps production from starting with them.
///
/// # Errors
/// [`ConfigError`] never, unless the defaults themselves are wrong.
pub fn look_at_settings(args: &SettingsArgs) -> Result<(Config, Vec<Fault>), ConfigError> {
    let reading = args.read()?;
    let mut faults = reading.faults;
    if faults.iter().any(Fault::is_of_file) {
        return Ok((reading.config, faults));
    }
    let weak = reading.config.production_faults();
    // What cannot be read is told once, not again as its default's fault.
    let told: Vec<String> = faults.iter().map(|fault| fault.key.clone()).collect();
    faults.extend(weak.into_iter().filter(|fault| !told.iter().any(|key| key.starts_with(&fault.key))));
    Ok((reading.config, faults))
}

/// How a start ends: one that only other settings can mend ends as one with faulty settings does.
///
/// # Errors
/// Every other error, as it came.
pub fn or_settings(result: CommandResult) -> CommandResult {
    result.or_else(|error| {
        let is_other_secret = matches!(error.downcast_ref(), Some(BuildError::Keys(KeysError::Secret(_))));
        let is_other_account =
            matches!(error.downcast_ref(), Some(PrepareError::OtherAccount { .. } | PrepareError::Key(_)));
        if !is_other_secret && !is_other_account {
            return Err(error);
        }
        eprintln!("masthead: {}", on_one_line(error.as_ref()));
        Ok(ExitCode::from(SETTINGS_EXIT_CODE))
    })
}

/// The context on the database of the settings.
///
/// # Errors
/// [`BuildError`].
pub async fn open(config: &Config) -> Result<Context, BuildError> {
    // Settings with a master secret that is none were refused before; an empty one is refused here.
    let secret = MasterSecret::new(&config.secrets.master_bytes().unwrap_or_default())?;
    app::context(config, secret, Clock::new(wall_clock, wall_clock), Arc::new(SystemEntropy)).await
}

/// Where mail goes.
///
/// # Errors
/// [`BuildError::Mail`] says what in the settings cannot be used.
pub fn mailer(config: &Config) -> Result<Mailer, BuildError> {
    Ok(Mailer::Smtp(app::smtp_mailer(config)?))
}
