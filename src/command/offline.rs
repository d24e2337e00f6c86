//! Contexts for commands that come and go, beside the service.

use std::{error::Error, sync::Arc};

use super::{SettingsArgs, log};
use crate::{
    app::{self, SystemEntropy, wall_clock},
    config::Config,
    domain::entropy,
    flow::{Clock, Context},
    token::MasterSecret,
};

/// What most of these commands begin with: reads the settings, starts the log, and opens the database, whose schema has to be this
/// version's.
///
/// # Errors
/// What is wrong with the settings, and those of [`offline_context`].
pub async fn open(settings: &SettingsArgs) -> Result<Context, Box<dyn Error>> {
    let config = settings.load(&[])?;
    log::start(&config.log);
    let context = offline_context(&config).await?;
    context.store.check().await?;
    Ok(context)
}

/// Opens the database of the settings, which has to be there. Nothing that needs the payment gateway or the master secret works
/// on it.
///
/// # Errors
/// [`app::BuildError`] when the database does not answer; a sentence when its file is not there.
pub async fn offline_context(config: &Config) -> Result<Context, Box<dyn Error>> {
    is_there(config)?;
    let mut config = config.clone();
    // These commands never call the payment gateway and make no link, code or signature: neither key is used.
    config.payments.secret_key = "sk_test_unused".to_owned();
    let unused: [u8; 32] = entropy::bytes(&SystemEntropy);
    let secret = MasterSecret::new(&unused)?;
    let clock = clock(&config).await?;
    Ok(app::context(&config, secret, clock, Arc::new(SystemEntropy)).await?)
}

/// The same with the master secret of the settings, for what seals and opens keys.
///
/// # Errors
/// Those of [`offline_context`]; a sentence when there is no such secret.
pub async fn with_secret(config: &Config) -> Result<Context, Box<dyn Error>> {
    Ok(Context { secret: Arc::new(master(config)?), ..offline_context(config).await? })
}

/// A context that also calls the payment gateway, with the key and the master secret of the settings.
///
/// # Errors
/// Those of [`with_secret`]; a sentence when there is no key.
pub async fn with_payments(config: &Config) -> Result<Context, Box<dyn Error>> {
    let key = &config.payments.secret_key;
    if !["sk_", "rk_"].iter().any(|prefix| key.starts_with(prefix)) {
        return Err("payments.secret_key (MASTHEAD__PAYMENTS__SECRET_KEY) must be a secret or restricted key".into());
    }
    is_there(config)?;
    let clock = clock(config).await?;
    Ok(app::context(config, master(config)?, clock, Arc::new(SystemEntropy)).await?)
}

/// The wall's clock; beside the demonstration business goes by the sandbox's, which may be ahead.
async fn clock(config: &Config) -> Result<Clock, Box<dyn Error>> {
    #[cfg(feature = "dev")]
    if let Some(url) = &config.payments.sandbox {
        let ahead = stripe_sandbox::ahead_ms(url.as_str()).await;
        let ahead_ms = ahead.map_err(|_| "the demonstration does not run: `masthead dev` starts it")?;
        return Ok(Clock::new(move || wall_clock().plus_millis(ahead_ms), wall_clock));
    }
    #[cfg(not(feature = "dev"))]
    let _ = config;
    Ok(Clock::new(wall_clock, wall_clock))
}

fn master(config: &Config) -> Result<MasterSecret, &'static str> {
    let secret = config.secrets.master_bytes().and_then(|bytes| MasterSecret::new(&bytes).ok());
    secret.ok_or("secrets.master (MASTHEAD__SECRETS__MASTER) must be the secret that the service runs with")
}

/// Opening an SQLite file would make it: whoever reads wants the one that is there.
///
/// # Errors
/// A sentence that names the file.
pub fn is_there(config: &Config) -> Result<(), String> {
    if !config.database.is_missing_file() {
        return Ok(());
    }
    Err(format!(
        "there is no database {} yet: `masthead migrate` makes it, if database.url and --config are the right ones",
        config.database.place()
    ))
}
