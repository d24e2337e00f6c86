//! `masthead migrate`.

use std::process::ExitCode;

use super::{CommandResult, SettingsArgs, log};
use crate::store::Store;

/// Brings the schema up to date.
pub async fn run(args: SettingsArgs) -> CommandResult {
    let config = args.load(&[])?;
    log::start(&config.log);
    let store = Store::open(&config.database.url, config.database.acquire_timeout()).await?;
    store.migrate().await?;
    store.close().await;
    println!("The schema of {} is up to date.", config.database.place());
    Ok(ExitCode::SUCCESS)
}
