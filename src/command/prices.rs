//! `masthead prices list|move`: what is sold and was sold, and moving old subscribers to a new price on purpose.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use super::{CommandResult, SettingsArgs, log, offline};
use crate::{
    domain::{
        actor::Actor,
        plan::{Interval, Price},
        price_move::TakesHold,
        time::Moment,
        wording,
    },
    flow::{
        Context,
        list_prices::{self, Listed},
        move_prices::{self, Done, Planned},
        read_statement,
    },
};

/// What to do with prices.
#[derive(Debug, Args)]
pub(crate) struct PricesArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say which prices there are, on sale or replaced, and how many subscriptions each bills.
    List(SettingsArgs),
    /// Move everybody who is billed by one price to another of the same currency and interval.
    Move(MoveArgs),
}

#[derive(Debug, Args)]
struct MoveArgs {
    /// The price that is billed: prc_… as `prices list` names it, or Stripe's price_….
    #[arg(long, value_name = "PRICE")]
    from: String,
    /// The price that is to be billed.
    #[arg(long, value_name = "PRICE")]
    to: String,
    /// When: with each member's next payment, or at once, and the next payment also bills the rest of the running period.
    #[arg(long)]
    at: At,
    /// Do it. Without this nothing is changed.
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum At {
    Now,
    Renewal,
}

/// Lists or moves.
pub async fn run(args: PricesArgs) -> CommandResult {
    match args.what {
        What::List(settings) => list(&settings).await,
        What::Move(args) => move_everybody(&args).await,
    }
}

async fn list(settings: &SettingsArgs) -> CommandResult {
    let context = offline::open(settings).await?;
    let rows: Vec<_> = list_prices::list(&context).await?.iter().map(row).collect();
    wording::aligned(&rows).iter().for_each(|line| println!("{line}"));
    context.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// One line a price.
fn row(one: &Listed) -> Vec<String> {
    let price = &one.price;
    let at_stripe = match &price.gateway_price_id {
        Some(id) => id.as_str(),
        None if !price.is_made_at_gateway() => "made at each checkout",
        None => "not at Stripe yet",
    };
    let sale = if one.is_on_sale { "on sale" } else { "replaced" };
    let cells = [price.id.as_str(), &one.plan_slug, &words(price), sale];
    let mut cells: Vec<String> = cells.map(str::to_owned).to_vec();
    cells.extend([format!("subscriptions: {}", one.subscriptions), at_stripe.to_owned()]);
    cells
}

async fn move_everybody(args: &MoveArgs) -> CommandResult {
    let takes_hold = match args.at {
        At::Now => TakesHold::Now,
        At::Renewal => TakesHold::Renewal,
    };
    let secrets: &[&str] = if args.confirm { &["payments.secret_key", "secrets.master"] } else { &[] };
    let config = args.settings.load(secrets)?;
    log::start(&config.log);
    let context = match args.confirm {
        true => offline::with_payments(&config).await?,
        false => offline::offline_context(&config).await?,
    };
    context.store.check().await?;
    let planned = move_prices::plan(&context, &args.from, &args.to, takes_hold).await?;
    say(&context, &planned).await?;
    let done = match args.confirm {
        true => Some(move_prices::run(&context, &planned, &Actor::CommandLine).await?),
        false => None,
    };
    context.store.close().await;
    match done {
        Some(done) => Ok(tell(&done)),
        None => {
            println!("Nothing was changed: --confirm does it.");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// What would happen, or is about to.
async fn say(context: &Context, planned: &Planned) -> Result<(), Box<dyn std::error::Error>> {
    println!("From {} ({}) to {} ({}).", planned.from.id, words(&planned.from), planned.to.id, words(&planned.to));
    println!(
        "Subscriptions to move: {}. Arranged to end, and left alone: {}.",
        planned.subscriptions.len(),
        planned.ending
    );
    if planned.is_begun {
        println!("This was begun before and stopped on the way: it goes on.");
    }
    let zone = read_statement::time_zone(context).await?;
    let day = |at: Moment| at.in_zone(&zone).strftime("%Y-%m-%d").to_string();
    if let Some((first, last)) = planned.next_payments() {
        let (old, new) = (words(&planned.from), words(&planned.to));
        println!(
            "Each pays {new} instead of {old} with the next payment: the first on {}, the last on {}.",
            day(first),
            day(last)
        );
        println!("Each is told by mail at once.");
    }
    if planned.takes_hold == TakesHold::Now {
        println!("The next payment also bills the difference for the rest of the running period.");
    }
    Ok(())
}

/// What happened. Fails when somebody was left behind.
fn tell(done: &Done) -> ExitCode {
    println!("Moved: {}. There already: {}. Left as they are: {}.", done.moved, done.already, done.left.len());
    for (subscription, why) in &done.left {
        println!("{subscription}: {why}");
    }
    if done.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn words(price: &Price) -> String {
    let every = match price.interval {
        Interval::Month => " a month",
        Interval::Year => " a year",
        Interval::Once => " once",
    };
    let currency = price.money.currency;
    let chosen = if price.own_amount.is_some() { " or more" } else { "" };
    let opens = price.opens_months.map(|months| format!(", opens {}", wording::counted(months, "month", "months")));
    let amount = currency.decimal(i128::from(price.least_minor()));
    format!("{currency} {amount}{every}{chosen}{}", opens.unwrap_or_default())
}
