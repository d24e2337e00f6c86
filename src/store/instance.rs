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

/// Sets the value behind a key if it is still what it was, or still not there; `false` when somebody else was quicker.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn replace(conn: &mut Conn, key: &str, old: Option<&str>, new: &str) -> Result<bool, StoreError> {
    let query = match old {
        Some(old) => {
            sqlx::query("UPDATE instance SET value = $2 WHERE key = $1 AND value = $3").bind(key).bind(new).bind(old)
        }
        None => sqlx::query("INSERT INTO instance (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING")
            .bind(key)
            .bind(new),
    };
    Ok(query.execute(conn).await?.rows_affected() == 1)
}

/// Forgets a key.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn forget(conn: &mut Conn, key: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM instance WHERE key = $1").bind(key).execute(conn).await?;
    Ok(())
}
