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
        wording::counted,
    },
    store,
};

/// How many rows share a transaction: others wait for it.
const BATCH: usize = 100;

/// How many rows did what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Members who were not there, or not with this right.
    pub added: usize,
    /// Rights that differ from before.
    pub changed: usize,
    /// Rights that were there just so.
    pub unchanged: usize,
    /// Rows that were left out, because the member pays for that plan here.
    pub left_out: usize,
    /// What somebody may want to look at, in the file's order.
    pub notes: Vec<Note>,
}

/// What is said of a row that is no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// On which line.
    pub line: u64,
    /// What about it.
    pub words: String,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file has faults.
    #[error("the file has {}", counted(.0.len(), "fault", "faults"))]
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
            let subscribed_to = enter_member::subscribed_to(context, &mut tx, &row.email).await?;
            if imported.leaves_out(row, source, &subscribed_to) {
                continue;
            }
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

impl Imported {
    /// Whether a row is left out: whoever has come over from the earlier system, and pays for this plan here, needs no second
    /// right to it. Whatever else is paid beside a subscription is taken over and noted.
    fn leaves_out(&mut self, row: &Row, source: Source, subscribed_to: &[String]) -> bool {
        if subscribed_to.is_empty() {
            return false;
        }
        let is_left_out = source == Source::External && subscribed_to.contains(&row.plan);
        let plans = subscribed_to.join(", ");
        let words = if is_left_out {
            self.left_out += 1;
            format!("left out: this member pays for {plans} here")
        } else {
            format!("taken over, and this member also pays for {plans} here: both run on")
        };
        self.notes.push(Note { line: row.line, words });
        is_left_out
    }
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
