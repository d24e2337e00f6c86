//! Coming back from paying. What the page's address says is not believed: the gateway is asked.

use super::{
    Context, StoreError,
    apply_payment_event::{self, ApplyError},
};
use crate::{
    domain::{
        checkout::{Checkout, CheckoutState, Purpose},
        history,
        id::{CheckoutId, MemberId, PriceId},
        member::Person,
        payment::CheckoutStatus,
    },
    store,
};

/// A checkout as the gateway has it now.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The checkout.
    pub checkout: Checkout,
    /// Whether the gateway's word is still on its way: look again in a moment.
    pub waiting: bool,
    /// Whether it is a contribution and no more: paid once, and it opens nothing for its payer. A gift is one too.
    pub is_contribution: bool,
    /// What became of money that was taken and pays for nothing; none when nothing was taken, or it stands.
    pub taken: Option<Taken>,
}

/// What became of money that was taken and pays for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The payer's bank asks for it back, and has not decided.
    Disputed,
    /// It is the payer's again.
    SentBack,
}

/// Brings a checkout up to date with the gateway. None for an unknown one, and for anybody but the browser that started it
/// and the member whom it paid for: then nothing is told.
///
/// # Errors
/// [`StoreError`] from the database. A gateway that does not answer is waited for by the workers, not here.
pub async fn look(
    context: &Context,
    id: &CheckoutId,
    browser_hash: &str,
    member_id: Option<&MemberId>,
) -> Result<Option<Looked>, StoreError> {
    let is_theirs = |checkout: &Checkout| {
        checkout.browser_hash == browser_hash || (member_id.is_some() && checkout.member_id.as_ref() == member_id)
    };
    let Some(mut checkout) = find(context, id).await?.filter(is_theirs) else {
        return Ok(None);
    };
    let (mut waiting, mut taken) = (false, None);
    if matches!(checkout.state, CheckoutState::Open | CheckoutState::Settling)
        && let Some(session_id) = &checkout.gateway_session_id
    {
        match apply_payment_event::apply_checkout(context, session_id).await {
            Ok(Some(CheckoutStatus::Paid)) => {
                checkout = find(context, id).await?.unwrap_or(checkout);
                if checkout.state == CheckoutState::Open {
                    taken = became(context, &checkout).await?;
                    // What was paid and is not seen yet will be.
                    waiting = taken.is_none();
                }
            }
            Ok(_) => {}
            // A worker is at it.
            Err(ApplyError::Busy) => waiting = true,
            Err(ApplyError::Gateway(error)) => {
                tracing::warn!(%error, "a checkout could not be looked up");
                waiting = true;
            }
            Err(ApplyError::Internal(error)) => return Err(error),
        }
        checkout = find(context, id).await?.unwrap_or(checkout);
    }
    waiting &= !matches!(checkout.state, CheckoutState::Paid | CheckoutState::Duplicate);
    let price = store::price::find(&mut *context.store.read().await?, &checkout.price_id).await?;
    let is_gift = checkout.purpose == Purpose::Gift;
    let is_contribution = is_gift || price.is_some_and(|price| price.is_contribution());
    Ok(Some(Looked { checkout, waiting, is_contribution, taken }))
}

/// What became of the money of a checkout that was paid and opens nothing; none when nothing was seen of it yet.
async fn became(context: &Context, checkout: &Checkout) -> Result<Option<Taken>, StoreError> {
    let Some(member_id) = &checkout.member_id else { return Ok(None) };
    let mut conn = context.store.read().await?;
    let subscriptions = store::subscription::list_of_member(&mut conn, member_id).await?;
    let subscription = subscriptions.into_iter().find(|one| one.checkout_id == checkout.id);
    let paid_once = store::contribution::find(&mut conn, &checkout.id).await?;
    if subscription.is_none() && paid_once.is_none() {
        return Ok(None);
    }
    let mut notices = store::notice::list_of_member(&mut conn, member_id).await?;
    let subscription_id = subscription.map(|subscription| subscription.id);
    notices.retain(|notice| notice.subscription_id == subscription_id);
    Ok(Some(if history::is_disputed(&notices) { Taken::Disputed } else { Taken::SentBack }))
}

/// The person whose address was typed: for the browser that typed it, and for nobody else.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn payer(context: &Context, checkout: &Checkout) -> Result<Option<Person>, StoreError> {
    let mut conn = context.store.read().await?;
    store::person::find(&mut conn, &checkout.person_id).await
}

async fn find(context: &Context, id: &CheckoutId) -> Result<Option<Checkout>, StoreError> {
    let mut conn = context.store.read().await?;
    store::checkout::find(&mut conn, id).await
}

/// What a payer left unpaid.
#[derive(Clone, Debug)]
pub struct Left {
    /// The address, in the spelling that all its spellings share.
    pub email: String,
    /// The price.
    pub price_id: PriceId,
    /// The amount that the payer chose, in minor units.
    pub amount_minor: Option<i64>,
}

/// The address, the price and the amount of a checkout that the payer left unpaid: for the browser that started it, and for nobody else. The
/// address is in the spelling that all its spellings share, so that a stored one tells nothing.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn left_unpaid(context: &Context, id: &CheckoutId, browser_hash: &str) -> Result<Option<Left>, StoreError> {
    let is_left = |checkout: &Checkout| {
        checkout.browser_hash == browser_hash
            && matches!(checkout.state, CheckoutState::Creating | CheckoutState::Open | CheckoutState::Expired)
    };
    let Some(checkout) = find(context, id).await?.filter(is_left) else { return Ok(None) };
    let person = payer(context, &checkout).await?;
    let (price_id, amount_minor) = (checkout.price_id, checkout.amount_minor);
    Ok(person.map(|person| Left { email: person.email.key().to_owned(), price_id, amount_minor }))
}
