//! What this database is: the schema's floor, and markers of one-time work.

use super::{Conn, Store, StoreError};

/// Refuses a schema that says this binary is too old for it. A database without a schema passes.
pub(super) async fn refuse_newer_schema(store: &Store) -> Result<(), StoreError> {
    let mut conn = store.read().await?;
    if !has_table(store, &mut conn, "instance").await? {
        return Ok(());
    }
    let stored = find(&mut conn, "min_compatible").await?;
    let min_compatible = stored.and_then(|text| text.parse().ok()).unwrap_or(i64::MAX);
    let known = store.newest_migration();
    if min_compatible > known {
        return Err(StoreError::SchemaFromTheFuture { min_compatible, known });
    }
    Ok(())
}

/// The numbers of the migrations that have run; none on a database without a schema.
pub(super) async fn applied_migrations(store: &Store) -> Result<Vec<i64>, StoreError> {
    let mut conn = store.read().await?;
    if !has_table(store, &mut conn, "_sqlx_migrations").await? {
        return Ok(Vec::new());
    }
    let select = "SELECT version FROM _sqlx_migrations WHERE success";
    Ok(sqlx::query_scalar(select).fetch_all(&mut *conn).await?)
}

async fn has_table(store: &Store, conn: &mut Conn, name: &str) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar(store.dialect().table_exists()).bind(name).fetch_one(conn).await?;
    Ok(count > 0)
}

/// The value behind a key.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(conn: &mut Conn, key: &str) -> Result<Option<String>, StoreError> {
    let select = "SELECT value FROM instance WHERE key = $1";
    Ok(sqlx::query_scalar(select).bind(key).fetch_optional(conn).await?)
}

/// Sets the value behind a key.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(conn: &mut Conn, key: &str, value: &str) -> Result<(), StoreError> {
    let upsert =
        "INSERT INTO instance (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    sqlx::query(upsert).bind(key).bind(value).execute(conn).await?;
    Ok(())
}
