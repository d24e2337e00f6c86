//! The payment ledger held against the payment service's own list of balance transactions, and what is missing posted.

use std::collections::{BTreeSet, HashMap};

use super::{
    Context, StoreError,
    apply_payment_event::{self, ApplyError},
};
use crate::{
    domain::{
        ledger_check::{self, Booked, Comparison, Difference},
        payment::CustomerSnapshot,
        time::Window,
    },
    gateway::payment::GatewayError,
    store,
};

/// Why the ledger could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The gateway.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
    /// Somebody else is at a customer.
    #[error("another process is at one of the customers: try again")]
    Busy,
}

impl From<ApplyError> for CheckError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Busy => Self::Busy,
            ApplyError::Gateway(error) => Self::Gateway(error),
            ApplyError::Internal(error) => Self::Internal(error),
        }
    }
}

/// What is missing in our ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What the payment service has.
    pub booked: Booked,
    /// The customer whose payment it is about.
    pub customer_id: String,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many rows say the same.
    pub alike: usize,
    /// Rows that say something else. They stay: the ledger is append-only.
    pub different: Vec<Difference>,
    /// Rows of ours that the payment service has no balance transaction for.
    pub extra: Vec<String>,
    /// What is ours and has no row.
    pub missing: Vec<Missing>,
    /// What somebody else does with the same account, payouts and the like.
    pub foreign: Vec<Booked>,
}

impl Found {
    /// Whether the books agree.
    pub fn is_sound(&self) -> bool {
        self.different.is_empty() && self.extra.is_empty() && self.missing.is_empty()
    }
}

/// Compares a stretch of time. Changes nothing.
///
/// # Errors
/// [`CheckError`].
pub async fn check(context: &Context, window: &Window) -> Result<Found, CheckError> {
    let theirs = list_all(context, window).await?;
    let mut conn = context.store.read().await?;
    let ours = store::payment_ledger::list_within(&mut conn, window, None).await?;
    drop(conn);
    let Comparison { alike, different, mut extra, unposted } = ledger_check::compare(&ours, theirs);
    if !extra.is_empty() {
        // What was posted after the list had been read is in it by now.
        let now: BTreeSet<String> =
            list_all(context, window).await?.into_iter().map(|booked| booked.balance_transaction_id).collect();
        extra.retain(|id| !now.contains(id));
    }
    let (missing, foreign) = tell_apart(context, unposted).await?;
    Ok(Found { alike, different, extra, missing, foreign })
}

/// Posts what is missing, as an event about it would have. Says how many rows came.
///
/// # Errors
/// [`CheckError`]; what was posted before stays.
pub async fn repair(context: &Context, missing: &[Missing]) -> Result<usize, CheckError> {
    let customers: BTreeSet<&str> = missing.iter().map(|one| one.customer_id.as_str()).collect();
    for customer_id in customers {
        apply_payment_event::apply_customer(context, customer_id).await?;
    }
    let ids: Vec<&str> = missing.iter().map(|one| one.booked.balance_transaction_id.as_str()).collect();
    Ok(posted(context, &ids).await?.len())
}

async fn list_all(context: &Context, window: &Window) -> Result<Vec<Booked>, CheckError> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = context.payments.list_booked(window, after.as_deref()).await?;
        all.extend(page.booked);
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// What has no row is ours if it would be posted were it applied now.
async fn tell_apart(context: &Context, unposted: Vec<Booked>) -> Result<(Vec<Missing>, Vec<Booked>), CheckError> {
    let mut snapshots = HashMap::new();
    let (mut missing, mut foreign) = (Vec::new(), Vec::new());
    for booked in unposted {
        match owner(context, &booked, &mut snapshots).await? {
            Some(customer_id) => missing.push(Missing { booked, customer_id }),
            None => foreign.push(booked),
        }
    }
    // What came in by itself meanwhile is not missing.
    let ids: Vec<&str> = missing.iter().map(|one| one.booked.balance_transaction_id.as_str()).collect();
    let came: BTreeSet<String> = posted(context, &ids).await?.into_iter().collect();
    missing.retain(|one| !came.contains(&one.booked.balance_transaction_id));
    Ok((missing, foreign))
}

/// The customer of ours that a balance transaction is about; none when it is nothing of ours.
async fn owner(
    context: &Context,
    booked: &Booked,
    snapshots: &mut HashMap<String, CustomerSnapshot>,
) -> Result<Option<String>, CheckError> {
    let Some(source) = &booked.source_ref else { return Ok(None) };
    let Some(charge) = context.payments.find_charge_of(source).await? else { return Ok(None) };
    let Some(customer_id) = context.payments.find_customer_of_charge(&charge).await? else { return Ok(None) };
    if !snapshots.contains_key(&customer_id) {
        let snapshot = context.payments.fetch_customer(&customer_id).await?;
        snapshots.insert(customer_id.clone(), snapshot);
    }
    let movements = snapshots.get(&customer_id).map(|snapshot| snapshot.movements.as_slice()).unwrap_or_default();
    let Some(movement) = ledger_check::about(movements, &booked.balance_transaction_id, &charge) else {
        return Ok(None);
    };
    let mut conn = context.store.read().await?;
    let is_ours = apply_payment_event::is_ours(&mut conn, movement).await?;
    Ok(is_ours.then_some(customer_id))
}

async fn posted(context: &Context, ids: &[&str]) -> Result<Vec<String>, StoreError> {
    store::payment_ledger::list_posted(&mut *context.store.read().await?, ids).await
}
