//! `masthead sandbox`: the payment sandbox alone, for developing against Masthead's payments without an account at Stripe.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use stripe_sandbox::{SandboxConfig, WebhookTarget};

use super::{CommandResult, signals::StopSignals};

/// Where the sandbox listens, and what it knows.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Where it listens; port 0 is any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8082")]
    listen: SocketAddr,
    /// Its address as browsers see it; by default the one where it listens.
    #[arg(long, value_name = "URL")]
    public_url: Option<url::Url>,
    /// The only API key that it takes.
    #[arg(long, value_name = "KEY", default_value = "sk_test_sandbox")]
    api_key: String,
    /// Where every event goes.
    #[arg(long, value_name = "URL")]
    webhook_url: Option<url::Url>,
    /// What signs the events.
    #[arg(long, value_name = "SECRET", default_value = "whsec_sandbox")]
    webhook_secret: String,
    /// Where the state is kept; by default in memory.
    #[arg(long, value_name = "FILE")]
    state_file: Option<PathBuf>,
    /// Seed of its ids and of its chaos.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

/// Runs the sandbox until the process is told to stop. Its address is the one line that it prints.
pub async fn run(args: SandboxArgs) -> CommandResult {
    let mut signals = StopSignals::listen()?;
    let listener = TcpListener::bind(args.listen)
        .map_err(|error| format!("cannot listen on {}: {error}; choose another address with --listen", args.listen))?;
    let here = format!("http://{}", listener.local_addr()?);
    let sandbox = stripe_sandbox::start(SandboxConfig {
        listener,
        public_url: args.public_url.map_or(here, |url| url.to_string()),
        api_key: args.api_key,
        webhook: args.webhook_url.map(|url| WebhookTarget { url: url.to_string(), secret: args.webhook_secret }),
        state_file: args.state_file,
        seed: args.seed,
    })
    .await?;
    println!("{}", sandbox.url());
    signals.next().await;
    signals.quit_at_the_next();
    sandbox.stop().await;
    Ok(ExitCode::SUCCESS)
}
