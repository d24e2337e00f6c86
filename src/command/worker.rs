//! `masthead worker`: the loops alone, beside processes that only serve.

use std::process::ExitCode;

use super::{
    CommandResult, SettingsArgs, log, offline,
    production::{self, SETTINGS_EXIT_CODE},
    signals::StopSignals,
};
use crate::{app::RunningWorker, flow::prepare_payments};

/// Works until it is told to stop.
pub async fn run(args: SettingsArgs) -> CommandResult {
    production::or_settings(work(args).await)
}

async fn work(args: SettingsArgs) -> CommandResult {
    let Some(config) = production::read_settings(&args)? else {
        return Ok(ExitCode::from(SETTINGS_EXIT_CODE));
    };
    log::start(&config.log);
    let mut signals = StopSignals::listen()?;
    offline::is_there(&config)?;
    let context = production::open(&config).await?;
    context.store.check().await?;
    prepare_payments::settle_account(&context).await?;
    let worker = RunningWorker::start(&config, context, production::mailer(&config)?).await?;
    tracing::info!("working");
    signals.next().await;
    tracing::info!("stopping");
    signals.quit_at_the_next();
    worker.stop().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}
