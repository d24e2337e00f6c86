//! A page for each giver, as files: to be printed and sent to whoever has no account here, or asks for paper.

use std::{error::Error, fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use super::{StatementArgs, period, window};
use crate::{
    flow::{Context, apply_newsroom, deliver_outbox::theme_of, read_member, read_statement},
    http::page::view::StatementPage,
    text::Library,
};

/// Writes them, readable by whoever runs this alone: they hold names. Returns what there is to say about it.
pub(super) async fn write(context: &Context, args: &StatementArgs, folder: &Path) -> Result<String, Box<dyn Error>> {
    let newsroom =
        apply_newsroom::presentation(context).await?.ok_or("no newsroom is declared: `masthead apply` does it")?;
    let time_zone = jiff::tz::TimeZone::get(&newsroom.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let theme = theme_of(&newsroom);
    let statement = read_statement::read(context, window(args, &newsroom.time_zone)?, None).await?;
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (mut written, mut erased) = (0, 0);
    for (member_id, part) in statement.by_member() {
        let profile = read_member::read(context, &member_id).await?;
        let Some((number, person)) = profile.and_then(|profile| Some((profile.member.number, profile.person?))) else {
            erased += 1;
            continue;
        };
        let texts = Library::shared().negotiate(&person.locale);
        let of = person.name.unwrap_or_else(|| person.email.as_str().to_owned());
        let page = StatementPage::of(period(args).to_owned(), of, number, &part);
        put(&folder.join(format!("{number}-{member_id}.html")), &page.render_alone(texts, &theme, &time_zone))?;
        written += 1;
    }
    Ok(format!("Pages written: {written}. Members who were erased, and left out: {erased}."))
}

fn put(file: &Path, page: &str) -> Result<(), String> {
    let opened = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
    opened.and_then(|mut open| open.write_all(page.as_bytes())).map_err(|error| format!("{}: {error}", file.display()))
}
