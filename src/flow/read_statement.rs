//! Statements from the payment ledger: of everybody for the bookkeeper, of one member for the tax office.

use std::collections::BTreeMap;

use super::{Context, StoreError};
use crate::{
    domain::{email::Email, id::MemberId, statement::Statement, time::Window},
    store,
};

/// What moved in a stretch of time: everybody's, or one member's.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn read(context: &Context, window: Window, member_id: Option<&MemberId>) -> Result<Statement, StoreError> {
    // One moment for all of it, or a row posted in between would be in the rows and not in the opening, or the reverse.
    let mut tx = context.store.begin_snapshot().await?;
    let opening = store::payment_ledger::sum_before(&mut tx, window.from, member_id).await?;
    let entries = store::payment_ledger::list_within(&mut tx, &window, member_id).await?;
    let offline = store::entered_right::list_payments_within(&mut tx, &window, member_id).await?;
    Ok(Statement::of(window, &opening, entries, offline))
}

/// The titles of the plans, by slug.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn plan_titles(context: &Context) -> Result<BTreeMap<String, String>, StoreError> {
    let plans = store::plan::list(&mut *context.store.read().await?).await?;
    Ok(plans.into_iter().map(|plan| (plan.slug, plan.title)).collect())
}

/// The member behind an e-mail address.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_member(context: &Context, email: &Email) -> Result<Option<MemberId>, StoreError> {
    let mut conn = context.store.read().await?;
    let Some(person) = store::person::find_by_email(&mut conn, email).await? else { return Ok(None) };
    Ok(store::member::find_by_person(&mut conn, &person.id).await?.map(|member| member.id))
}

/// The zone that the newsroom's months and years are meant in; UTC before it is declared.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn time_zone(context: &Context) -> Result<String, StoreError> {
    let newsroom = super::apply_newsroom::presentation(context).await?;
    Ok(newsroom.map_or_else(|| "UTC".to_owned(), |newsroom| newsroom.time_zone))
}
