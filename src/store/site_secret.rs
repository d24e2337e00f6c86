//! Secrets of websites, as hashes: two live ones at most for each site.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    id::{SiteId, SiteSecretId},
    time::Moment,
};

/// The places for live secrets that a site has.
const SLOTS: [i64; 2] = [1, 2];

/// A secret to store.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// The secret's id.
    pub id: &'a SiteSecretId,
    /// Whose.
    pub site_id: &'a SiteId,
    /// SHA-256 of the secret, in hexadecimal.
    pub secret_hash: &'a str,
    /// When it was made, by the wall clock.
    pub now: Moment,
}

/// What is known of a secret; never the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteSecret {
    /// The secret's id.
    pub id: SiteSecretId,
    /// The site's slug.
    pub site: String,
    /// When it was made.
    pub created_at: Moment,
    /// When a code was last exchanged with it.
    pub last_used_at: Option<Moment>,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
}

/// Stores a secret. False, and nothing stored, when the site has two live ones already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, draft: &Draft<'_>) -> Result<bool, StoreError> {
    let insert = "INSERT INTO site_secret (id, site_id, slot, secret_hash, created_at) VALUES ($1, $2, $3, $4, $5) \
                  ON CONFLICT (site_id, slot) WHERE revoked_at IS NULL DO NOTHING";
    for slot in SLOTS {
        let query = sqlx::query(insert).bind(draft.id.as_str()).bind(draft.site_id.as_str()).bind(slot);
        let done = query.bind(draft.secret_hash).bind(draft.now.millis()).execute(&mut *conn).await?;
        if done.rows_affected() == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The hashes of a site's live secrets, with their ids.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn live_hashes(conn: &mut Conn, site_id: &SiteId) -> Result<Vec<(SiteSecretId, String)>, StoreError> {
    let select = "SELECT id, secret_hash FROM site_secret WHERE site_id = $1 AND revoked_at IS NULL ORDER BY slot";
    let rows = sqlx::query(select).bind(site_id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(Row::from).map(|row| Ok((row.get("id")?, row.text("secret_hash")?))).collect()
}

/// Notes that a code was exchanged with a secret.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn touch(conn: &mut Conn, id: &SiteSecretId, now: Moment) -> Result<(), StoreError> {
    let update = "UPDATE site_secret SET last_used_at = $2 WHERE id = $1";
    sqlx::query(update).bind(id.as_str()).bind(now.millis()).execute(conn).await?;
    Ok(())
}

/// Every secret, revoked ones too, by site and age.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(conn: &mut Conn) -> Result<Vec<SiteSecret>, StoreError> {
    let select = "SELECT s.id AS id, site.slug AS slug, s.created_at AS created_at, s.last_used_at AS last_used_at, \
                  s.revoked_at AS revoked_at FROM site_secret AS s JOIN site ON site.id = s.site_id \
                  ORDER BY site.slug, s.created_at, s.id";
    let secret = |row: Row| {
        Ok(SiteSecret {
            id: row.get("id")?,
            site: row.text("slug")?,
            created_at: row.moment("created_at")?,
            last_used_at: row.opt_moment("last_used_at")?,
            revoked_at: row.opt_moment("revoked_at")?,
        })
    };
    sqlx::query(select).fetch_all(conn).await?.into_iter().map(|row| secret(row.into())).collect()
}

/// Revokes a live secret. The site's id; none when there is no such live secret.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn revoke(conn: &mut Conn, id: &SiteSecretId, now: Moment) -> Result<Option<SiteId>, StoreError> {
    let update = "UPDATE site_secret SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING site_id";
    let row = sqlx::query(update).bind(id.as_str()).bind(now.millis()).fetch_optional(conn).await?;
    row.map(|row| Row::from(row).get("site_id")).transpose()
}
