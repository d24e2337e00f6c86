//! `masthead check-config`.

use std::process::ExitCode;

use super::{CommandResult, SettingsArgs};
use crate::store::Store;

/// Reads the settings and asks the database.
pub async fn run(args: SettingsArgs) -> CommandResult {
    let config = args.load()?;
    println!("The settings can be read.");
    let store = Store::open(&config.database.url, config.database.acquire_timeout()).await?;
    store.check().await?;
    println!("The database answers and its schema is up to date.");
    Ok(ExitCode::SUCCESS)
}
