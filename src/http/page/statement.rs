//! `/account/statement/{year}`: what the member paid and got back in a year, to print.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{account, chrome, private, see_other, view};
use crate::{
    domain::{
        money::{Currency, Money},
        statement::{self, Entry, OfflineEntry, Statement},
    },
    flow::{read_member, read_statement},
    http::{Problem, State, extract::SignedIn},
};

/// The page. Whoever is not signed in is led to sign in.
///
/// # Errors
/// `not_found` for what is no year; `database_unavailable`.
pub async fn show(
    state: web::Data<State>,
    signed_in: SignedIn,
    year: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let time_zone = &state.counters.newsroom().time_zone;
    let window = statement::year(&year, time_zone).map_err(|_| Problem::not_found())?;
    let Some(current) = signed_in.0 else { return Ok(see_other(&account::sign_in_address(&state))) };
    let member_id = &current.member.id;
    let profile = read_member::read(&state.context, member_id).await?.ok_or_else(Problem::sign_in_required)?;
    let statement = read_statement::read(&state.context, window, Some(member_id)).await?;
    let person = profile.person.as_ref();
    let name = person.and_then(|person| person.name.clone());
    let page = view::StatementPage {
        year: year.into_inner(),
        of: name.or_else(|| person.map(|person| person.email.as_str().to_owned())).unwrap_or_default(),
        number: profile.member.number,
        totals: totals(&statement),
        lines: lines(&statement),
    };
    Ok(private(&state, StatusCode::OK, page.render(&chrome(&request, &state, true))))
}

/// What moved and what came another way, the oldest first.
fn lines(statement: &Statement) -> Vec<view::StatementLine> {
    let moved = |entry: &Entry| {
        let what = view::What::Moved(entry.kind);
        view::StatementLine { at: entry.occurred_at.timestamp(), what, money: entry.gross }
    };
    let offline = |entry: &OfflineEntry| view::StatementLine {
        at: entry.noted_at.timestamp(),
        what: view::What::Offline,
        money: entry.money,
    };
    let mut lines: Vec<_> = statement.entries.iter().map(moved).collect();
    lines.extend(statement.offline.iter().map(offline));
    lines.sort_by_key(|line| line.at);
    lines
}

/// What the member gave, less what came back. Fees are the newsroom's and stay out.
fn totals(statement: &Statement) -> Vec<Money> {
    let mut totals: BTreeMap<Currency, i64> = BTreeMap::new();
    let moved = statement.entries.iter().map(|entry| entry.gross);
    for money in moved.chain(statement.offline.iter().map(|entry| entry.money)) {
        *totals.entry(money.currency).or_default() += money.amount_minor;
    }
    totals.into_iter().map(|(currency, amount_minor)| Money { amount_minor, currency }).collect()
}
