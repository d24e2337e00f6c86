//! Whether a campaign counts a member.

use super::{Conn, StoreError};
use crate::domain::{
    entitlement::Source,
    id::{CampaignId, MemberId},
    time::Moment,
};

/// Makes the member counted; `true` only if they were not.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count_in(
    conn: &mut Conn,
    campaign_id: &CampaignId,
    member_id: &MemberId,
    source: Option<Source>,
    now: Moment,
) -> Result<bool, StoreError> {
    let upsert = "INSERT INTO campaign_member (campaign_id, member_id, counted, source, changed_at) \
                  VALUES ($1, $2, 1, $3, $4) ON CONFLICT (campaign_id, member_id) \
                  DO UPDATE SET counted = 1, source = excluded.source, changed_at = excluded.changed_at \
                  WHERE campaign_member.counted = 0";
    let done = sqlx::query(upsert)
        .bind(campaign_id.as_str())
        .bind(member_id.as_str())
        .bind(source.map(Source::as_str))
        .bind(now.millis())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes the member not counted; `true` only if they were.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count_out(
    conn: &mut Conn,
    campaign_id: &CampaignId,
    member_id: &MemberId,
    now: Moment,
) -> Result<bool, StoreError> {
    let update = "UPDATE campaign_member SET counted = 0, changed_at = $3 \
                  WHERE campaign_id = $1 AND member_id = $2 AND counted = 1";
    let done = sqlx::query(update)
        .bind(campaign_id.as_str())
        .bind(member_id.as_str())
        .bind(now.millis())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes by which right a counted member counts, when that has changed.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_source(
    conn: &mut Conn,
    campaign_id: &CampaignId,
    member_id: &MemberId,
    source: Option<Source>,
) -> Result<(), StoreError> {
    let update = "UPDATE campaign_member SET source = $3 WHERE campaign_id = $1 AND member_id = $2 AND counted = 1 \
                  AND COALESCE(source, '') <> COALESCE($3, '')";
    sqlx::query(update)
        .bind(campaign_id.as_str())
        .bind(member_id.as_str())
        .bind(source.map(Source::as_str))
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether the campaign counts the member.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_counted(conn: &mut Conn, campaign_id: &CampaignId, member_id: &MemberId) -> Result<bool, StoreError> {
    let select = "SELECT counted FROM campaign_member WHERE campaign_id = $1 AND member_id = $2";
    let counted: Option<i64> =
        sqlx::query_scalar(select).bind(campaign_id.as_str()).bind(member_id.as_str()).fetch_optional(conn).await?;
    Ok(counted == Some(1))
}

/// How many members the campaign counts.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count(conn: &mut Conn, campaign_id: &CampaignId) -> Result<i64, StoreError> {
    let select = "SELECT COUNT(*) FROM campaign_member WHERE campaign_id = $1 AND counted = 1";
    Ok(sqlx::query_scalar(select).bind(campaign_id.as_str()).fetch_one(conn).await?)
}
