//! `masthead apply newsroom.toml`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::{CommandResult, SettingsArgs, log, offline::offline_context};
use crate::{
    config::{NewsroomFault, read_declaration},
    domain::actor::Actor,
    flow::apply_newsroom,
};

/// What to apply.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The declared newsroom.
    file: PathBuf,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Applies a declaration.
pub async fn run(args: ApplyArgs) -> CommandResult {
    let config = args.settings.load()?;
    log::start(&config.log);
    let text = std::fs::read_to_string(&args.file).map_err(|error| format!("{}: {error}", args.file.display()))?;
    let declaration = read_declaration(&text, &[]).map_err(|fault: NewsroomFault| {
        format!("{} cannot be used; nothing was changed.\n{fault}", args.file.display())
    })?;
    let context = offline_context(&config).await?;
    context.store.migrate().await?;
    apply_newsroom::apply(&context, &declaration, &Actor::CommandLine).await?;
    context.store.close().await;
    println!("Applied {}.", args.file.display());
    Ok(ExitCode::SUCCESS)
}
