//! Sites.

use super::{Conn, StoreError, row::Row};
use crate::domain::{id::SiteId, site::Site, time::Moment};

const COLUMNS: &str = "id, slug, name, audience";

/// Every site, by slug.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(conn: &mut Conn) -> Result<Vec<Site>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM site ORDER BY slug");
    let mut sites = Vec::new();
    for row in sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&mut *conn).await? {
        sites.push(complete(conn, row.into()).await?);
    }
    Ok(sites)
}

/// The site with a slug.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Site>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM site WHERE slug = $1");
    match sqlx::query(sqlx::AssertSqlSafe(text)).bind(slug).fetch_optional(&mut *conn).await? {
        Some(row) => complete(conn, row.into()).await.map(Some),
        None => Ok(None),
    }
}

async fn complete(conn: &mut Conn, row: Row) -> Result<Site, StoreError> {
    let mut site = Site {
        id: row.get("id")?,
        slug: row.text("slug")?,
        name: row.text("name")?,
        audience: row.text("audience")?,
        origins: Vec::new(),
        return_to: Vec::new(),
    };
    let select = "SELECT kind, address FROM site_address WHERE site_id = $1 ORDER BY address";
    for row in sqlx::query(select).bind(site.id.as_str()).fetch_all(conn).await? {
        let row = Row::from(row);
        match row.text("kind")?.as_str() {
            "origin" => site.origins.push(row.text("address")?),
            _ => site.return_to.push(row.get("address")?),
        }
    }
    Ok(site)
}

/// Whether an origin is registered, exactly as written.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn has_origin(conn: &mut Conn, origin: &str) -> Result<bool, StoreError> {
    let select = "SELECT COUNT(*) FROM site_address WHERE kind = 'origin' AND address = $1";
    let count: i64 = sqlx::query_scalar(select).bind(origin).fetch_one(conn).await?;
    Ok(count > 0)
}

/// Declares a site: inserts it, or changes the one with its slug; its addresses are those declared and no others.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn declare(conn: &mut Conn, site: &Site, now: Moment) -> Result<(), StoreError> {
    let upsert = "INSERT INTO site (id, slug, name, audience, created_at) VALUES ($1, $2, $3, $4, $5) \
                  ON CONFLICT (slug) DO UPDATE SET name = excluded.name, audience = excluded.audience RETURNING id";
    let row = sqlx::query(upsert)
        .bind(site.id.as_str())
        .bind(&site.slug)
        .bind(&site.name)
        .bind(&site.audience)
        .bind(now.millis())
        .fetch_one(&mut *conn)
        .await?;
    let id: SiteId = Row::from(row).get("id")?;
    sqlx::query("DELETE FROM site_address WHERE site_id = $1").bind(id.as_str()).execute(&mut *conn).await?;
    let origins = site.origins.iter().map(|origin| ("origin", origin.as_str()));
    let returns = site.return_to.iter().map(|address| ("return_to", address.as_str()));
    for (kind, address) in origins.chain(returns) {
        let insert = "INSERT INTO site_address (site_id, kind, address) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        sqlx::query(insert).bind(id.as_str()).bind(kind).bind(address).execute(&mut *conn).await?;
    }
    Ok(())
}
