//! `masthead keys list|rotate|revoke`: the keys that sign tokens.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CommandResult, SettingsArgs, log, offline};
use crate::{
    domain::actor::Actor,
    flow::{
        Context,
        rotate_keys::{self, KeyState, Left},
    },
};

/// What to do with the keys.
#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say which keys there are, and what each does.
    List(SettingsArgs),
    /// Let the next key sign from now on.
    Rotate(SettingsArgs),
    /// Stop believing what a key has signed, at once.
    Revoke {
        /// The key, as `keys list` names it.
        // One in 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
}

/// Lists, rotates or revokes.
pub async fn run(args: KeysArgs) -> CommandResult {
    match args.what {
        What::List(settings) => list(&offline::open(&settings).await?).await,
        What::Rotate(settings) => {
            let context = with_secret(&settings).await?;
            let kid = rotate_keys::rotate(&context, &Actor::CommandLine).await?;
            println!("{kid} signs from now on. Tokens of the key before it stay valid until they end.");
            list(&context).await
        }
        What::Revoke { kid, settings } => {
            let context = with_secret(&settings).await?;
            let left = rotate_keys::revoke(&context, &kid, &Actor::CommandLine).await?;
            println!(
                "{kid} is revoked. Running nodes drop it within seconds; websites when they fetch the key set again."
            );
            if left == Left::OfAnotherSecret {
                println!("Other keys were sealed under another master secret: revoke them too, or use that secret.");
            }
            list(&context).await
        }
    }
}

/// A context that can seal and open keys: with the master secret of the settings.
async fn with_secret(settings: &SettingsArgs) -> Result<Context, Box<dyn std::error::Error>> {
    let config = settings.load(&["secrets.master"])?;
    log::start(&config.log);
    let context = offline::with_secret(&config).await?;
    context.store.check().await?;
    Ok(context)
}

async fn list(context: &Context) -> CommandResult {
    for (key, state) in rotate_keys::list(context).await? {
        let what = match state {
            KeyState::Active => "signs",
            KeyState::Next => "next",
            KeyState::Retired => "retired",
            KeyState::Revoked => "revoked",
        };
        println!("{}  {what:<8} signs from {}, made {}", key.kid, key.signs_from, key.created_at);
    }
    context.store.close().await;
    Ok(ExitCode::SUCCESS)
}
