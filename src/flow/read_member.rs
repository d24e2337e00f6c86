//! Everything that a member may know of themselves.

use super::{Context, StoreError};
pub use crate::store::payment_ledger::Line;
use crate::{
    domain::{
        entitlement::Entitlement,
        gift::Gift,
        id::{MemberId, SubscriptionId},
        member::{Member, Person},
        money::Money,
        notice::Notice,
        plan::{Plan, Price},
        subscription::Subscription,
        time::Moment,
    },
    store::{self, Conn},
};

/// A member, with what they hold and have paid.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The member.
    pub member: Member,
    /// The person; none once erased.
    pub person: Option<Person>,
    /// Their rights, past ones too, oldest first.
    pub entitlements: Vec<Entitlement>,
    /// Their subscriptions with what each bills, in the order in which the gateway made them.
    pub subscriptions: Vec<(Subscription, Option<Price>)>,
    /// All plans, to name them by.
    pub plans: Vec<Plan>,
    /// What was paid and sent back, the newest first.
    pub payments: Vec<Line>,
    /// When they paid by bank transfer or in cash.
    pub paid_offline_at: Vec<Moment>,
    /// What they paid for others, the newest first.
    pub gifts: Vec<Given>,
    /// What they were told, or only this history says, the newest first.
    pub notices: Vec<Notice>,
}

/// A gift that a member gave.
#[derive(Clone, Debug)]
pub struct Given {
    /// The gift.
    pub gift: Gift,
    /// The address that its code is mailed to, as the giver typed it; none when they hand it over.
    pub recipient: Option<String>,
}

impl Profile {
    /// The running subscription.
    pub fn running(&self) -> Option<&(Subscription, Option<Price>)> {
        self.subscriptions.iter().find(|(subscription, _)| subscription.is_live())
    }

    /// What is noted of a subscription, the newest first.
    pub fn notices_of(&self, id: &SubscriptionId) -> impl Iterator<Item = &Notice> {
        self.notices.iter().filter(move |notice| notice.subscription_id.as_ref() == Some(id))
    }

    /// The plan behind an id.
    pub fn plan(&self, id: &crate::domain::id::PlanId) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == *id)
    }
}

/// Reads a member; none when there is no such.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn read(context: &Context, member_id: &MemberId) -> Result<Option<Profile>, StoreError> {
    let mut conn = context.store.read().await?;
    let Some(member) = store::member::find(&mut conn, member_id).await? else { return Ok(None) };
    let person = match &member.person_id {
        Some(person_id) => store::person::find(&mut conn, person_id).await?,
        None => None,
    };
    let notices = store::notice::list_of_member(&mut conn, member_id).await?;
    let mut subscriptions = Vec::new();
    for subscription in store::subscription::list_of_member(&mut conn, member_id).await? {
        let price = store::price::find(&mut conn, &subscription.price_id).await?;
        let price = price.map(|price| billed(price, &subscription.id, &notices));
        subscriptions.push((subscription, price));
    }
    Ok(Some(Profile {
        entitlements: store::entitlement::list_of_member(&mut conn, member_id).await?,
        plans: store::plan::list(&mut conn).await?,
        payments: store::payment_ledger::list_of_member(&mut conn, member_id).await?,
        paid_offline_at: store::entered_right::list_payment_times(&mut conn, member_id).await?,
        gifts: given(&mut conn, member_id).await?,
        member,
        notices,
        person,
        subscriptions,
    }))
}

async fn given(conn: &mut Conn, giver_id: &MemberId) -> Result<Vec<Given>, StoreError> {
    let mut all = Vec::new();
    for gift in store::gift::list_of_giver(conn, giver_id).await? {
        let recipient = match &gift.recipient_id {
            Some(id) => store::person::find(conn, id).await?.map(|person| person.email.as_str().to_owned()),
            None => None,
        };
        all.push(Given { gift, recipient });
    }
    Ok(all)
}

/// A price with what is billed by it: an amount of the payer's own is the one that was noted last.
fn billed(price: Price, subscription_id: &SubscriptionId, notices: &[Notice]) -> Price {
    if price.own_amount.is_none() {
        return price;
    }
    let own = notices.iter().filter(|notice| notice.subscription_id.as_ref() == Some(subscription_id));
    let rate = own.filter_map(|notice| notice.news.rate()).find(|rate| rate.interval == price.interval);
    let amount_minor = rate.map_or(price.money.amount_minor, |rate| rate.amount_minor);
    Price { money: Money { amount_minor, ..price.money }, ..price }
}

/// Whether a public campaign counts a member.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_counted(context: &Context, campaign_slug: &str, member_id: &MemberId) -> Result<bool, StoreError> {
    let mut conn = context.store.read().await?;
    let Some(campaign) = store::campaign::find_by_slug(&mut conn, campaign_slug).await? else { return Ok(false) };
    store::campaign_member::is_counted(&mut conn, &campaign.id, member_id).await
}

/// Whether a member had a right to read, and has none that holds now.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_former(context: &Context, member_id: &MemberId) -> Result<bool, StoreError> {
    let mut conn = context.store.read().await?;
    let rights = store::entitlement::list_of_member(&mut conn, member_id).await?;
    let now = context.clock.business();
    Ok(!rights.is_empty() && !rights.iter().any(|right| right.holds(now)))
}
