//! Gifts.

use super::{
    Conn, StoreError,
    row::{Row, to_json},
};
use crate::domain::{
    contribution::State,
    gift::{Gift, Redeemed},
    id::{CheckoutId, GiftId, MemberId, PersonId},
    time::{Moment, Window},
};

const COLUMNS: &str = "id, checkout_id, plan_id, months, giver_id, recipient_id, note, send_at, money, settled_at, sent_at, \
                       expires_at, redeemed_by, redeemed_at, opens_from, opens_until, revoked_at";
/// A gift whose code may be mailed.
const OPEN: &str = "money = 'standing' AND redeemed_at IS NULL AND revoked_at IS NULL";

fn read(row: Row) -> Result<Gift, StoreError> {
    let redeemed = match (row.opt("redeemed_by")?, row.opt_moment("redeemed_at")?, row.opt_moment("opens_from")?) {
        (Some(member_id), Some(at), Some(from)) => {
            Some(Redeemed { member_id, at, window: Window { from, until: row.opt_moment("opens_until")? } })
        }
        _ => None,
    };
    Ok(Gift {
        id: row.get("id")?,
        checkout_id: row.get("checkout_id")?,
        plan_id: row.get("plan_id")?,
        months: row.int("months")?,
        giver_id: row.opt("giver_id")?,
        recipient_id: row.opt("recipient_id")?,
        note: row.json("note")?,
        send_at: row.opt_moment("send_at")?,
        money: row.opt("money")?,
        settled_at: row.opt_moment("settled_at")?,
        sent_at: row.opt_moment("sent_at")?,
        expires_at: row.opt_moment("expires_at")?,
        redeemed,
        revoked_at: row.opt_moment("revoked_at")?,
    })
}

/// Stores a gift that was ordered.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, gift: &Gift, code_hash: &str, now: Moment) -> Result<(), StoreError> {
    let insert = "INSERT INTO gift (id, checkout_id, plan_id, months, recipient_id, note, send_at, code_hash, created_at, \
                  changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)";
    sqlx::query(insert)
        .bind(gift.id.as_str())
        .bind(gift.checkout_id.as_str())
        .bind(gift.plan_id.as_str())
        .bind(gift.months)
        .bind(gift.recipient_id.as_ref().map(PersonId::as_str))
        .bind(to_json(&gift.note))
        .bind(gift.send_at.map(Moment::millis))
        .bind(code_hash)
        .bind(now.millis())
        .execute(conn)
        .await?;
    Ok(())
}

async fn one(conn: &mut Conn, condition: &'static str, value: &str) -> Result<Option<Gift>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM gift WHERE {condition}");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(value).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// The gift behind an id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(conn: &mut Conn, id: &GiftId) -> Result<Option<Gift>, StoreError> {
    one(conn, "id = $1", id.as_str()).await
}

/// The gift that a checkout pays for.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_by_checkout(conn: &mut Conn, id: &CheckoutId) -> Result<Option<Gift>, StoreError> {
    one(conn, "checkout_id = $1", id.as_str()).await
}

/// The gift with a code's hash.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_by_code(conn: &mut Conn, code_hash: &str) -> Result<Option<Gift>, StoreError> {
    one(conn, "code_hash = $1", code_hash).await
}

/// Those that a member redeemed and whose money is not gone, the oldest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_reader(conn: &mut Conn, reader_id: &MemberId) -> Result<Vec<Gift>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM gift WHERE redeemed_by = $1 AND money <> 'gone' ORDER BY id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(reader_id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Those that a member paid for, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_giver(conn: &mut Conn, giver_id: &MemberId) -> Result<Vec<Gift>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM gift WHERE giver_id = $1 ORDER BY id DESC");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(giver_id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

async fn list(conn: &mut Conn, condition: String, at: Moment, limit: i64) -> Result<Vec<Gift>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM gift WHERE {condition} ORDER BY id LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(at.millis()).bind(limit).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Those whose code is to be mailed at a moment of business time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_to_send(conn: &mut Conn, now: Moment, limit: i64) -> Result<Vec<Gift>, StoreError> {
    list(conn, format!("{OPEN} AND sent_at IS NULL AND COALESCE(send_at, 0) <= $1"), now, limit).await
}

/// Those that nobody has redeemed, whose last day comes before a moment, and of which that was not told.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_to_remind(conn: &mut Conn, before: Moment, limit: i64) -> Result<Vec<Gift>, StoreError> {
    list(conn, format!("{OPEN} AND sent_at IS NOT NULL AND reminded_at IS NULL AND expires_at < $1"), before, limit)
        .await
}

/// All that were paid, the newest last, up to a moment of their making by the wall clock.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_paid(conn: &mut Conn, until: Moment) -> Result<Vec<Gift>, StoreError> {
    list(conn, "money IS NOT NULL AND created_at <= $1".to_owned(), until, i64::MAX).await
}

/// Notes that the code was mailed; `false` when it was before, or is no longer to be.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn mark_sent(conn: &mut Conn, id: &GiftId, now: Moment) -> Result<bool, StoreError> {
    mark(conn, id, format!("UPDATE gift SET sent_at = $2 WHERE id = $1 AND sent_at IS NULL AND {OPEN}"), now).await
}

/// Notes that its last day was told; `false` when it was before, or is no longer to be.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn mark_reminded(conn: &mut Conn, id: &GiftId, now: Moment) -> Result<bool, StoreError> {
    mark(conn, id, format!("UPDATE gift SET reminded_at = $2 WHERE id = $1 AND reminded_at IS NULL AND {OPEN}"), now)
        .await
}

/// Takes a gift back that nobody has redeemed; `false` when somebody has, or it was taken back before.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn revoke(conn: &mut Conn, id: &GiftId, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE gift SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL AND redeemed_at IS NULL";
    mark(conn, id, update.to_owned(), now).await
}

async fn mark(conn: &mut Conn, id: &GiftId, update: String, now: Moment) -> Result<bool, StoreError> {
    let done = sqlx::query(sqlx::AssertSqlSafe(update)).bind(id.as_str()).bind(now.millis()).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// What has become of its money.
#[derive(Clone, Debug)]
pub struct Money<'a> {
    /// Who paid.
    pub giver_id: &'a MemberId,
    /// How it stands.
    pub state: State,
    /// When it had come.
    pub settled_at: Option<Moment>,
    /// Until when the gift can be redeemed: the first that is given stays.
    pub expires_at: Option<Moment>,
}

/// Notes what has become of a gift's money; `true` when that changed anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_money(conn: &mut Conn, id: &GiftId, money: &Money<'_>, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE gift SET giver_id = $2, money = $3, settled_at = $4, expires_at = COALESCE(expires_at, $5), \
                  changed_at = $6 WHERE id = $1 AND (COALESCE(money, '') <> $3 OR COALESCE(settled_at, -1) <> COALESCE($4, -1))";
    let done = sqlx::query(update)
        .bind(id.as_str())
        .bind(money.giver_id.as_str())
        .bind(money.state.as_str())
        .bind(money.settled_at.map(Moment::millis))
        .bind(money.expires_at.map(Moment::millis))
        .bind(now.millis())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Redeems a gift, once; `false` when it no longer can be.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn redeem(conn: &mut Conn, id: &GiftId, redeemed: &Redeemed, now: Moment) -> Result<bool, StoreError> {
    let update = format!(
        "UPDATE gift SET redeemed_by = $2, redeemed_at = $3, opens_from = $4, opens_until = $5, changed_at = $6 \
         WHERE id = $1 AND expires_at > $3 AND {OPEN}"
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(update))
        .bind(id.as_str())
        .bind(redeemed.member_id.as_str())
        .bind(redeemed.at.millis())
        .bind(redeemed.window.from.millis())
        .bind(redeemed.window.until.map(Moment::millis))
        .bind(now.millis())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
