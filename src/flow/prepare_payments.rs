//! Before payments begin: whose key it is, whether this database belongs to that account, and what must be there.
//!
//! Ids of the gateway belong to one account in one mode. From test mode to live (or to another account's test mode) the
//! database lets go of everything that the old one gave: what was bought with a test card counts for nothing. From live mode
//! to anything else nothing is let go of: such a key is a mistake, and it is refused.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Context, StoreError, check_webhook_endpoint, recount_member,
    sync_catalogue::{self, SyncError},
};
use crate::{
    domain::{
        actor::Actor,
        id::{AuditId, OutboxId},
        plan::{Plan, Price},
    },
    gateway::payment::{GatewayAccount, GatewayError, PortalKeys, SoldProduct},
    store::{self, Conn},
};

/// Where in the database the account stands.
const ACCOUNT: &str = "payment_account";
/// Where the portal's configuration stands.
const PORTAL: &str = "payment_portal_configuration";
/// Where in the database stands what was on sale when it was last at the gateway.
const FURNISHED: &str = "payment_furnished";
/// How long a start waits to hear whose key it is.
const ASK_WITHIN: Duration = Duration::from_secs(5);

/// An account of the gateway in one mode, as the database knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account's id; none while it is not known.
    pub id: Option<String>,
    /// Whether real money is meant.
    pub is_live: bool,
    /// The digest of the key that it was asked with: the same key needs no second question.
    key_digest: Option<String>,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.is_live { "live mode" } else { "test mode" };
        match &self.id {
            Some(id) => write!(f, "{id} in {mode}"),
            None => write!(f, "{mode}"),
        }
    }
}

impl Account {
    /// Whether two may be the same: what is not known contradicts nothing.
    fn agrees(&self, other: &Self) -> bool {
        let same_id = self.id.is_none() || other.id.is_none() || self.id == other.id;
        same_id && self.is_live == other.is_live
    }
}

/// Why payments cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The database belongs to another account in live mode.
    #[error(
        "this database's members pay through Stripe's {stored}, and payments.secret_key is a key of {found}: use a key of \
         the account that they pay through, or another database"
    )]
    OtherAccount {
        /// The account that the database belongs to.
        stored: Account,
        /// The key's.
        found: Account,
    },
    /// The gateway does not know the key.
    #[error(transparent)]
    Key(GatewayError),
    /// The catalogue.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Binds the database to the key's account, or lets go of a test account's leavings. Before anything else uses the gateway, and
/// with no other process on the database that still has the old key.
///
/// A gateway that does not answer holds nobody up: then the mode, which the key itself tells, is all that is compared.
///
/// # Errors
/// [`PrepareError`].
pub async fn settle_account(context: &Context) -> Result<(), PrepareError> {
    let mut conn = context.store.read().await?;
    let stored = store::instance::find(&mut conn, ACCOUNT).await?;
    drop(conn);
    let stored: Option<Account> = stored.and_then(|text| serde_json::from_str(&text).ok());
    if stored.as_ref().is_some_and(|stored| stored.key_digest.as_deref() == Some(context.payments.key_digest())) {
        return Ok(());
    }
    let found = whose_key(context).await?;
    match stored {
        Some(stored) if !stored.agrees(&found) && stored.is_live => Err(PrepareError::OtherAccount { stored, found }),
        Some(stored) if !stored.agrees(&found) => Ok(change_account(context, &stored, &found).await?),
        // Another key of the same account, or the first one. What is known already stays known.
        stored => {
            let known = Account { id: found.id.or_else(|| stored.and_then(|stored| stored.id)), ..found };
            let mut tx = context.store.begin().await?;
            store::instance::put(&mut tx, ACCOUNT, &json!(known).to_string()).await?;
            Ok(tx.commit().await?)
        }
    }
}

async fn whose_key(context: &Context) -> Result<Account, PrepareError> {
    let asked = tokio::time::timeout(ASK_WITHIN, context.payments.fetch_account()).await;
    let id = match asked {
        Ok(Ok(GatewayAccount { id, .. })) => id,
        Ok(Err(error @ GatewayError::UnknownKey)) => return Err(PrepareError::Key(error)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "Stripe does not say whose key it is: its account is compared at the next start");
            None
        }
        Err(_) => {
            tracing::warn!("Stripe does not answer: whose key it is is compared at the next start");
            None
        }
    };
    // A key that could not be asked about is asked about at the next start.
    let key_digest = id.is_some().then(|| context.payments.key_digest().to_owned());
    Ok(Account { id, is_live: context.payments.is_live(), key_digest })
}

async fn change_account(context: &Context, stored: &Account, found: &Account) -> Result<(), StoreError> {
    let (now, wall) = (context.clock.business(), context.clock.wall());
    let mut tx = context.store.begin().await?;
    let billed = store::gateway_account::list_billed(&mut tx).await?;
    store::gateway_account::forget_objects(&mut tx, now, wall).await?;
    for one in &billed {
        store::entitlement::end_of_subscription(&mut tx, &one.subscription_id, now, wall).await?;
        if let Some(member) = store::member::take_fence(&mut tx, &one.member_id).await? {
            recount_member::recount(context, &mut tx, &member, one.subscription_id.as_str()).await?;
        }
    }
    super::replay_events::forget(&mut tx).await?;
    super::sweep_objects::forget(&mut tx).await?;
    store::instance::forget(&mut tx, PORTAL).await?;
    store::instance::forget(&mut tx, FURNISHED).await?;
    store::instance::put(&mut tx, ACCOUNT, &json!(found).to_string()).await?;
    audit(context, &mut tx, stored, found, billed.len()).await?;
    tx.commit().await?;
    context.wake.counter();
    tracing::warn!(
        from = %stored, to = %found, memberships = billed.len(),
        "this database now belongs to another account: what was bought in test mode has ended"
    );
    Ok(())
}

async fn audit(
    context: &Context,
    conn: &mut Conn,
    from: &Account,
    to: &Account,
    memberships: usize,
) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let id = AuditId::mint(at, context.entropy.as_ref());
    let detail = json!({ "from": from, "to": to, "memberships": memberships });
    let actor = Actor::CommandLine;
    let record =
        store::audit::Record { id, at, actor: &actor, action: "gateway.account_changed", subject_id: ACCOUNT, detail };
    store::audit::insert(conn, &record).await
}

/// Makes what payments need at the gateway: products and prices, the portal's configuration.
///
/// # Errors
/// [`PrepareError`]; what was made stays and is found again.
pub async fn furnish(context: &Context) -> Result<(), PrepareError> {
    let sold = digest_of_sale(context).await?;
    sync_catalogue::sync(context).await?;
    make_portal_configuration(context).await.map_err(SyncError::from)?;
    let mut tx = context.store.begin().await?;
    store::instance::put(&mut tx, FURNISHED, &sold).await?;
    Ok(tx.commit().await?)
}

/// Furnishes anew once another newsroom was declared than the one that is at the gateway.
///
/// # Errors
/// [`PrepareError`]; it is tried again at the next look.
pub async fn furnish_if_changed(context: &Context) -> Result<(), PrepareError> {
    let furnished = store::instance::find(&mut *context.store.read().await?, FURNISHED).await?;
    if furnished == Some(digest_of_sale(context).await?) {
        return Ok(());
    }
    furnish(context).await
}

/// Names what is on sale: a price is never changed, so its id says it.
async fn digest_of_sale(context: &Context) -> Result<String, StoreError> {
    let mut conn = context.store.read().await?;
    let plans = store::plan::list_on_sale(&mut conn).await?;
    let prices = store::price::list_on_sale(&mut conn).await?;
    let plans = plans.iter().map(|plan| format!("{} {}", plan.id, plan.title));
    let named: Vec<String> = plans.chain(prices.iter().map(|price| price.id.to_string())).collect();
    Ok(context.secret.pseudonym(&named.join("\n")))
}

/// Furnishes and looks at the webhook endpoint, in the background of a start: what cannot be done is told in the log, and is
/// made up for when it is first needed.
pub async fn furnish_or_warn(context: &Context) {
    if let Err(error) = furnish(context).await {
        tracing::warn!(%error, "products, prices or the portal's configuration are not all at Stripe yet");
    }
    check_webhook_endpoint::warn(context).await;
}

/// The id of the portal's configuration: made at the gateway when it is first needed, and remembered. None when a restricted
/// key may not: then the account's own default holds.
///
/// # Errors
/// [`GatewayError`]; a database that does not answer counts as one that remembers nothing.
pub async fn portal_configuration(context: &Context) -> Result<Option<String>, GatewayError> {
    let remembered = async {
        let mut conn = context.store.read().await?;
        store::instance::find(&mut conn, PORTAL).await
    };
    match remembered.await {
        Ok(Some(id)) => Ok(Some(id)),
        _ => make_portal_configuration(context).await,
    }
}

async fn make_portal_configuration(context: &Context) -> Result<Option<String>, GatewayError> {
    let return_url = format!("{}/account", context.settings.base_url.as_str().trim_end_matches('/'));
    let change = format!("portal-change-{}", OutboxId::mint(context.clock.wall(), context.entropy.as_ref()));
    // What a database that does not answer cannot name is offered once it does.
    let (plans, prices) = sync_catalogue::at_gateway(context).await.unwrap_or_default();
    let sold: Vec<SoldProduct<'_>> = plans.iter().filter_map(|plan| sold_product(plan, &prices)).collect();
    let make = format!("portal-make-{}", context.secret.pseudonym(&format!("{return_url} {sold:?}")));
    let keys = PortalKeys { make: &make, change: &change };
    let id = match context.payments.ensure_portal_configuration(&return_url, &sold, keys).await {
        Ok(id) => id,
        Err(error @ GatewayError::Forbidden { .. }) => {
            tracing::warn!(%error, "the billing portal's configuration cannot be made: the account's own default holds");
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let remember = async {
        let mut tx = context.store.begin().await?;
        store::instance::put(&mut tx, PORTAL, &id).await?;
        tx.commit().await
    };
    if let Err(error) = remember.await {
        tracing::warn!(%error, "the billing portal's configuration is looked up again the next time");
    }
    Ok(Some(id))
}

/// What members can choose of a plan: one price for each interval and currency, as the gateway wants it.
fn sold_product<'a>(plan: &'a Plan, prices: &'a [Price]) -> Option<SoldProduct<'a>> {
    let mut seen = Vec::new();
    let mut price_ids = Vec::new();
    for price in prices.iter().filter(|price| price.plan_id == plan.id) {
        let kind = (price.interval, price.money.currency);
        if let Some(id) = price.gateway_price_id.as_deref().filter(|_| !seen.contains(&kind)) {
            seen.push(kind);
            price_ids.push(id);
        }
    }
    Some(SoldProduct { product_id: plan.gateway_product_id.as_deref()?, price_ids })
}
