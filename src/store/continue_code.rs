//! Codes that carry a sign-in to a site on another domain: one use, a minute, one site.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    id::{MemberId, SessionId, SiteId},
    time::Moment,
};

/// A code to store.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// SHA-256 of the code, in hexadecimal.
    pub code_hash: &'a str,
    /// For which site.
    pub site_id: &'a SiteId,
    /// Whose.
    pub member_id: &'a MemberId,
    /// The session that it carries on.
    pub session_id: &'a SessionId,
    /// Where it was sent.
    pub return_to: &'a str,
    /// What its bearer must know the origin of (PKCE, S256).
    pub code_challenge: Option<&'a str>,
    /// When it was made.
    pub now: Moment,
    /// When it ends.
    pub expires_at: Moment,
}

/// What a code stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Whose.
    pub member_id: MemberId,
    /// The session that it carries on.
    pub session_id: SessionId,
    /// What its bearer must know the origin of.
    pub code_challenge: Option<String>,
}

/// Stores a code.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, draft: &Draft<'_>) -> Result<(), StoreError> {
    let insert = "INSERT INTO continue_code (code_hash, site_id, member_id, session_id, return_to, code_challenge, created_at, \
                  expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(insert)
        .bind(draft.code_hash)
        .bind(draft.site_id.as_str())
        .bind(draft.member_id.as_str())
        .bind(draft.session_id.as_str())
        .bind(draft.return_to)
        .bind(draft.code_challenge)
        .bind(draft.now.millis())
        .bind(draft.expires_at.millis())
        .execute(conn)
        .await?;
    Ok(())
}

/// Uses a code: once, in time, by the site it was made for, with the address it was sent to. Anything else gives none.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn use_up(
    conn: &mut Conn,
    code_hash: &str,
    site_id: &SiteId,
    return_to: &str,
    now: Moment,
) -> Result<Option<Used>, StoreError> {
    let update = "UPDATE continue_code SET used_at = $4 WHERE code_hash = $1 AND site_id = $2 AND return_to = $3 \
                  AND used_at IS NULL AND expires_at > $4 RETURNING member_id, session_id, code_challenge";
    let row = sqlx::query(update)
        .bind(code_hash)
        .bind(site_id.as_str())
        .bind(return_to)
        .bind(now.millis())
        .fetch_optional(conn)
        .await?;
    let used = |row: Row| {
        Ok(Used {
            member_id: row.get("member_id")?,
            session_id: row.get("session_id")?,
            code_challenge: row.opt_text("code_challenge")?,
        })
    };
    row.map(|row| used(row.into())).transpose()
}
