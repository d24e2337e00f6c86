//! `masthead recount [--repair]`: proves the tallies.

use std::process::ExitCode;

use clap::Args;

use super::{CommandResult, SettingsArgs, log, offline::offline_context};
use crate::{
    app::wall_clock,
    domain::wording::counted,
    flow::{
        Clock,
        prove_tally::{self, Proof},
    },
};

/// Whether to repair.
#[derive(Debug, Args)]
pub(crate) struct RecountArgs {
    /// Put right what is wrong.
    #[arg(long)]
    repair: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Recounts; fails when a tally is not what it should be, unless it was repaired.
pub async fn run(args: RecountArgs) -> CommandResult {
    let config = args.settings.load(&[])?;
    log::start(&config.log);
    let mut context = offline_context(&config).await?;
    context.store.check().await?;
    let as_of = prove_tally::as_of(&context).await?;
    context.clock = Clock::new(move || as_of, wall_clock);
    let mut proofs = prove_tally::prove(&context).await?;
    proofs.iter().for_each(print);
    if proofs.is_empty() {
        println!("There is no campaign in {}.", config.database.place());
    }
    if args.repair && !proofs.iter().all(Proof::holds) {
        let members = prove_tally::repair(&context, &proofs).await?;
        println!("Counted {} anew.", counted(members, "member", "members"));
        proofs = prove_tally::prove(&context).await?;
        proofs.iter().for_each(print);
    }
    context.store.close().await;
    Ok(if proofs.iter().all(Proof::holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(proof: &Proof) {
    let verdict = if proof.holds() { "agrees" } else { "DOES NOT AGREE" };
    println!(
        "{}: {verdict}. Recounted {}, tally {}, ledger {}, waiting {}, wrong members {}.",
        proof.slug,
        proof.recounted_members,
        proof.tally_members,
        proof.ledger_members,
        proof.waiting_members,
        proof.wrong.len()
    );
}
