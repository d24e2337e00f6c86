//! `masthead statement`: what moved in a month or a year, for the bookkeeper or for one member.

mod givers;

use std::{fs, path::PathBuf, process::ExitCode};

use clap::{ArgGroup, Args, ValueEnum};

use super::{CommandResult, SettingsArgs, offline::open};
use crate::{
    domain::{
        email::Email,
        id::MemberId,
        statement::{self, Statement},
        time::Window,
    },
    flow::{Context, apply_newsroom, deliver_outbox::theme_of, read_statement},
    http::page::view::BooksPage,
    text::{
        Library,
        statement::{Detail, csv},
    },
};

/// Which statement.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("period").args(["month", "year"]).required(true)))]
pub(crate) struct StatementArgs {
    /// A month of the newsroom's, such as 2026-11.
    #[arg(long)]
    month: Option<String>,
    /// A year of the newsroom's, such as 2026.
    #[arg(long)]
    year: Option<String>,
    /// One member's rows alone, by id or e-mail address.
    #[arg(long)]
    member: Option<String>,
    /// The sums by movement, plan, currency and tax rate, in place of the movements.
    #[arg(long)]
    summary: bool,
    /// A table of the movements (with --summary: of the sums), or a page with both to read and print.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Write a page for each giver into this folder instead, named by the member's number and id: what they gave, and what went
    /// back.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["member", "out", "summary", "format"])]
    givers: Option<PathBuf>,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Csv,
    Html,
}

/// Writes the statement.
pub async fn run(args: StatementArgs) -> CommandResult {
    let context = open(&args.settings).await?;
    if let Some(folder) = &args.givers {
        let told = givers::write(&context, &args, folder).await?;
        context.store.close().await;
        println!("{told}");
        return Ok(ExitCode::SUCCESS);
    }
    let written = write(&context, &args).await;
    context.store.close().await;
    let written = written?;
    match &args.out {
        Some(file) => fs::write(file, written).map_err(|error| format!("{}: {error}", file.display()))?,
        None => print!("{written}"),
    }
    Ok(ExitCode::SUCCESS)
}

async fn write(context: &Context, args: &StatementArgs) -> Result<String, Box<dyn std::error::Error>> {
    let time_zone = read_statement::time_zone(context).await?;
    let window = window(args, &time_zone)?;
    let member_id = match &args.member {
        Some(text) => Some(find_member(context, text).await?),
        None => None,
    };
    let statement = read_statement::read(context, window, member_id.as_ref()).await?;
    let detail = if args.summary { Detail::Summary } else { Detail::Rows };
    match args.format {
        Format::Csv => Ok(csv(&statement, &time_zone, detail)),
        Format::Html => page(context, args, &statement, detail).await,
    }
}

fn window(args: &StatementArgs, time_zone: &str) -> Result<Window, String> {
    let window = match (&args.month, &args.year) {
        (Some(month), _) => statement::month(month, time_zone),
        (None, year) => statement::year(year.as_deref().unwrap_or_default(), time_zone),
    };
    window.map_err(|error| format!("the time of a statement is {error}"))
}

/// What it is about, as it was asked for.
fn period(args: &StatementArgs) -> &str {
    args.month.as_deref().or(args.year.as_deref()).unwrap_or_default()
}

async fn page(
    context: &Context,
    args: &StatementArgs,
    statement: &Statement,
    detail: Detail,
) -> Result<String, Box<dyn std::error::Error>> {
    let newsroom =
        apply_newsroom::presentation(context).await?.ok_or("no newsroom is declared: `masthead apply` does it")?;
    let time_zone = jiff::tz::TimeZone::get(&newsroom.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let plans = read_statement::plan_titles(context).await?;
    let page = BooksPage {
        texts: Library::shared().negotiate(&newsroom.locale),
        theme: &theme_of(&newsroom),
        time_zone: &time_zone,
        period: period(args),
        now: context.clock.business().timestamp(),
        statement,
        plans: &plans,
        detail,
    };
    Ok(page.render())
}

async fn find_member(context: &Context, text: &str) -> Result<MemberId, Box<dyn std::error::Error>> {
    if let Ok(id) = MemberId::parse(text) {
        return Ok(id);
    }
    let email = Email::parse(text).map_err(|_| format!("{text:?} is neither a member's id nor an e-mail address"))?;
    let found = read_statement::find_member(context, &email).await?;
    Ok(found.ok_or_else(|| format!("there is no member with the address {text}"))?)
}
