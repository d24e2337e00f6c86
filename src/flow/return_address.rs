//! Where readers may be sent back to: registered addresses of sites, and this service's own pages.

use url::Url;

use super::{Context, StoreError};
use crate::{
    domain::site::RETURN_TO_MAX_BYTES,
    store::{self, Conn},
};

/// Whether an address is one of ours or lies at or below one that a site has registered.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_allowed(context: &Context, conn: &mut Conn, address: &str) -> Result<bool, StoreError> {
    if is_own(&context.settings.base_url, address) {
        return Ok(true);
    }
    let sites = store::site::list(conn).await?;
    Ok(sites.iter().any(|site| site.allows_return_to(address).is_some()))
}

/// Whether an address is a page of this service.
pub fn is_own(base_url: &Url, address: &str) -> bool {
    if address.len() > RETURN_TO_MAX_BYTES || address.chars().any(|c| c.is_control() || c == '\\' || c == ' ') {
        return false;
    }
    let Ok(url) = Url::parse(address) else { return false };
    let no_user = url.username().is_empty() && url.password().is_none();
    no_user && url.origin() == base_url.origin() && url.path().starts_with(base_url.path())
}

/// The same, outside a transaction.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_registered(context: &Context, address: &str) -> Result<bool, StoreError> {
    let mut conn = context.store.read().await?;
    is_allowed(context, &mut conn, address).await
}
