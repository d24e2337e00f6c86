//! `masthead cancellations list|find|settle`: declarations that a person has to look at.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CommandResult, SettingsArgs, offline::open};
use crate::{
    domain::{
        actor::Actor,
        cancellation::{self, Request},
        id::CancellationId,
    },
    flow::take_up_cancellation,
};

/// What to do with the declarations.
#[derive(Debug, Args)]
pub(crate) struct CancellationsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say which declarations wait for somebody to look at them, the oldest first.
    List(SettingsArgs),
    /// Show the declaration that somebody names, whatever became of it.
    Find {
        /// Its reference as page and mail show it, or its id.
        reference: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Note that a declaration has been looked at.
    Settle {
        /// The declaration's reference or id, as `cancellations list` names it.
        reference: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
}

/// Lists or settles.
pub async fn run(args: CancellationsArgs) -> CommandResult {
    match args.what {
        What::List(settings) => {
            let context = open(&settings).await?;
            let open = take_up_cancellation::list_open(&context).await?;
            open.iter().for_each(|(request, email)| print(request, email.as_deref()));
            if open.is_empty() {
                println!("No declaration waits.");
            }
            context.store.close().await;
        }
        What::Find { reference, settings } => {
            let context = open(&settings).await?;
            let found = take_up_cancellation::find(&context, &reference).await?;
            context.store.close().await;
            if found.is_empty() {
                return Err(none_named(&reference).into());
            }
            for (request, email) in &found {
                print(request, email.as_deref());
                println!("    state: {}", request.state.as_str());
            }
        }
        What::Settle { reference, settings } => {
            let context = open(&settings).await?;
            let id = one(take_up_cancellation::find(&context, &reference).await?, &reference)?;
            if !take_up_cancellation::settle(&context, &id, &Actor::CommandLine).await? {
                return Err(format!("no declaration {id} waits: `masthead cancellations list` says which do").into());
            }
            context.store.close().await;
            println!("{id} is settled.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn none_named(reference: &str) -> String {
    format!("no declaration is called {reference:?}: page and mail show a reference such as BF3E-B9BD")
}

/// The one declaration that is named; two that share a reference are told apart by their ids.
fn one(found: Vec<(Request, Option<String>)>, reference: &str) -> Result<CancellationId, String> {
    match found.as_slice() {
        [] => Err(none_named(reference)),
        [(request, _)] => Ok(request.id.clone()),
        several => {
            let ids: Vec<&str> = several.iter().map(|(request, _)| request.id.as_str()).collect();
            Err(format!("{reference} is more than one: name one of {}", ids.join(", ")))
        }
    }
}

fn print(request: &Request, email: Option<&str>) {
    let declaration = &request.declaration;
    let reference = cancellation::reference(&request.id);
    println!("{reference}  {}  {}  {}", request.id, declaration.kind.as_str(), request.received_at);
    // What a stranger typed is printed with line breaks as \n: one declaration cannot look like two.
    let line = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            println!("    {name}: {}", value.escape_debug());
        }
    };
    line("from", Some(&declaration.name));
    line("address", email.or(Some("erased")));
    line("membership", declaration.membership.as_deref());
    line("to end on", declaration.on.map(|date| date.to_string()).as_deref());
    line("reason", declaration.reason.as_deref());
}
