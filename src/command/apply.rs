//! `masthead apply newsroom.toml [--dry-run] [--confirm]`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::{CommandResult, SettingsArgs, log, offline::offline_context};
use crate::{
    config::{Config, NewsroomFault, read_declaration},
    domain::{actor::Actor, declaration::Declaration, wording::counted},
    flow::{
        apply_newsroom::{self, ApplyError, Consent},
        compare_newsroom::{self, Difference, Touches},
    },
    store::Store,
};

/// What to apply.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The declared newsroom.
    file: PathBuf,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Go on although subscriptions are billed by a price that goes off sale, or members lose a gate.
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Applies a declaration, or shows what that would change.
pub async fn run(args: ApplyArgs) -> CommandResult {
    let config = args.settings.load(&[])?;
    log::start(&config.log);
    let text = std::fs::read_to_string(&args.file).map_err(|error| format!("{}: {error}", args.file.display()))?;
    let declaration = read_declaration(&text, &[]).map_err(|fault: NewsroomFault| {
        format!("{} cannot be used; nothing was changed.\n{fault}", args.file.display())
    })?;
    warn_of_tax(&config, &declaration);
    if args.dry_run {
        return dry_run(&config, &declaration).await;
    }
    let store = Store::open(&config.database.url, config.database.acquire_timeout()).await?;
    store.migrate().await?;
    store.close().await;
    let context = offline_context(&config).await?;
    let place = config.database.place();
    let consent = if args.confirm { Consent::Given } else { Consent::NotGiven };
    let applied = apply_newsroom::apply(&context, &declaration, &Actor::CommandLine, consent).await;
    let left_out = compare_newsroom::left_out(&context, &declaration).await?;
    context.store.close().await;
    match applied {
        Ok(differences) if differences.is_empty() => println!("{} is applied already to {place}.", args.file.display()),
        Ok(differences) => {
            differences.iter().for_each(|one| println!("{one}"));
            println!("Applied {} to {place}.", args.file.display());
        }
        Err(ApplyError::Store(error)) => return Err(error.into()),
        Err(error @ ApplyError::TouchesMembers(_)) => {
            return Err(format!("nothing was changed: {error}\nIf that is meant, say so with --confirm.").into());
        }
        Err(error @ ApplyError::ResultFrozen(_)) => return Err(format!("nothing was changed: {error}").into()),
    }
    tell_left_out(&left_out);
    Ok(ExitCode::SUCCESS)
}

/// Tax on top is added by the gateway, if the settings have it do so.
fn warn_of_tax(config: &Config, declaration: &Declaration) {
    let taxed = declaration.taxed_on_top();
    if !config.payments.tax && !taxed.is_empty() {
        let prices = taxed.join(", ");
        println!(
            "Warning: tax comes on top of {prices}, and nobody adds it: set payments.tax = true, or tax = \"none\"."
        );
    }
}

async fn dry_run(config: &Config, declaration: &Declaration) -> CommandResult {
    // Looking must not make the file that is looked for.
    if config.database.is_missing_file() {
        println!("There is no database yet; everything would be new:");
        return Ok(show(&compare_newsroom::from_nothing(declaration)));
    }
    let context = offline_context(config).await?;
    context.store.check().await?;
    let differences = compare_newsroom::compare(&context, declaration).await?;
    let left_out = compare_newsroom::left_out(&context, declaration).await?;
    context.store.close().await;
    let shown = show(&differences);
    tell_left_out(&left_out);
    Ok(shown)
}

/// A name that is no longer in the file may be meant to go, or be misspelt.
fn tell_left_out(names: &[String]) {
    names.iter().for_each(|name| println!("  {name} is not in the file and stays as it is."));
    if names.iter().any(|name| name.starts_with("plans[")) {
        println!("To take a plan off sale, keep it in the file with prices = [].");
    }
}

fn show(differences: &[Difference]) -> ExitCode {
    differences.iter().for_each(|one| println!("{one}"));
    match differences.len() {
        0 => println!("Nothing would change."),
        count => println!("{}. Nothing was changed: this was a dry run.", counted(count, "change", "changes")),
    }
    if differences.iter().any(|one| one.touches == Touches::FrozenResult) {
        println!("It would be refused: the result of a campaign that has ended is frozen.");
    } else if differences.iter().any(|one| one.touches != Touches::Nobody) {
        println!("It touches members, so it would need --confirm.");
    }
    ExitCode::SUCCESS
}
