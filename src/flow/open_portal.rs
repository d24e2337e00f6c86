//! Leading a member to the gateway's billing portal: only with that member's own session.

use super::{Context, StoreError, prepare_payments};
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

/// Opens the portal of the customer behind the member's running subscription, or the newest one. Returns its page; the same
/// one for the same idempotency key.
///
/// # Errors
/// [`PortalError`].
pub async fn open(
    context: &Context,
    member_id: &MemberId,
    idempotency_key: Option<&str>,
) -> Result<String, PortalError> {
    let mut conn = context.store.read().await?;
    let subscriptions = store::subscription::list_of_member(&mut conn, member_id).await?;
    drop(conn);
    let paying = subscriptions.iter().rev().filter(|one| one.duplicate_at.is_none());
    let running = paying.clone().find(|one| one.is_live()).or_else(|| paying.clone().next());
    let customer_id = running.map(|one| one.gateway_customer_id.clone()).ok_or(PortalError::NothingToManage)?;
    let base = context.settings.base_url.as_str().trim_end_matches('/');
    // Without a key each request makes a page of its own.
    let fresh = || OutboxId::mint(context.clock.wall(), context.entropy.as_ref()).to_string();
    let own = |key: &str| context.secret.pseudonym(&format!("{member_id}/{key}"));
    let key = format!("portal-{}", idempotency_key.map_or_else(fresh, own));
    let configuration = prepare_payments::portal_configuration(context).await?;
    let return_url = format!("{base}/account");
    Ok(context.payments.create_portal(&customer_id, &return_url, configuration.as_deref(), &key).await?)
}
