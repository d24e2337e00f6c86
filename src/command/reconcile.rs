//! `masthead reconcile [--last]`: everything at Stripe compared with what is stored, now instead of at night.

use std::process::ExitCode;

use clap::Args;

use super::{CommandResult, SettingsArgs, log, offline};
use crate::flow::sweep_objects::{self, Sweep};

/// What to compare.
#[derive(Debug, Args)]
pub(crate) struct ReconcileArgs {
    /// Say what the last comparison came to, and compare nothing.
    #[arg(long)]
    last: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Compares, and says what was put right.
pub async fn run(args: ReconcileArgs) -> CommandResult {
    if args.last {
        let context = offline::open(&args.settings).await?;
        match sweep_objects::last(&context).await? {
            Some(sweep) => print(&sweep),
            None => println!("Nothing was compared yet."),
        }
        return Ok(ExitCode::SUCCESS);
    }
    let config = args.settings.load(&["payments.secret_key", "secrets.master"])?;
    log::start(&config.log);
    let context = offline::with_payments(&config).await?;
    context.store.check().await?;
    let Some(sweep) = sweep_objects::run(&context).await? else {
        println!("Another process is comparing: `masthead reconcile --last` says how far it is.");
        return Ok(ExitCode::FAILURE);
    };
    print(&sweep);
    context.store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn print(sweep: &Sweep) {
    let when = |millis: i64| crate::domain::time::Moment::from_millis(millis).to_string();
    let state = match sweep.finished_millis {
        Some(at) => format!("finished at {}", when(at)),
        None => "is not finished".to_owned(),
    };
    println!(
        "Customers of Stripe's subscriptions compared: {}. Stored otherwise, and put right: {}. Begun at {}, {state}.",
        sweep.customers,
        sweep.repaired,
        when(sweep.begun_millis),
    );
}
