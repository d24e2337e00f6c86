//! `masthead gifts list|resend|revoke`: gifts that were paid.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CommandResult, SettingsArgs, log, offline::offline_context};
use crate::{
    domain::{actor::Actor, gift::Gift, id::GiftId, time::Moment},
    flow::{Context, apply_gift},
};

/// What to do with the gifts.
#[derive(Debug, Args)]
pub(crate) struct GiftsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say which gifts were paid and how they stand, the oldest first.
    List(SettingsArgs),
    /// Mail a code again, to whomever it was mailed before.
    Resend(OneArgs),
    /// Take a gift back that nobody has redeemed. The money is sent back at Stripe.
    Revoke(OneArgs),
}

#[derive(Debug, Args)]
struct OneArgs {
    /// The gift, as `gifts list` names it.
    id: String,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Lists, mails or takes back.
pub async fn run(args: GiftsArgs) -> CommandResult {
    match args.what {
        What::List(settings) => {
            let context = open(&settings).await?;
            let all = apply_gift::list(&context).await?;
            all.iter().for_each(|(gift, plan)| print(gift, plan, context.clock.business()));
            if all.is_empty() {
                println!("No gift was paid.");
            }
            context.store.close().await;
        }
        What::Resend(one) => {
            let id = GiftId::parse(&one.id)?;
            let context = open(&one.settings).await?;
            apply_gift::resend(&context, &id, &Actor::CommandLine).await?;
            context.store.close().await;
            println!("The code of {id} goes out again.");
        }
        What::Revoke(one) => {
            let id = GiftId::parse(&one.id)?;
            let context = open(&one.settings).await?;
            apply_gift::revoke(&context, &id, &Actor::CommandLine).await?;
            context.store.close().await;
            println!("{id} is taken back: its code opens nothing. Send the money back at Stripe, if it is to go back.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(settings: &SettingsArgs) -> Result<Context, Box<dyn std::error::Error>> {
    let config = settings.load(&[])?;
    log::start(&config.log);
    let context = offline_context(&config).await?;
    context.store.check().await?;
    Ok(context)
}

/// One line a gift; names no address and no code.
fn print(gift: &Gift, plan: &str, now: Moment) {
    let until = gift.expires_at.map(|at| format!("  redeem until {at}")).unwrap_or_default();
    let months = if gift.months == 1 { "1 month".to_owned() } else { format!("{} months", gift.months) };
    println!("{}  {}  {plan}, {months}{until}", gift.id, gift.standing(now).as_str());
}
