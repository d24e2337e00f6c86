//! The settings that the demonstration leaves in its data folder, for commands beside it.

use std::{fs, io, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use toml::{Table, Value};
use url::Url;

use super::{Config, ConfigError, DEFAULTS, Reading, layers};

/// The name of the file.
const FILE: &str = "settings.toml";
const HEAD: &str =
    "# Written by `masthead dev` at each start: a command with --dev reads it, and so can one with --config.\n\n";

/// Writes what another process needs to reach the database, the payments and the secret of the demonstration. Its owner alone reads
/// it. A key to Stripe's own service is not in it.
///
/// # Errors
/// What the file system says.
pub fn write(folder: &Path, config: &Config, master: &[u8]) -> io::Result<()> {
    let master: String = master.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| layers::put(&mut table, key, value);
    put("http.listen", config.http.listen.to_string().into());
    put("http.base_url", config.http.base_url.to_string().into());
    put("secrets.master", master.into());
    put("database.url", config.database.url.clone().into());
    put("payments.live", false.into());
    put("payments.promotion_codes", config.payments.promotion_codes.into());
    if let Some(url) = config.payments.api_url() {
        put("payments.api_url", url.into());
        put("payments.secret_key", config.payments.secret_key.clone().into());
    }
    let beside = folder.join(format!("{FILE}.new"));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(format!("{HEAD}{table}").as_bytes())?;
    fs::rename(beside, folder.join(FILE))
}

/// Reads them, whatever the environment says. Business time is the sandbox's, if the payments are.
///
/// # Errors
/// [`ConfigError`] when there are none.
pub fn read(folder: &Path) -> Result<Reading, ConfigError> {
    let path = folder.join(FILE);
    if !path.is_file() {
        return Err(ConfigError(format!(
            "there is no file {}: start `masthead dev`, and say with --dev=DIR where its data is",
            path.display()
        )));
    }
    let mut reading = layers::read(DEFAULTS, Some(&path), std::iter::empty()).map_err(ConfigError)?;
    let payments = &mut reading.config.payments;
    payments.sandbox = payments.api_url().and_then(|url| Url::parse(url).ok());
    Ok(reading)
}
