//! `masthead serve`: the service itself.

use std::{net::TcpListener, process::ExitCode};

use clap::Args;

use super::{
    CommandResult, SettingsArgs, log, offline,
    production::{self, SETTINGS_EXIT_CODE},
    signals::StopSignals,
};
use crate::{
    app::{App, Duty, Surroundings},
    config::Config,
    flow::prepare_payments,
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
    production::or_settings(serve(args).await)
}

async fn serve(args: ServeArgs) -> CommandResult {
    let Some(config) = production::read_settings(&args.settings)? else {
        return Ok(ExitCode::from(SETTINGS_EXIT_CODE));
    };
    log::start(&config.log);
    let mut signals = StopSignals::listen()?;
    if !args.migrate {
        offline::is_there(&config)?;
    }
    let context = production::open(&config).await?;
    if args.migrate {
        context.store.migrate().await?;
    }
    context.store.check().await?;
    prepare_payments::settle_account(&context).await?;
    let form_origins = config.payments.form_origins();
    let surroundings = Surroundings { mailer: production::mailer(&config)?, dev: None, form_origins };
    let listener = bind(&config)?;
    let duty = if args.no_worker { Duty::Web } else { Duty::Everything };
    let app = App::build(&config, context, surroundings, listener).await?.start_with(duty);
    let context = app.context.clone();
    // Stripe may take its time; nobody waits for it.
    let furnishing = tokio::spawn(async move { prepare_payments::furnish_or_warn(&context).await });
    tracing::info!(listen = %config.http.listen, base_url = %config.http.base_url, "serving");
    signals.next().await;
    tracing::info!("stopping");
    signals.quit_at_the_next();
    furnishing.abort();
    app.stop().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn bind(config: &Config) -> Result<TcpListener, String> {
    let address = config.http.listen;
    TcpListener::bind(address).map_err(|error| format!("cannot listen on {address} ({error}): change http.listen"))
}
