//! Members from another system's file. Some rows share a transaction; doing it again changes nothing, so that whoever was cut off
//! begins anew.

use std::collections::{HashMap, HashSet};

use super::{
    Context, StoreError,
    enter_member::{self, Effect, EnterError, Entry},
};
use crate::{
    domain::{
        actor::Actor,
        entitlement::Source,
        member_file::{self, Row, RowFault},
        plan::Plan,
        time::day_begins,
    },
    store,
};

/// How many rows share a transaction: others wait for it.
const BATCH: usize = 100;

/// How many rows did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Members who were not there, or not with this right.
    pub added: usize,
    /// Rights that differ from before.
    pub changed: usize,
    /// Rights that were there just so.
    pub unchanged: usize,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file has faults.
    #[error("the file has {} faults", .0.len())]
    Faults(Vec<RowFault>),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Imports a file; tried only, nothing stays.
///
/// # Errors
/// [`ImportError`]; with faults, nothing was written.
pub async fn import(
    context: &Context,
    file: &[u8],
    source: Source,
    is_trial: bool,
    actor: &Actor,
) -> Result<Imported, ImportError> {
    let plans = store::plan::list(&mut *context.store.read().await?).await?;
    let plans: HashMap<String, Plan> = plans.into_iter().map(|plan| (plan.slug.clone(), plan)).collect();
    let slugs: HashSet<String> = plans.keys().cloned().collect();
    let rows = member_file::read(file, source, &slugs).map_err(ImportError::Faults)?;
    let time_zone = enter_member::time_zone(context).await?;
    check_ends(context, &rows, &time_zone)?;
    let mut imported = Imported::default();
    for batch in rows.chunks(BATCH) {
        let mut tx = context.store.begin().await?;
        for row in batch {
            // Every plan was looked up when the file was read.
            let Some(plan) = plans.get(&row.plan) else { continue };
            match enter_member::put(context, &mut tx, &entry(row, plan, source, &time_zone), actor).await {
                Ok((_, _, Effect::Added)) => imported.added += 1,
                Ok((_, _, Effect::Changed)) => imported.changed += 1,
                Ok((_, _, Effect::Unchanged)) => imported.unchanged += 1,
                Err(EnterError::Internal(error)) => return Err(error.into()),
                Err(error) => return Err(ImportError::Faults(vec![fault(row, "until", &error.to_string())])),
            }
        }
        if !is_trial {
            tx.commit().await?;
            context.wake.counter();
        }
    }
    Ok(imported)
}

/// A right that begins today cannot have ended before: told before anything is written.
fn check_ends(context: &Context, rows: &[Row], time_zone: &str) -> Result<(), ImportError> {
    let today = context.clock.business().in_zone(time_zone).date();
    let is_over = |row: &&Row| row.from.is_none() && row.until.is_some_and(|until| until < today);
    let words = "lies in the past: a row that has ended needs its first day in \"from\"";
    let faults: Vec<RowFault> = rows.iter().filter(is_over).map(|row| fault(row, "until", words)).collect();
    if faults.is_empty() { Ok(()) } else { Err(ImportError::Faults(faults)) }
}

fn fault(row: &Row, column: &str, words: &str) -> RowFault {
    RowFault { line: row.line, column: column.to_owned(), words: words.to_owned() }
}

fn entry(row: &Row, plan: &Plan, source: Source, time_zone: &str) -> Entry {
    let after = |date: jiff::civil::Date| day_begins(date.tomorrow().unwrap_or(date), time_zone);
    Entry {
        email: row.email.clone(),
        name: row.name.clone(),
        plan: plan.clone(),
        source,
        from: row.from.map(|date| day_begins(date, time_zone)),
        until: row.until.map(after),
        reference: row.reference.clone(),
    }
}
