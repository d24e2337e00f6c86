//! `masthead ledger check [--repair]`: our books against Stripe's.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CommandResult, SettingsArgs, log, offline};
use crate::{
    domain::{
        ledger_check::Booked,
        statement,
        time::{Moment, Window},
    },
    flow::{
        Context,
        check_ledger::{self, Found},
        read_statement,
    },
};

/// What to do with the payment ledger.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Compare the payment ledger with Stripe's balance transactions. Fails when they differ.
    Check(CheckArgs),
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// Only a month of the newsroom's, such as 2026-11.
    #[arg(long, conflicts_with = "year")]
    month: Option<String>,
    /// Only a year of the newsroom's, such as 2026.
    #[arg(long)]
    year: Option<String>,
    /// Add the rows that are missing. Nothing is changed or taken out.
    #[arg(long)]
    repair: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Compares, and says what differs.
pub async fn run(args: LedgerArgs) -> CommandResult {
    let What::Check(args) = args.what;
    let config = args.settings.load(&["payments.secret_key", "secrets.master"])?;
    log::start(&config.log);
    let context = offline::with_payments(&config).await?;
    context.store.check().await?;
    let is_sound = check(&context, &args).await?;
    context.store.close().await;
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn check(context: &Context, args: &CheckArgs) -> Result<bool, Box<dyn std::error::Error>> {
    let window = window(context, args).await?;
    let found = check_ledger::check(context, &window).await?;
    tell(&found);
    if !args.repair || found.missing.is_empty() {
        return Ok(found.is_sound());
    }
    let added = check_ledger::repair(context, &found.missing).await?;
    println!("Rows added: {added} of {}.", found.missing.len());
    Ok(added == found.missing.len() && found.different.is_empty() && found.extra.is_empty())
}

async fn window(context: &Context, args: &CheckArgs) -> Result<Window, Box<dyn std::error::Error>> {
    let time_zone = read_statement::time_zone(context).await?;
    let window = match (&args.month, &args.year) {
        (Some(month), _) => statement::month(month, &time_zone),
        (None, Some(year)) => statement::year(year, &time_zone),
        (None, None) => Ok(Window { from: Moment::from_millis(0), until: None }),
    };
    Ok(window.map_err(|error| format!("the time to check is {error}"))?)
}

fn tell(found: &Found) {
    for one in &found.missing {
        println!("missing: {}", words(&one.booked));
    }
    for id in &found.extra {
        println!("extra: {id} is in the ledger and not at Stripe");
    }
    for one in &found.different {
        for (column, ours, theirs) in &one.columns {
            println!("different: {} {column} is {ours} in the ledger, {theirs} at Stripe", one.balance_transaction_id);
        }
    }
    for booked in &found.foreign {
        println!("foreign: {}, not ours", words(booked));
    }
    println!(
        "Alike: {}. Missing: {}. Extra: {}. Different: {}. Foreign, and left alone: {}.",
        found.alike,
        found.missing.len(),
        found.extra.len(),
        found.different.len(),
        found.foreign.len()
    );
}

fn words(booked: &Booked) -> String {
    let currency = booked.gross.currency;
    let amount = currency.decimal(i128::from(booked.gross.amount_minor));
    let source = booked.source_ref.as_deref().unwrap_or("of nothing");
    format!("{} {currency} {amount} {} {source} {}", booked.balance_transaction_id, booked.kind, booked.created_at)
}
