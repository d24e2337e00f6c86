//! `masthead import FILE`: members from another system.

use std::{fs, path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};

use super::{CommandResult, SettingsArgs, offline::open};
use crate::{
    domain::{actor::Actor, entitlement::Source, member_file::RowFault, wording::counted},
    flow::import_members::{self, ImportError, Imported, Note},
};

/// How many faults are told; a file with more has one fault many times.
const TOLD_MAX: usize = 100;

/// What to import, and as what.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// A CSV file whose first line names its columns: email, plan, and name, from, until, reference as far as they are known.
    /// Days are written as 2026-12-31; `until` is the last day.
    file: PathBuf,
    /// Who bills these members.
    #[arg(long, value_enum)]
    source: ImportSource,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Who bills imported members.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ImportSource {
    /// An earlier system, which goes on billing them.
    External,
    /// Nobody: they pay by bank transfer or in cash.
    Offline,
}

/// Imports; fails when the file has faults, and then writes nothing.
pub async fn run(args: ImportArgs) -> CommandResult {
    let file = fs::read(&args.file).map_err(|error| format!("{}: {error}", args.file.display()))?;
    let context = open(&args.settings).await?;
    let source = match args.source {
        ImportSource::External => Source::External,
        ImportSource::Offline => Source::Offline,
    };
    let imported = import_members::import(&context, &file, source, args.dry_run, &Actor::CommandLine).await;
    context.store.close().await;
    let done = match imported {
        Ok(done) => done,
        Err(ImportError::Faults(faults)) => return Ok(refuse(&faults)),
        Err(error) => return Err(error.into()),
    };
    tell(&done, args.dry_run);
    Ok(ExitCode::SUCCESS)
}

fn tell(done: &Imported, is_trial: bool) {
    for Note { line, words } in done.notes.iter().take(TOLD_MAX) {
        println!("line {line}: {words}");
    }
    if done.notes.len() > TOLD_MAX {
        println!("… and {} more", done.notes.len() - TOLD_MAX);
    }
    let verb = if is_trial { "Would import" } else { "Imported" };
    let rows = counted(done.added + done.changed + done.unchanged, "row", "rows");
    let left_out = if done.left_out > 0 { format!(" Left out: {}.", done.left_out) } else { String::new() };
    println!("{verb} {rows}: {} added, {} changed, {} unchanged.{left_out}", done.added, done.changed, done.unchanged);
}

fn refuse(faults: &[RowFault]) -> ExitCode {
    for RowFault { line, column, words } in faults.iter().take(TOLD_MAX) {
        let separator = if column.is_empty() { "" } else { ", " };
        eprintln!("line {line}{separator}{column}: {words}");
    }
    if faults.len() > TOLD_MAX {
        eprintln!("… and {} more", faults.len() - TOLD_MAX);
    }
    eprintln!("masthead: nothing was imported; the file has {}", counted(faults.len(), "fault", "faults"));
    ExitCode::FAILURE
}
