//! Redeeming a gift by its code.

use super::{Context, StoreError, apply_gift, recount_member, spend, tell_member};
use crate::{
    domain::{
        actor::Actor,
        gift::{self, Gift, GiftCode, Redeemed, Refusal},
        history::Fact,
        id::MemberId,
        member::Member,
        news::News,
        right_end,
        time::Moment,
    },
    store::{self, Conn},
};

/// A gift that was redeemed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The plan's title.
    pub plan: String,
    /// The first moment at which it opens.
    pub from: Moment,
    /// The first moment at which it no longer does.
    pub until: Moment,
}

/// Why nothing was redeemed.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// The code opens nothing for this member.
    #[error("the gift cannot be redeemed: {}", .0.code())]
    Refused(Refusal),
    /// Too many codes from one client.
    #[error("too many codes were tried")]
    UsedUp {
        /// After how many seconds there is a new budget.
        retry_after_seconds: u64,
    },
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Redeems the gift behind a code as it was typed, for a member. Whoever redeemed it is told the same again.
///
/// # Errors
/// [`RedeemError`]; nothing was changed.
pub async fn redeem(context: &Context, member_id: &MemberId, typed: &str, client: &str) -> Result<Opened, RedeemError> {
    take_budget(context, client).await?;
    let code = GiftCode::parse(typed).ok_or(RedeemError::Refused(Refusal::Unknown))?;
    let mut tx = context.store.begin().await?;
    let reader = store::member::take_fence(&mut tx, member_id).await?;
    let gift = store::gift::find_by_code(&mut tx, &context.secret.gift_hash(&code)).await?;
    let (Some(reader), Some(gift)) = (reader, gift) else { return Err(RedeemError::Refused(Refusal::Unknown)) };
    let plan = apply_gift::receipt(&mut tx, &gift).await?.plan;
    if let Some(redeemed) = gift.redeemed.as_ref().filter(|redeemed| redeemed.member_id == reader.id) {
        return Ok(opened(plan, redeemed));
    }
    let redeemed = open(context, &mut tx, &gift, &reader).await?;
    tell(context, &mut tx, &gift, &reader, &redeemed).await?;
    apply_gift::audit(context, &mut tx, &gift.id, "gift.redeemed", &Actor::Reader(reader.id.clone())).await?;
    recount_member::recount(context, &mut tx, &reader, gift.id.as_str()).await?;
    tx.commit().await?;
    context.wake.counter();
    context.wake.outbox();
    Ok(opened(plan, &redeemed))
}

/// Codes are too many to guess; whoever tries all the same is slowed down.
async fn take_budget(context: &Context, client: &str) -> Result<(), RedeemError> {
    let mut tx = context.store.begin().await?;
    let spent = spend::hourly(context, &mut tx, "gift_code_client", client).await?;
    tx.commit().await?;
    if spent.used > context.settings.limits.gift_codes_per_client_hour {
        return Err(RedeemError::UsedUp { retry_after_seconds: spent.retry_after_seconds });
    }
    Ok(())
}

async fn open(context: &Context, conn: &mut Conn, gift: &Gift, reader: &Member) -> Result<Redeemed, RedeemError> {
    let (now, wall) = (context.clock.business(), context.clock.wall());
    if let Some(refusal) = gift.refusal(&reader.id, now) {
        return Err(RedeemError::Refused(refusal));
    }
    if renews(conn, gift, reader).await? {
        return Err(RedeemError::Refused(Refusal::Covered));
    }
    let rights = store::entitlement::list_of_member(conn, &reader.id).await?;
    let window = gift::window(gift, &rights, now).map_err(RedeemError::Refused)?;
    let redeemed = Redeemed { member_id: reader.id.clone(), at: now, window };
    if !store::gift::redeem(conn, &gift.id, &redeemed, wall).await? {
        // Somebody else was faster.
        return Err(RedeemError::Refused(Refusal::Used));
    }
    let right = apply_gift::right(context, gift, &redeemed, gift.settled_at);
    store::entitlement::put_of_checkout(conn, &right, &gift.checkout_id, wall).await?;
    Ok(redeemed)
}

/// Whether the member has a membership of the plan that is billed again by itself.
async fn renews(conn: &mut Conn, gift: &Gift, reader: &Member) -> Result<bool, StoreError> {
    for subscription in store::subscription::list_of_member(conn, &reader.id).await? {
        let price = store::price::find(conn, &subscription.price_id).await?;
        let is_of_plan = price.is_some_and(|price| price.plan_id == gift.plan_id);
        if is_of_plan && subscription.is_live() && subscription.cancel_at.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The reader and the giver are told, each once.
async fn tell(
    context: &Context,
    conn: &mut Conn,
    gift: &Gift,
    reader: &Member,
    redeemed: &Redeemed,
) -> Result<(), StoreError> {
    let receipt = apply_gift::receipt(conn, gift).await?;
    let open_until = redeemed.window.until.unwrap_or(redeemed.window.from);
    let began = News::GiftBegan { receipt: receipt.clone(), open_until };
    let fact = Fact::new(format!("{}:began", gift.id), began, redeemed.at);
    let ends = right_end::facts(gift.id.as_str(), redeemed.window, &receipt);
    tell_member::tell_facts(context, conn, reader, std::iter::once(fact).chain(ends).collect()).await?;
    let giver = match &gift.giver_id {
        Some(id) => store::member::find(conn, id).await?,
        None => None,
    };
    let Some(giver) = giver else { return Ok(()) };
    let fact = Fact::new(format!("{}:redeemed", gift.id), News::GiftRedeemed { receipt }, redeemed.at);
    tell_member::tell_facts(context, conn, &giver, vec![fact]).await
}

fn opened(plan: String, redeemed: &Redeemed) -> Opened {
    let from = redeemed.window.from;
    Opened { plan, from, until: redeemed.window.until.unwrap_or(from) }
}
