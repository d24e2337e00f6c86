//! `masthead member add|extend|end`: members who pay by bank transfer or in cash.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::{CommandResult, SettingsArgs, offline::open};
use crate::{
    domain::{
        actor::Actor,
        email::Email,
        entitlement::Source,
        money::{Currency, Money},
        wording,
    },
    flow::{
        Context, StoreError,
        enter_member::{self, Entry, Held, Paid},
    },
};

/// What to do with a member.
#[derive(Debug, Args)]
pub(crate) struct MemberArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Enter a member who has paid by bank transfer or in cash.
    Add {
        /// Their address.
        #[arg(long)]
        email: String,
        /// What they are called.
        #[arg(long)]
        name: Option<String>,
        /// The plan, by its slug.
        #[arg(long)]
        plan: String,
        /// How they pay.
        #[arg(long, value_enum, default_value = "offline")]
        source: EnteredSource,
        /// The first day, such as 2026-12-01; from now on when absent.
        #[arg(long, value_name = "DATE")]
        from: Option<Date>,
        /// The last day, such as 2027-11-30.
        #[arg(long, value_name = "DATE")]
        until: Date,
        #[command(flatten)]
        paid: PaidArgs,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Let an offline membership last longer.
    Extend {
        /// The member's address.
        #[arg(long)]
        email: String,
        /// The new last day.
        #[arg(long, value_name = "DATE")]
        until: Date,
        #[command(flatten)]
        paid: PaidArgs,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// End an offline membership.
    End {
        /// The member's address.
        #[arg(long)]
        email: String,
        /// The last day; at once when absent.
        #[arg(long, value_name = "DATE")]
        on: Option<Date>,
        #[command(flatten)]
        settings: SettingsArgs,
    },
}

/// How a member pays whom staff enter one by one.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum EnteredSource {
    /// By bank transfer or in cash.
    Offline,
}

/// The money that came with it, for the statements.
#[derive(Debug, Args)]
struct PaidArgs {
    /// What was paid, in minor units (cents).
    #[arg(long, requires = "currency", value_parser = clap::value_parser!(i64).range(1..))]
    amount_minor: Option<i64>,
    /// Its currency, such as EUR.
    #[arg(long, requires = "amount_minor")]
    currency: Option<String>,
    /// The bank's or the receipt's words.
    #[arg(long)]
    reference: Option<String>,
}

impl PaidArgs {
    fn read(&self) -> Result<Option<Paid>, Box<dyn std::error::Error>> {
        let (Some(amount_minor), Some(currency)) = (self.amount_minor, &self.currency) else { return Ok(None) };
        let money = Money { amount_minor, currency: Currency::parse(currency)? };
        Ok(Some(Paid { money, reference: self.reference.clone() }))
    }
}

/// Adds, extends or ends.
pub async fn run(args: MemberArgs) -> CommandResult {
    let (held, time_zone) = match args.what {
        What::Add { email, name, plan, source: EnteredSource::Offline, from, until, paid, settings } => {
            let (email, money) = (address(&email)?, paid.read()?);
            let name = crate::domain::member::parse_name(name.as_deref().unwrap_or_default())?;
            let context = open(&settings).await?;
            let from = match from {
                Some(date) => Some(enter_member::day(&context, date).await?.0),
                None => None,
            };
            let until = Some(enter_member::day(&context, until).await?.1);
            let plan = enter_member::plan(&context, &plan).await?;
            let entry = Entry { email, name, plan, source: Source::Offline, from, until, reference: paid.reference };
            close(&context, enter_member::add(&context, &entry, money.as_ref(), &Actor::CommandLine).await?).await?
        }
        What::Extend { email, until, paid, settings } => {
            let (email, money) = (address(&email)?, paid.read()?);
            let context = open(&settings).await?;
            let until = enter_member::day(&context, until).await?.1;
            let held = enter_member::extend(&context, &email, until, money.as_ref(), &Actor::CommandLine).await?;
            close(&context, held).await?
        }
        What::End { email, on, settings } => {
            let email = address(&email)?;
            let context = open(&settings).await?;
            let at = match on {
                Some(date) => enter_member::day(&context, date).await?.1,
                None => context.clock.business(),
            };
            close(&context, enter_member::end(&context, &email, at, &Actor::CommandLine).await?).await?
        }
    };
    let until = held.until.map_or_else(|| "without an end".to_owned(), |end| wording::until(end, &time_zone));
    println!("{} (no. {}): {}, {until}", held.member_id, held.number, held.plan);
    if !held.subscribed_to.is_empty() {
        let plans = held.subscribed_to.join(", ");
        println!("Beside it this member pays here month by month or year by year, for {plans}: both run on.");
    }
    Ok(ExitCode::SUCCESS)
}

/// What is held, with the newsroom's time zone to tell it in.
async fn close(context: &Context, held: Held) -> Result<(Held, String), StoreError> {
    let time_zone = enter_member::time_zone(context).await?;
    context.store.close().await;
    Ok((held, time_zone))
}

fn address(typed: &str) -> Result<Email, String> {
    Email::parse(typed).map_err(|error| format!("the address {error}"))
}
