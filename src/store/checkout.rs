//! Checkouts.

use super::{
    Conn, StoreError,
    row::{Row, to_json},
};
use crate::domain::{
    checkout::{Checkout, CheckoutState},
    id::{CampaignId, CheckoutId, MemberId},
    time::Moment,
};

const COLUMNS: &str = "id, person_id, member_id, by_member, made_member, purpose, price_id, \
                       amount_minor, promotion_code, campaign_id, state, browser_hash, attribution, return_to, \
                       gateway_session_id, url, created_at";

fn read(row: Row) -> Result<Checkout, StoreError> {
    Ok(Checkout {
        id: row.get("id")?,
        person_id: row.get("person_id")?,
        member_id: row.opt("member_id")?,
        by_member: row.flag("by_member")?,
        made_member: row.flag("made_member")?,
        purpose: row.get("purpose")?,
        price_id: row.get("price_id")?,
        amount_minor: row.opt_int("amount_minor")?,
        promotion_code: row.opt_text("promotion_code")?,
        campaign_id: row.opt("campaign_id")?,
        state: row.get("state")?,
        browser_hash: row.text("browser_hash")?,
        attribution: row.json("attribution")?,
        return_to: row.opt_text("return_to")?,
        gateway_session_id: row.opt_text("gateway_session_id")?,
        url: row.opt_text("url")?,
        created_at: row.moment("created_at")?,
    })
}

/// Stores a new checkout.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, checkout: &Checkout) -> Result<(), StoreError> {
    let insert = "INSERT INTO checkout (id, person_id, member_id, by_member, price_id, campaign_id, state, browser_hash, \
                  attribution, return_to, created_at, changed_at, purpose, amount_minor, promotion_code) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14)";
    sqlx::query(insert)
        .bind(checkout.id.as_str())
        .bind(checkout.person_id.as_str())
        .bind(checkout.member_id.as_ref().map(MemberId::as_str))
        .bind(i64::from(checkout.by_member))
        .bind(checkout.price_id.as_str())
        .bind(checkout.campaign_id.as_ref().map(CampaignId::as_str))
        .bind(checkout.state.as_str())
        .bind(&checkout.browser_hash)
        .bind(to_json(&checkout.attribution))
        .bind(checkout.return_to.as_deref())
        .bind(checkout.created_at.millis())
        .bind(checkout.purpose.as_str())
        .bind(checkout.amount_minor)
        .bind(checkout.promotion_code.as_deref())
        .execute(conn)
        .await?;
    Ok(())
}

async fn one(conn: &mut Conn, condition: &'static str, value: &str) -> Result<Option<Checkout>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM checkout WHERE {condition}");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(value).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// The checkout behind an id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(conn: &mut Conn, id: &CheckoutId) -> Result<Option<Checkout>, StoreError> {
    one(conn, "id = $1", id.as_str()).await
}

/// The checkout that a gateway's session belongs to.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_by_gateway_session(conn: &mut Conn, session_id: &str) -> Result<Option<Checkout>, StoreError> {
    one(conn, "gateway_session_id = $1", session_id).await
}

/// Notes the gateway's session of a checkout that waits for it; `false` when it no longer does.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn open(
    conn: &mut Conn,
    id: &CheckoutId,
    session_id: &str,
    url: &str,
    now: Moment,
) -> Result<bool, StoreError> {
    let update = "UPDATE checkout SET gateway_session_id = $2, url = $3, changed_at = $4, \
                  state = CASE WHEN state = 'creating' THEN 'open' ELSE state END \
                  WHERE id = $1 AND (gateway_session_id IS NULL OR gateway_session_id = $2)";
    let done =
        sqlx::query(update).bind(id.as_str()).bind(session_id).bind(url).bind(now.millis()).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Takes every older open checkout of the same browser or member out of use. Returns the gateway's sessions to expire.
///
/// `replaced` is the hash of the cookie that the browser had before this checkout gave it another.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn replace_older(
    conn: &mut Conn,
    newest: &Checkout,
    replaced: Option<&str>,
    now: Moment,
) -> Result<Vec<String>, StoreError> {
    let update = "UPDATE checkout SET state = 'expired', changed_at = $4 \
                  WHERE state IN ('creating', 'open') AND id < $1 \
                  AND (browser_hash = $2 OR (by_member = 1 AND member_id = $3)) RETURNING gateway_session_id";
    let rows = sqlx::query(update)
        .bind(newest.id.as_str())
        .bind(replaced)
        .bind(newest.member_id.as_ref().filter(|_| newest.by_member).map(MemberId::as_str))
        .bind(now.millis())
        .fetch_all(conn)
        .await?;
    let sessions: Result<Vec<Option<String>>, StoreError> =
        rows.into_iter().map(|row| Row::from(row).opt_text("gateway_session_id")).collect();
    Ok(sessions?.into_iter().flatten().collect())
}

/// Moves a checkout on; a paid or duplicate one stays what it is. `true` when that changed it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_state(
    conn: &mut Conn,
    id: &CheckoutId,
    state: CheckoutState,
    now: Moment,
) -> Result<bool, StoreError> {
    let update = "UPDATE checkout SET state = $2, changed_at = $3 WHERE id = $1 AND state <> $2 \
                  AND (state NOT IN ('paid', 'duplicate') OR $2 = 'duplicate')";
    let done = sqlx::query(update).bind(id.as_str()).bind(state.as_str()).bind(now.millis()).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Attaches a checkout to the member whom it paid for, once; says whether the payment made that member.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn attach_member(
    conn: &mut Conn,
    id: &CheckoutId,
    member_id: &MemberId,
    made_member: bool,
) -> Result<(), StoreError> {
    let update = "UPDATE checkout SET member_id = $2, made_member = $3 WHERE id = $1 AND member_id IS NULL";
    sqlx::query(update).bind(id.as_str()).bind(member_id.as_str()).bind(i64::from(made_member)).execute(conn).await?;
    Ok(())
}

/// How many members' payments for a campaign are still on their way. A gift is none of them, nor a contribution that opens nothing.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count_settling(conn: &mut Conn, campaign_id: &CampaignId) -> Result<i64, StoreError> {
    let select = "SELECT COUNT(*) FROM checkout JOIN price ON price.id = checkout.price_id \
                  WHERE checkout.state = 'settling' AND checkout.campaign_id = $1 \
                  AND (checkout.purpose = 'membership' OR (checkout.purpose = 'contribution' AND price.opens_months IS NOT NULL))";
    Ok(sqlx::query_scalar(select).bind(campaign_id.as_str()).fetch_one(conn).await?)
}

/// Deletes checkouts that were never paid and have not changed since a moment. Returns how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn delete_unpaid_before(conn: &mut Conn, before: Moment) -> Result<u64, StoreError> {
    let gifts = "DELETE FROM gift WHERE money IS NULL AND checkout_id IN (SELECT id FROM checkout \
                 WHERE changed_at < $1 AND state IN ('creating', 'open', 'expired'))";
    sqlx::query(gifts).bind(before.millis()).execute(&mut *conn).await?;
    let delete = "DELETE FROM checkout WHERE changed_at < $1 AND state IN ('creating', 'open', 'expired') \
                  AND NOT EXISTS (SELECT 1 FROM subscription WHERE subscription.checkout_id = checkout.id) \
                  AND NOT EXISTS (SELECT 1 FROM contribution WHERE contribution.checkout_id = checkout.id) \
                  AND NOT EXISTS (SELECT 1 FROM gift WHERE gift.checkout_id = checkout.id)";
    Ok(sqlx::query(delete).bind(before.millis()).execute(conn).await?.rows_affected())
}
