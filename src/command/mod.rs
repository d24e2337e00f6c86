//! The command line.

mod apply;
mod cancellations;
mod check;
#[cfg(feature = "dev")]
mod dev;
#[cfg(feature = "dev")]
mod dev_payments;
mod gifts;
mod health;
mod import;
mod keys;
mod ledger;
mod log;
mod member;
mod migrate;
mod offline;
mod prices;
mod production;
mod reconcile;
mod recount;
#[cfg(feature = "dev")]
mod sandbox;
#[cfg(feature = "dev")]
mod secret;
mod serve;
mod signals;
mod site_secret;
mod statement;
mod webhook;
mod worker;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, ConfigError, Reading};

/// Membership and paywall campaigns for newsrooms, self-hosted.
#[derive(Debug, Parser)]
#[command(name = "masthead", version, about)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The demonstration: a newsroom, a newspaper and a payment sandbox on this machine. No money moves.
    #[cfg(feature = "dev")]
    Dev(Box<dev::DevArgs>),
    /// The payment sandbox alone: a stand-in for Stripe on this machine. No money moves.
    #[cfg(feature = "dev")]
    Sandbox(Box<sandbox::SandboxArgs>),
    /// The service, for production.
    Serve(serve::ServeArgs),
    /// What comes in and goes out, beside processes that serve with --no-worker.
    Worker(SettingsArgs),
    /// Declare plans, prices, gates, sites and campaigns from one file.
    Apply(apply::ApplyArgs),
    /// Bring the database's schema up to date.
    Migrate(SettingsArgs),
    /// Say whether the settings can be used.
    CheckConfig(SettingsArgs),
    /// Ask the service on this machine whether it is well.
    Health(health::HealthArgs),
    /// List, rotate or revoke the keys that sign tokens.
    Keys(keys::KeysArgs),
    /// Make Stripe's webhook endpoint, look at it, or replace it.
    StripeWebhook(webhook::StripeWebhookArgs),
    /// Make, list or revoke the secrets with which websites exchange continue codes.
    SiteSecret(site_secret::SiteSecretArgs),
    /// Enter, extend or end members who pay by bank transfer or in cash.
    Member(Box<member::MemberArgs>),
    /// Take over members from another system's file.
    Import(import::ImportArgs),
    /// List or settle the declarations that a person has to look at.
    Cancellations(cancellations::CancellationsArgs),
    /// List the gifts that were paid, mail a code again, or take a gift back.
    Gifts(gifts::GiftsArgs),
    /// Count every member anew and compare with the tallies.
    Recount(recount::RecountArgs),
    /// Compare everything at Stripe with what is stored, and put right what differs: what the service does by itself once a day.
    Reconcile(reconcile::ReconcileArgs),
    /// Compare the payment ledger with Stripe's own books.
    Ledger(ledger::LedgerArgs),
    /// List prices, or move old subscribers to a new one.
    Prices(prices::PricesArgs),
    /// Write what moved in a month or a year, as CSV or as a page.
    Statement(statement::StatementArgs),
}

/// Where the settings are.
#[derive(Debug, Args)]
pub(crate) struct SettingsArgs {
    /// A file of settings over the defaults.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The demonstration's settings, database, payments and clock, while `masthead dev` runs; DIR is the folder of its data.
    #[cfg(feature = "dev")]
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "data",
        conflicts_with = "config"
    )]
    dev: Option<PathBuf>,
}

/// What a command ends with when it fails: one clear line.
pub(crate) type CommandResult = Result<ExitCode, Box<dyn std::error::Error>>;

impl SettingsArgs {
    /// The settings, for a command that needs the database and these secrets besides.
    fn load(&self, secrets: &[&str]) -> Result<Config, ConfigError> {
        self.read()?.needing(&[&["database.url"], secrets].concat())
    }

    /// The settings, and what cannot be read of them.
    fn read(&self) -> Result<Reading, ConfigError> {
        #[cfg(feature = "dev")]
        if let Some(folder) = &self.dev {
            return crate::config::demonstration::read(folder);
        }
        Config::read(self.config.as_deref())
    }
}

/// Runs what the command line says. Without a command it is `dev`.
pub async fn run() -> ExitCode {
    let line = CommandLine::parse();
    let result = match line.command {
        #[cfg(feature = "dev")]
        Some(Command::Dev(args)) => dev::run(*args).await,
        #[cfg(feature = "dev")]
        None => dev::run(dev::DevArgs::default()).await,
        #[cfg(not(feature = "dev"))]
        None => {
            use clap::CommandFactory as _;
            // Printing help fails only when nobody reads it.
            let _ = CommandLine::command().print_help();
            Ok(ExitCode::from(2))
        }
        #[cfg(feature = "dev")]
        Some(Command::Sandbox(args)) => sandbox::run(*args).await,
        Some(Command::Serve(args)) => serve::run(args).await,
        Some(Command::Worker(args)) => worker::run(args).await,
        Some(Command::Apply(args)) => apply::run(args).await,
        Some(Command::Migrate(args)) => migrate::run(args).await,
        Some(Command::CheckConfig(args)) => check::run(args).await,
        Some(Command::Health(args)) => health::run(args).await,
        Some(Command::Keys(args)) => keys::run(args).await,
        Some(Command::StripeWebhook(args)) => webhook::run(args).await,
        Some(Command::SiteSecret(args)) => site_secret::run(args).await,
        Some(Command::Member(args)) => member::run(*args).await,
        Some(Command::Import(args)) => import::run(args).await,
        Some(Command::Cancellations(args)) => cancellations::run(args).await,
        Some(Command::Gifts(args)) => gifts::run(args).await,
        Some(Command::Recount(args)) => recount::run(args).await,
        Some(Command::Reconcile(args)) => reconcile::run(args).await,
        Some(Command::Ledger(args)) => ledger::run(args).await,
        Some(Command::Prices(args)) => prices::run(args).await,
        Some(Command::Statement(args)) => statement::run(args).await,
    };
    result.unwrap_or_else(|error| {
        eprintln!("masthead: {}", on_one_line(error.as_ref()));
        ExitCode::FAILURE
    })
}

/// An error with its sources, once each.
fn on_one_line(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !line.contains(&words) {
            line.push_str(": ");
            line.push_str(&words);
        }
        source = cause.source();
    }
    line
}
