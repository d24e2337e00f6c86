//! `masthead apply newsroom.toml`.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;

use super::{CommandResult, SettingsArgs, log, secret};
use crate::{
    app::{self, SystemEntropy, wall_clock},
    config::{NewsroomFault, read_declaration},
    domain::actor::Actor,
    flow::{Clock, apply_newsroom},
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

/// A context for commands that touch the database alone.
pub(super) async fn offline_context(
    config: &crate::config::Config,
) -> Result<crate::flow::Context, Box<dyn std::error::Error>> {
    let mut config = config.clone();
    // These commands never call the payment gateway, so they need no key of it.
    config.payments.secret_key = "sk_test_unused".to_owned();
    let throw_away = secret::throw_away(&SystemEntropy)?;
    Ok(app::context(&config, throw_away, Clock::new(wall_clock, wall_clock), Arc::new(SystemEntropy)).await?)
}
