//! Secrets of websites: made once and shown once, two live ones at most, and how one is recognised.

use aws_lc_rs::{constant_time, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::{Context, StoreError};
use crate::{
    domain::{
        actor::Actor,
        entropy,
        id::{AuditId, SiteId, SiteSecretId},
    },
    store::{
        self, Conn,
        site_secret::{Draft, SiteSecret},
    },
};

/// What every secret begins with, so that scanners of published code can know one.
const PREFIX: &str = "mss_";

/// A secret that was just made. The only time that it can be seen.
pub struct Made {
    /// The secret's id.
    pub id: SiteSecretId,
    /// The secret.
    pub secret: String,
}

/// Why a secret was not made or revoked. Then nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SiteSecretError {
    /// No site has this slug.
    #[error("there is no site {slug:?}: declare it in the newsroom's file and apply that")]
    UnknownSite {
        /// What was asked for.
        slug: String,
    },
    /// The site has two live secrets.
    #[error("this site has two live secrets already: revoke one first, see `masthead site-secret list`")]
    TwoLive,
    /// No live secret has this id.
    #[error("there is no such secret, or it is revoked already: see `masthead site-secret list`")]
    UnknownSecret,
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Makes a secret for a site. The secret is stored as a hash alone.
///
/// # Errors
/// [`SiteSecretError::UnknownSite`], [`SiteSecretError::TwoLive`].
pub async fn make(context: &Context, slug: &str, actor: &Actor) -> Result<Made, SiteSecretError> {
    let now = context.clock.wall();
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(entropy::bytes::<32>(context.entropy.as_ref())));
    let id = SiteSecretId::mint(now, context.entropy.as_ref());
    let mut tx = context.store.begin().await?;
    let site = store::site::find_by_slug(&mut tx, slug).await?;
    let site = site.ok_or_else(|| SiteSecretError::UnknownSite { slug: slug.to_owned() })?;
    let draft = Draft { id: &id, site_id: &site.id, secret_hash: &sha256(&secret), now };
    if !store::site_secret::insert(&mut tx, &draft).await? {
        return Err(SiteSecretError::TwoLive);
    }
    record(context, &mut tx, actor, "site_secret.made", (&site.id, &id)).await?;
    tx.commit().await?;
    Ok(Made { id, secret })
}

/// Every secret, revoked ones too.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(context: &Context) -> Result<Vec<SiteSecret>, StoreError> {
    let mut conn = context.store.read().await?;
    store::site_secret::list(&mut conn).await
}

/// Revokes a secret: it exchanges nothing from now on.
///
/// # Errors
/// [`SiteSecretError::UnknownSecret`].
pub async fn revoke(context: &Context, id: &str, actor: &Actor) -> Result<(), SiteSecretError> {
    let id = SiteSecretId::parse(id).map_err(|_| SiteSecretError::UnknownSecret)?;
    let mut tx = context.store.begin().await?;
    let site_id = store::site_secret::revoke(&mut tx, &id, context.clock.wall()).await?;
    let site_id = site_id.ok_or(SiteSecretError::UnknownSecret)?;
    record(context, &mut tx, actor, "site_secret.revoked", (&site_id, &id)).await?;
    tx.commit().await?;
    Ok(())
}

/// Which of a site's live secrets this is. All are compared, in constant time.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn recognise(
    conn: &mut Conn,
    site_id: &SiteId,
    shown: &str,
) -> Result<Option<SiteSecretId>, StoreError> {
    let shown = sha256(shown);
    let mut found = None;
    for (id, hash) in store::site_secret::live_hashes(conn, site_id).await? {
        if constant_time::verify_slices_are_equal(hash.as_bytes(), shown.as_bytes()).is_ok() {
            found = Some(id);
        }
    }
    Ok(found)
}

async fn record(
    context: &Context,
    conn: &mut Conn,
    actor: &Actor,
    action: &str,
    (site_id, secret_id): (&SiteId, &SiteSecretId),
) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let record = store::audit::Record {
        id: AuditId::mint(at, context.entropy.as_ref()),
        at,
        actor,
        action,
        subject_id: site_id.as_str(),
        detail: json!({ "secret": secret_id }),
    };
    store::audit::insert(conn, &record).await
}

fn sha256(text: &str) -> String {
    digest::digest(&digest::SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
