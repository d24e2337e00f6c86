//! `masthead serve`: the service itself.

use std::{net::TcpListener, process::ExitCode};

use clap::Args;

use super::{
    CommandResult, SettingsArgs, log,
    production::{self, SETTINGS_EXIT_CODE},
    signals::StopSignals,
};
use crate::{
    app::{App, Duty, Surroundings},
    config::Config,
};

/// How to serve.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Bring the database's schema up to date first; safe when several do it at once.
    #[arg(long)]
    migrate: bool,
    /// Serve alone: what comes in and goes out is worked on by `masthead worker` elsewhere.
    #[arg(long)]
    no_worker: bool,
}

/// Serves until it is told to stop.
pub async fn run(args: ServeArgs) -> CommandResult {
    let Some(config) = production::read_settings(&args.settings)? else {
        return Ok(ExitCode::from(SETTINGS_EXIT_CODE));
    };
    log::start(&config.log);
    let mut signals = StopSignals::listen()?;
    let context = production::open(&config).await?;
    if args.migrate {
        context.store.migrate().await?;
    }
    let form_origins = config.payments.form_origins();
    let surroundings = Surroundings { mailer: production::mailer(&config)?, dev: None, form_origins };
    let listener = bind(&config)?;
    let duty = if args.no_worker { Duty::Web } else { Duty::Everything };
    let app = App::build(&config, context, surroundings, listener).await?.start_with(duty);
    tracing::info!(listen = %config.http.listen, base_url = %config.http.base_url, "serving");
    signals.next().await;
    tracing::info!("stopping");
    signals.quit_at_the_next();
    app.stop().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn bind(config: &Config) -> Result<TcpListener, String> {
    let address = config.http.listen;
    TcpListener::bind(address).map_err(|error| format!("cannot listen on {address} ({error}): change http.listen"))
}
