//! Moves of everybody who is billed by one price to another.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    id::{PriceId, PriceMoveId},
    price_move::PriceMove,
    time::Moment,
};

const COLUMNS: &str = "id, from_price_id, to_price_id, takes_hold, begun_at";

/// Begins a move, or finds the one between these prices that is not finished: that one goes on as it was begun.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn begin_or_find(conn: &mut Conn, draft: &PriceMove) -> Result<PriceMove, StoreError> {
    let insert = format!("INSERT INTO price_move ({COLUMNS}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");
    let done = sqlx::query(sqlx::AssertSqlSafe(insert))
        .bind(draft.id.as_str())
        .bind(draft.from.as_str())
        .bind(draft.to.as_str())
        .bind(draft.takes_hold.as_str())
        .bind(draft.begun_at.millis())
        .execute(&mut *conn)
        .await?;
    if done.rows_affected() == 1 {
        return Ok(draft.clone());
    }
    Ok(find_unfinished(conn, &draft.from, &draft.to).await?.unwrap_or_else(|| draft.clone()))
}

/// The move between two prices that is not finished.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_unfinished(conn: &mut Conn, from: &PriceId, to: &PriceId) -> Result<Option<PriceMove>, StoreError> {
    let select = format!(
        "SELECT {COLUMNS} FROM price_move WHERE from_price_id = $1 AND to_price_id = $2 AND finished_at IS NULL"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(select)).bind(from.as_str()).bind(to.as_str());
    let Some(row) = query.fetch_optional(conn).await? else { return Ok(None) };
    let row = Row::from(row);
    Ok(Some(PriceMove {
        id: row.get("id")?,
        from: row.get("from_price_id")?,
        to: row.get("to_price_id")?,
        takes_hold: row.get("takes_hold")?,
        begun_at: row.moment("begun_at")?,
    }))
}

/// Notes that nobody is left; `true` only for the first time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn finish(conn: &mut Conn, id: &PriceMoveId, now: Moment) -> Result<bool, StoreError> {
    let update = "UPDATE price_move SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL";
    Ok(sqlx::query(update).bind(id.as_str()).bind(now.millis()).execute(conn).await?.rows_affected() == 1)
}
