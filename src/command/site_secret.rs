//! `masthead site-secret create|list|revoke`: the secrets with which websites exchange continue codes.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CommandResult, SettingsArgs, offline::open};
use crate::{
    domain::actor::Actor,
    flow::{Context, make_site_secret},
};

/// What to do with the secrets.
#[derive(Debug, Args)]
pub(crate) struct SiteSecretArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a secret for a site and print it, once. A second one may live beside the first, so that they can be exchanged.
    Create {
        /// The site, by its slug.
        #[arg(long, value_name = "SLUG")]
        site: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Say which secrets there are and when each was last used.
    List(SettingsArgs),
    /// Accept a secret no longer, at once.
    Revoke {
        /// The secret's id, as `site-secret list` names it.
        id: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
}

/// Makes, lists or revokes.
pub async fn run(args: SiteSecretArgs) -> CommandResult {
    match args.what {
        What::Create { site, settings } => {
            let context = open(&settings).await?;
            let made = make_site_secret::make(&context, &site, &Actor::CommandLine).await?;
            context.store.close().await;
            // The secret alone on standard output, so that a script can keep it.
            println!("{}", made.secret);
            eprintln!("This is {}, for the server of {site}. It is not shown again.", made.id);
            Ok(ExitCode::SUCCESS)
        }
        What::List(settings) => list(&open(&settings).await?).await,
        What::Revoke { id, settings } => {
            let context = open(&settings).await?;
            make_site_secret::revoke(&context, &id, &Actor::CommandLine).await?;
            println!("{id} is revoked.");
            list(&context).await
        }
    }
}

async fn list(context: &Context) -> CommandResult {
    for secret in make_site_secret::list(context).await? {
        let state = secret.revoked_at.map_or_else(|| "live".to_owned(), |at| format!("revoked {at}"));
        let used = secret.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {at}"));
        println!("{}  {}  {state}, made {}, {used}", secret.id, secret.site, secret.created_at);
    }
    context.store.close().await;
    Ok(ExitCode::SUCCESS)
}
