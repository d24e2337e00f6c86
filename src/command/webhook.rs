//! `masthead stripe-webhook create|list|roll`: the endpoint at Stripe that sends its events here.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Args, Subcommand};

use super::{CommandResult, SettingsArgs, log};
use crate::{
    app::{self, SystemEntropy, wall_clock},
    domain::entropy,
    flow::{
        Clock, Context,
        check_webhook_endpoint::{self, Fault, NewWebhookEndpoint, WebhookEndpoint},
    },
    token::MasterSecret,
};

/// What to do with the endpoint.
#[derive(Debug, Args)]
pub(crate) struct StripeWebhookArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make the endpoint, or mend the one that is there. Running it again changes nothing.
    Create {
        #[command(flatten)]
        secret: SecretArgs,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Say which endpoints lead here, and what is wrong with them.
    List(SettingsArgs),
    /// Make a new endpoint beside the old one: for another signing secret, or another version of Stripe's API.
    Roll {
        /// Delete the older ones, once the new one's signing secret is in the settings.
        #[arg(long)]
        finish: bool,
        #[command(flatten)]
        secret: SecretArgs,
        #[command(flatten)]
        settings: SettingsArgs,
    },
}

/// Where the signing secret goes.
#[derive(Debug, Args)]
struct SecretArgs {
    /// Write the signing secret into a new file that its owner and group read, not to the screen.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// Makes, lists or rolls.
pub async fn run(args: StripeWebhookArgs) -> CommandResult {
    match args.what {
        What::Create { secret, settings } => create(&online_context(&settings).await?, &secret).await,
        What::List(settings) => list(&online_context(&settings).await?).await,
        What::Roll { finish: false, secret, settings } => roll(&online_context(&settings).await?, &secret).await,
        What::Roll { finish: true, settings, .. } => finish(&online_context(&settings).await?).await,
    }
}

/// A context that may call Stripe: with the key of the settings.
async fn online_context(settings: &SettingsArgs) -> Result<Context, Box<dyn std::error::Error>> {
    let mut config = settings.load(&["payments.secret_key"])?;
    log::start(&config.log);
    let key = &config.payments.secret_key;
    if !["sk_", "rk_"].iter().any(|prefix| key.starts_with(prefix)) {
        return Err("payments.secret_key (MASTHEAD__PAYMENTS__SECRET_KEY) must be a secret or restricted key".into());
    }
    // Nothing is read or stored: a database that is not there yet is not to be made, least of all by another user than the service's.
    config.database.url = "sqlite::memory:".to_owned();
    // No link, code or signature is made here: the master secret is not used.
    let unused: [u8; 32] = entropy::bytes(&SystemEntropy);
    let clock = Clock::new(wall_clock, wall_clock);
    Ok(app::context(&config, MasterSecret::new(&unused)?, clock, Arc::new(SystemEntropy)).await?)
}

async fn create(context: &Context, secret: &SecretArgs) -> CommandResult {
    let endpoints = check_webhook_endpoint::list(context).await?;
    let Some(endpoint) = endpoints.iter().min_by_key(|endpoint| check_webhook_endpoint::faults(endpoint).len()) else {
        secret.check()?;
        return secret.tell(&check_webhook_endpoint::create(context).await?);
    };
    let mut endpoint = endpoint.clone();
    let is_mendable = |fault: &Fault| matches!(fault, Fault::Disabled | Fault::Silent { .. });
    if check_webhook_endpoint::faults(&endpoint).iter().any(is_mendable) {
        endpoint = check_webhook_endpoint::mend(context, &endpoint).await?;
        println!("Mended {}: it is on, and sends everything that is needed.", endpoint.id);
    }
    tell_endpoint(&endpoint);
    println!("Its signing secret was shown when it was made; Stripe's dashboard shows it too.");
    Ok(exit_code(&endpoint))
}

async fn list(context: &Context) -> CommandResult {
    let endpoints = check_webhook_endpoint::list(context).await?;
    endpoints.iter().for_each(tell_endpoint);
    let faults = check_webhook_endpoint::check(context).await?;
    if endpoints.is_empty() {
        faults.iter().for_each(|fault| println!("{fault}."));
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn roll(context: &Context, secret: &SecretArgs) -> CommandResult {
    secret.check()?;
    let made = check_webhook_endpoint::create(context).await?;
    secret.tell(&made)?;
    println!(
        "Older endpoints still send: keep both secrets in payments.webhook_secrets, the new one first, and restart."
    );
    println!("Then run `masthead stripe-webhook roll --finish`, and take the old secret out.");
    Ok(ExitCode::SUCCESS)
}

async fn finish(context: &Context) -> CommandResult {
    let endpoints = check_webhook_endpoint::list(context).await?;
    let Some((newest, older)) = endpoints.split_first() else {
        return Err("there is no endpoint that leads here: run `masthead stripe-webhook create`".into());
    };
    if !check_webhook_endpoint::faults(newest).is_empty() {
        tell_endpoint(newest);
        return Err("the newest endpoint is not fit to be the only one; nothing was deleted".into());
    }
    for endpoint in older {
        check_webhook_endpoint::delete(context, endpoint).await?;
        println!("Deleted {}.", endpoint.id);
    }
    tell_endpoint(newest);
    Ok(ExitCode::SUCCESS)
}

fn tell_endpoint(endpoint: &WebhookEndpoint) {
    println!("{} sends to {}.", endpoint.id, endpoint.url);
    let faults = check_webhook_endpoint::faults(endpoint);
    if faults.is_empty() {
        println!("  It is on, speaks {}, and sends everything that is needed.", version_of(endpoint));
    }
    faults.iter().for_each(|fault| println!("  {fault}."));
}

fn version_of(endpoint: &WebhookEndpoint) -> &str {
    endpoint.api_version.as_deref().unwrap_or("the account's default version")
}

fn exit_code(endpoint: &WebhookEndpoint) -> ExitCode {
    if check_webhook_endpoint::faults(endpoint).is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl SecretArgs {
    /// A secret that cannot be written down is lost: the place is looked at before the endpoint is made.
    fn check(&self) -> Result<(), String> {
        match &self.secret_file {
            Some(path) if path.exists() => {
                Err(format!("{} is there already: name a file that is not, nothing was made", path.display()))
            }
            Some(path) if !path.parent().is_none_or(|folder| folder.as_os_str().is_empty() || folder.is_dir()) => {
                Err(format!("there is no folder for {}; nothing was made", path.display()))
            }
            _ => Ok(()),
        }
    }

    fn tell(&self, made: &NewWebhookEndpoint) -> CommandResult {
        tell_endpoint(&made.endpoint);
        match &self.secret_file {
            Some(path) => {
                let mut options = fs::OpenOptions::new();
                let written = options.write(true).create_new(true).mode(0o640).open(path).and_then(|mut file| {
                    writeln!(file, "{}", made.secret)?;
                    file.sync_all()
                });
                if let Err(error) = written {
                    return Err(format!(
                        "the signing secret could not be written to {} ({error}): it is in Stripe's dashboard",
                        path.display()
                    )
                    .into());
                }
                println!("Its signing secret is in {}: name it as payments.webhook_secrets_file.", path.display());
            }
            None => {
                println!("Its signing secret, shown this once; it belongs into payments.webhook_secrets:");
                println!("{}", made.secret);
            }
        }
        Ok(exit_code(&made.endpoint))
    }
}
