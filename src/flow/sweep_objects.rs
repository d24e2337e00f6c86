//! Once a day everything that the gateway has of ours is fetched anew and compared with what is stored: for what neither webhooks
//! nor the gateway's list of events have brought. The list is kept for a month; an outage may be longer, and a subscription may be
//! changed where no event tells of it.
//!
//! What differs is put right by the same way that events go, counted, and written into the audit table with what was stored before and
//! after. How far a sweep has come stands in the database: one process sweeps at a time, and another goes on where one was killed.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Context, Phase, StoreError,
    apply_payment_event::{self, ApplyError},
};
use crate::{
    domain::{
        actor::Actor,
        id::AuditId,
        time::{DAY_MILLIS, Moment, SECOND_MILLIS},
    },
    gateway::payment::{CustomerPage, GatewayError},
    store::{self, Conn},
};

/// Where in the database it stands how far the sweep has come.
const PROGRESS: &str = "object_sweep";
/// How long after the end of one sweep the next begins, in milliseconds.
const EVERY_MILLIS: i64 = DAY_MILLIS;
/// How old the payments made once may be that are compared, in milliseconds: banks ask for money for a third of a year, and money is
/// sent back for half of one.
const CHARGES_MILLIS: i64 = 190 * DAY_MILLIS;
/// For how long a process has the sweep to itself, in milliseconds: a page takes less.
const LEASE_MILLIS: i64 = 900 * SECOND_MILLIS;

/// Why a sweep did not come further.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The gateway.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// What a sweep has come to. Times are unix milliseconds by the wall clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    /// When it began.
    pub begun_millis: i64,
    /// When it had gone through everything; none while it has not.
    pub finished_millis: Option<i64>,
    /// How many customers were looked at; one who subscribes and has paid once is looked at twice.
    pub customers: u64,
    /// Of them, of how many something else was stored.
    pub repaired: u64,
    /// Whether it is through with subscriptions, and goes through charges.
    #[serde(default)]
    is_at_charges: bool,
    /// The subscription or charge after which it goes on.
    after: Option<String>,
    /// Until when a process has it to itself.
    leased_until_millis: i64,
}

/// Goes on with a sweep, or begins one when a day has passed since the last. Says whether there is more to do at once.
///
/// # Errors
/// [`SweepError`]; the next turn goes on where this one was.
pub async fn work(context: &Context) -> Result<bool, SweepError> {
    let now = context.clock.wall();
    let (stored, last) = find(context).await?;
    let Some(last) = last else {
        // A database that was never swept has heard of everything so far, or is swept tomorrow.
        let first = Sweep { begun_millis: now.millis(), finished_millis: Some(now.millis()), ..Sweep::default() };
        replace(context, stored.as_deref(), &first).await?;
        return Ok(false);
    };
    let begin = match last.finished_millis {
        Some(finished) if now.millis() < finished + EVERY_MILLIS => return Ok(false),
        Some(_) => Sweep { begun_millis: now.millis(), ..Sweep::default() },
        None if last.leased_until_millis > now.millis() => return Ok(false),
        None => last,
    };
    go_on(context, stored.as_deref(), begin)
        .await
        .map(|sweep| sweep.is_some_and(|sweep| sweep.finished_millis.is_none()))
}

/// Sweeps everything now. None when another process is at it.
///
/// # Errors
/// [`SweepError`].
pub async fn run(context: &Context) -> Result<Option<Sweep>, SweepError> {
    let mut sweep = Sweep { begun_millis: context.clock.wall().millis(), ..Sweep::default() };
    loop {
        let (stored, last) = find(context).await?;
        let now_millis = context.clock.wall().millis();
        if last.is_some_and(|last| last.finished_millis.is_none() && last.leased_until_millis > now_millis) {
            return Ok(None);
        }
        let Some(further) = go_on(context, stored.as_deref(), sweep).await? else { return Ok(None) };
        if further.finished_millis.is_some() {
            return Ok(Some(further));
        }
        sweep = further;
    }
}

/// What the last sweep came to, or the one that is under way.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn last(context: &Context) -> Result<Option<Sweep>, StoreError> {
    Ok(find(context).await?.1)
}

/// Goes through one page. None when another process was quicker.
async fn go_on(context: &Context, stored: Option<&str>, mut sweep: Sweep) -> Result<Option<Sweep>, SweepError> {
    sweep.leased_until_millis = context.clock.wall().plus_millis(LEASE_MILLIS).millis();
    let Some(taken) = replace(context, stored, &sweep).await? else { return Ok(None) };
    let outcome = one_page(context, &mut sweep).await;
    sweep.leased_until_millis = 0;
    if let Ok(Went::ToTheEnd) = outcome {
        sweep.finished_millis = Some(context.clock.wall().millis());
        tracing::info!(
            customers = sweep.customers,
            repaired = sweep.repaired,
            "everything at the gateway was compared"
        );
    }
    replace(context, Some(&taken), &sweep).await?;
    outcome.map(|_| Some(sweep))
}

/// How far a turn came.
enum Went {
    /// This process stops: whoever goes on begins with this page.
    Nowhere,
    /// There are older pages.
    OnePage,
    /// That was the last one.
    ToTheEnd,
}

async fn one_page(context: &Context, sweep: &mut Sweep) -> Result<Went, SweepError> {
    let after = sweep.after.as_deref();
    let listed = match sweep.is_at_charges {
        false => context.payments.list_subscribers(after).await,
        true => context.payments.list_payers(context.clock.business().plus_millis(-CHARGES_MILLIS), after).await,
    };
    let page = match listed {
        Ok(page) => page,
        // What the sweep had come to is no longer there: what is left waits for the next sweep.
        Err(GatewayError::Missing | GatewayError::Refused { .. }) if sweep.after.is_some() => {
            CustomerPage { customers: Vec::new(), next: None }
        }
        Err(error) => return Err(error.into()),
    };
    for customer_id in &page.customers {
        if context.stop.has_reached(Phase::Asked) {
            return Ok(Went::Nowhere);
        }
        sweep.repaired += u64::from(compare(context, customer_id).await?);
    }
    // A page that was broken off is gone through again: nobody is counted twice.
    sweep.customers += page.customers.len() as u64;
    sweep.after = page.next;
    if sweep.after.is_some() {
        return Ok(Went::OnePage);
    }
    let is_end = sweep.is_at_charges;
    sweep.is_at_charges = true;
    Ok(if is_end { Went::ToTheEnd } else { Went::OnePage })
}

/// Fetches a customer anew. Says whether something else was stored.
async fn compare(context: &Context, customer_id: &str) -> Result<bool, SweepError> {
    let before = standing(context, customer_id).await?;
    match apply_payment_event::apply_customer(context, customer_id).await {
        Ok(()) => {}
        // Whoever is at this customer brings it up to date.
        Err(ApplyError::Busy) => return Ok(false),
        Err(ApplyError::Gateway(error)) => return Err(error.into()),
        Err(ApplyError::Internal(error)) => return Err(error.into()),
    }
    let after = standing(context, customer_id).await?;
    if before == after {
        return Ok(false);
    }
    tracing::warn!("something else was stored than the gateway has: it is put right");
    context.metrics.repaired();
    let mut tx = context.store.begin().await?;
    note(context, &mut tx, customer_id, &before, &after).await?;
    tx.commit().await?;
    Ok(true)
}

async fn standing(context: &Context, customer_id: &str) -> Result<Vec<String>, StoreError> {
    let mut conn = context.store.read().await?;
    store::customer::standing(&mut conn, customer_id).await
}

async fn note(
    context: &Context,
    conn: &mut Conn,
    customer_id: &str,
    before: &[String],
    after: &[String],
) -> Result<(), StoreError> {
    let at: Moment = context.clock.wall();
    let record = store::audit::Record {
        id: AuditId::mint(at, context.entropy.as_ref()),
        at,
        actor: &Actor::Schedule,
        action: "reconciliation.repaired",
        subject_id: customer_id,
        detail: json!({ "before": before, "after": after }),
    };
    store::audit::insert(conn, &record).await
}

/// How far the last sweep came: as it is stored, and as it reads.
async fn find(context: &Context) -> Result<(Option<String>, Option<Sweep>), StoreError> {
    let mut conn = context.store.read().await?;
    let stored = store::instance::find(&mut conn, PROGRESS).await?;
    let sweep = stored.as_deref().and_then(|text| serde_json::from_str(text).ok());
    Ok((stored, sweep))
}

/// Stores how far the sweep has come, unless another process has stored something meanwhile: then none.
async fn replace(context: &Context, stored: Option<&str>, sweep: &Sweep) -> Result<Option<String>, StoreError> {
    let text = json!(sweep).to_string();
    let mut tx = context.store.begin().await?;
    let replaced = store::instance::replace(&mut tx, PROGRESS, stored, &text).await?;
    tx.commit().await?;
    Ok(replaced.then_some(text))
}

/// Forgets how far the sweep came: it was another account's.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn forget(conn: &mut Conn) -> Result<(), StoreError> {
    store::instance::forget(conn, PROGRESS).await
}
