//! Leading a member to the gateway's billing portal: only with that member's own session.

use super::{Context, StoreError};
use crate::{
    domain::id::{MemberId, OutboxId},
    gateway::payment::GatewayError,
    store,
};

/// Why there is no portal.
#[derive(Debug, thiserror::Error)]
pub enum PortalError {
    /// The member never paid through the gateway.
    #[error("there is nothing to manage")]
    NothingToManage,
    /// The gateway did not answer.
    #[error(transparent)]
    Payments(#[from] GatewayError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Opens the portal of the customer behind the member's running subscription, or the newest one. Returns its page.
///
/// # Errors
/// [`PortalError`].
pub async fn open(context: &Context, member_id: &MemberId) -> Result<String, PortalError> {
    let mut conn = context.store.read().await?;
    let subscriptions = store::subscription::list_of_member(&mut conn, member_id).await?;
    drop(conn);
    let paying = subscriptions.iter().rev().filter(|one| one.duplicate_at.is_none());
    let running = paying.clone().find(|one| one.is_live()).or_else(|| paying.clone().next());
    let customer_id = running.map(|one| one.gateway_customer_id.clone()).ok_or(PortalError::NothingToManage)?;
    let base = context.settings.base_url.as_str().trim_end_matches('/');
    // A portal page is for one use: each request makes a new one, under a key of its own.
    let key = format!("portal-{}", OutboxId::mint(context.clock.wall(), context.entropy.as_ref()));
    Ok(context.payments.create_portal(&customer_id, &format!("{base}/account"), &key).await?)
}
