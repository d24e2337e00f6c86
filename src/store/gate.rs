//! Gates.

use super::{Conn, StoreError, row::Row};
use crate::domain::{gate::Gate, time::Moment};

fn read(row: Row) -> Result<Gate, StoreError> {
    Ok(Gate {
        id: row.get("id")?,
        slug: row.text("slug")?,
        title: row.text("title")?,
        opens_for: row.get("opens_for")?,
    })
}

/// Every gate, by slug.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(conn: &mut Conn) -> Result<Vec<Gate>, StoreError> {
    let rows = sqlx::query("SELECT id, slug, title, opens_for FROM gate ORDER BY slug").fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Declares a gate: inserts it, or changes the one with its slug. Returns the stored one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn declare(conn: &mut Conn, gate: &Gate, now: Moment) -> Result<Gate, StoreError> {
    let upsert = "INSERT INTO gate (id, slug, title, opens_for, created_at) VALUES ($1, $2, $3, $4, $5) \
                  ON CONFLICT (slug) DO UPDATE SET title = excluded.title, opens_for = excluded.opens_for \
                  RETURNING id, slug, title, opens_for";
    let row = sqlx::query(upsert)
        .bind(gate.id.as_str())
        .bind(&gate.slug)
        .bind(&gate.title)
        .bind(gate.opens_for.as_str())
        .bind(now.millis())
        .fetch_one(conn)
        .await?;
    read(row.into())
}
