//! Cancelling and withdrawing without signing in: the declaration is stored, whoever's address was typed, and answered alike.
//!
//! What it does to a membership, if there is one, is found out afterwards (`take_up_cancellation`), so that neither the answer nor
//! its time tells whether an address is known.

use super::{
    Context, StoreError, apply_newsroom,
    once::{self, Once},
    spend,
};
use crate::{
    domain::{
        cancellation::{Declaration, Request, State},
        email::Email,
        id::{CancellationId, PersonId},
        member::Person,
        time::Moment,
    },
    store::{self, Conn},
};

/// What somebody declares.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The address.
    pub email: Email,
    /// What is declared.
    pub declaration: Declaration,
    /// The language of the answer, if the address is new.
    pub locale: String,
    /// The client's address, for its budget.
    pub client: String,
    /// So that a button pressed twice declares once.
    pub once: Option<Once>,
}

/// A declaration that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The reference.
    pub id: CancellationId,
    /// When it arrived, in business time.
    pub received_at: Moment,
}

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// A budget is used up. Says nothing about the address.
    #[error("too many declarations")]
    UsedUp {
        /// After how many seconds there is a new one.
        retry_after_seconds: u64,
    },
    /// The same idempotency key came with another declaration before.
    #[error("the idempotency key was used for another declaration")]
    KeyReused,
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Stores a declaration. Asked again with the same idempotency key, it is the same one.
///
/// # Errors
/// [`DeclareError`].
pub async fn declare(context: &Context, declared: &Declared) -> Result<Receipt, DeclareError> {
    let limits = &context.settings.limits;
    let mut tx = context.store.begin().await?;
    let by_client = spend::hourly(context, &mut tx, "cancellation_client", &declared.client).await?;
    // Whoever is refused takes nothing from everybody's budget.
    let is_refused = by_client.used > limits.cancellations_per_client_hour
        || spend::hourly(context, &mut tx, "cancellation_total", "all").await?.used > limits.cancellations_total_hour;
    if is_refused {
        tx.commit().await?;
        return Err(DeclareError::UsedUp { retry_after_seconds: by_client.retry_after_seconds });
    }
    let mut id = CancellationId::mint(context.clock.wall(), context.entropy.as_ref());
    if let Some(once) = &declared.once {
        let first = once::remember(context, &mut tx, once, id.as_str()).await?.ok_or(DeclareError::KeyReused)?;
        id = CancellationId::parse(&first).map_err(|_| DeclareError::KeyReused)?;
        if let Some(stored) = store::cancellation::find(&mut tx, &id).await? {
            tx.commit().await?;
            return Ok(Receipt { id, received_at: stored.received_at });
        }
    }
    let receipt = keep(context, &mut tx, declared, id).await?;
    tx.commit().await?;
    Ok(receipt)
}

async fn keep(
    context: &Context,
    conn: &mut Conn,
    declared: &Declared,
    id: CancellationId,
) -> Result<Receipt, StoreError> {
    let (now, wall) = (context.clock.business(), context.clock.wall());
    // What they are called here is in the declaration; a name that somebody else types is not to become the person's.
    let draft = Person {
        id: PersonId::mint(wall, context.entropy.as_ref()),
        email: declared.email.clone(),
        name: None,
        locale: declared.locale.clone(),
    };
    let person = store::person::find_or_insert(conn, &draft, wall).await?;
    let mails = spend::hourly(context, conn, "cancellation_address", person.email.key()).await?;
    let request = Request {
        id,
        person_id: person.id,
        declaration: declared.declaration.clone(),
        received_at: now,
        answered: mails.used <= context.settings.limits.cancellation_mails_per_address_hour,
        state: State::Received,
        subscription_id: None,
        ends_at: None,
    };
    store::cancellation::insert(conn, &request, wall).await?;
    Ok(Receipt { id: request.id, received_at: now })
}

/// Today on the newsroom's calendar, by business time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn today(context: &Context) -> Result<jiff::civil::Date, StoreError> {
    let newsroom = apply_newsroom::presentation(context).await?;
    let time_zone = newsroom.map_or_else(|| "UTC".to_owned(), |newsroom| newsroom.time_zone);
    Ok(context.clock.business().in_zone(&time_zone).date())
}
