//! `masthead gifts list|resend|revoke`: gifts that were paid.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CommandResult, SettingsArgs, offline::open};
use crate::{
    domain::{actor::Actor, email::Email, gift::Standing, id::GiftId, money::Money, time::Moment, wording},
    flow::{
        apply_gift::{self, Listed},
        enter_member,
    },
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
    List(ListArgs),
    /// Mail a code again, to whomever it was mailed before.
    Resend(ResendArgs),
    /// Take a gift back that nobody has redeemed. The money is sent back at Stripe.
    Revoke(OneArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only those that this address gave, or that are mailed to it.
    #[arg(long, value_name = "EMAIL")]
    of: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Debug, Args)]
struct ResendArgs {
    /// Mail it although its day has not come; then it is not mailed again on that day.
    #[arg(long)]
    now: bool,
    #[command(flatten)]
    one: OneArgs,
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
        What::List(args) => list(&args).await?,
        What::Resend(ResendArgs { now, one }) => {
            let id = GiftId::parse(&one.id)?;
            let context = open(&one.settings).await?;
            apply_gift::resend(&context, &id, now, &Actor::CommandLine).await?;
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

async fn list(args: &ListArgs) -> Result<(), Box<dyn std::error::Error>> {
    let of = args.of.as_deref().map(Email::parse).transpose().map_err(|error| format!("the address {error}"))?;
    let context = open(&args.settings).await?;
    let all = apply_gift::list(&context, of.as_ref()).await?;
    let time_zone = enter_member::time_zone(&context).await?;
    let rows: Vec<_> = all.iter().map(|one| row(one, &time_zone, context.clock.business())).collect();
    wording::aligned(&rows).iter().for_each(|line| println!("{line}"));
    match of {
        _ if !all.is_empty() => {}
        Some(_) => println!("No gift that was paid is from this address, or is mailed to it."),
        None => println!("No gift was paid."),
    }
    context.store.close().await;
    Ok(())
}

/// One line a gift; names no address and no code.
fn row(one: &Listed, time_zone: &str, now: Moment) -> Vec<String> {
    let gift = &one.settled.gift;
    let day = |at: Moment| at.in_zone(time_zone).date().to_string();
    let months = wording::counted(gift.months, "month", "months");
    let money = one
        .settled
        .paid
        .map(|Money { amount_minor, currency }| format!("{currency} {}", currency.decimal(i128::from(amount_minor))));
    let giver = one.settled.giver_number.map(|number| format!("from member {number}"));
    let standing = gift.standing(now);
    let until = gift.expires_at.map(day).unwrap_or_default();
    let then = match (standing, gift.waits_for(now)) {
        (Standing::Waiting, Some(at)) => format!("mailed on {}, redeem until {until}", day(at)),
        (Standing::Waiting | Standing::Sent, _) => format!("redeem until {until}"),
        (Standing::Expired, _) => format!("could be redeemed until {until}"),
        (Standing::Redeemed, _) => {
            gift.redeemed.as_ref().map(|by| format!("redeemed on {}", day(by.at))).unwrap_or_default()
        }
        (Standing::Unpaid | Standing::TakenBack, _) => String::new(),
    };
    vec![
        gift.id.to_string(),
        standing.as_str().to_owned(),
        gift.settled_at.map(|at| format!("paid on {}", day(at))).unwrap_or_default(),
        money.unwrap_or_default(),
        format!("{}, {months}", one.plan),
        giver.unwrap_or_default(),
        then,
    ]
}
