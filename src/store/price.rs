//! Prices. An amount never changes: a new price takes its place.

use super::{
    Conn, StoreError,
    row::{Row, to_json},
};
use crate::domain::{
    id::{MemberId, PlanId, PriceId},
    money::{Currency, Money},
    plan::{OwnAmount, Price},
    time::Moment,
};

const COLUMNS: &str = "id, plan_id, amount_minor, currency, billing_interval, tax, minimum_minor, maximum_minor, \
                       suggestions, opens_months, gateway_price_id";

fn read(row: Row) -> Result<Price, StoreError> {
    Ok(Price {
        id: row.get("id")?,
        plan_id: row.get("plan_id")?,
        money: Money { amount_minor: row.int("amount_minor")?, currency: row.get("currency")? },
        interval: row.get("billing_interval")?,
        tax: row.get("tax")?,
        own_amount: own_amount(&row)?,
        opens_months: row.opt_int("opens_months")?,
        gateway_price_id: row.opt_text("gateway_price_id")?,
    })
}

fn own_amount(row: &Row) -> Result<Option<OwnAmount>, StoreError> {
    let (Some(minimum_minor), Some(maximum_minor)) = (row.opt_int("minimum_minor")?, row.opt_int("maximum_minor")?)
    else {
        return Ok(None);
    };
    Ok(Some(OwnAmount { minimum_minor, maximum_minor, suggestions_minor: row.json("suggestions")? }))
}

async fn one(conn: &mut Conn, condition: &'static str, value: &str) -> Result<Option<Price>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM price WHERE {condition}");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(value).fetch_optional(conn).await?;
    row.map(|row| read(row.into())).transpose()
}

/// The price behind an id, on sale or not.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(conn: &mut Conn, id: &PriceId) -> Result<Option<Price>, StoreError> {
    one(conn, "id = $1", id.as_str()).await
}

/// The price behind an id, if it can be bought.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_on_sale(conn: &mut Conn, id: &PriceId) -> Result<Option<Price>, StoreError> {
    one(conn, "id = $1 AND archived_at IS NULL", id.as_str()).await
}

/// The price that a gateway's price is.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_by_gateway_id(conn: &mut Conn, gateway_id: &str) -> Result<Option<Price>, StoreError> {
    one(conn, "gateway_price_id = $1", gateway_id).await
}

/// The prices that can be bought, in the order of plan, interval and amount.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_on_sale(conn: &mut Conn) -> Result<Vec<Price>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM price WHERE archived_at IS NULL ORDER BY plan_id, billing_interval, currency, amount_minor"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// All prices, each with whether it can be bought, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_all(conn: &mut Conn) -> Result<Vec<(Price, bool)>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS}, CAST(CASE WHEN archived_at IS NULL THEN 1 ELSE 0 END AS BIGINT) AS on_sale FROM price \
         ORDER BY created_at DESC, id DESC"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(conn).await?;
    let listed = |row: Row| {
        let on_sale = row.flag("on_sale")?;
        Ok((read(row)?, on_sale))
    };
    rows.into_iter().map(|row| listed(row.into())).collect()
}

/// Puts a price on sale.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(conn: &mut Conn, price: &Price, now: Moment) -> Result<(), StoreError> {
    let insert = "INSERT INTO price (id, plan_id, amount_minor, currency, billing_interval, tax, created_at, \
                  minimum_minor, maximum_minor, suggestions, opens_months) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    sqlx::query(insert)
        .bind(price.id.as_str())
        .bind(price.plan_id.as_str())
        .bind(price.money.amount_minor)
        .bind(price.money.currency.as_str())
        .bind(price.interval.as_str())
        .bind(price.tax.as_str())
        .bind(now.millis())
        .bind(price.own_amount.as_ref().map(|own| own.minimum_minor))
        .bind(price.own_amount.as_ref().map(|own| own.maximum_minor))
        .bind(price.own_amount.as_ref().map(|own| to_json(&own.suggestions_minor)))
        .bind(price.opens_months)
        .execute(conn)
        .await?;
    Ok(())
}

/// The prices of one plan that can be bought.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_of_plan(conn: &mut Conn, plan_id: &PlanId) -> Result<Vec<Price>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM price WHERE plan_id = $1 AND archived_at IS NULL ORDER BY id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(plan_id.as_str()).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Takes a price off sale; who pays it already keeps it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn archive(conn: &mut Conn, id: &PriceId, now: Moment) -> Result<(), StoreError> {
    let update = "UPDATE price SET archived_at = $2 WHERE id = $1 AND archived_at IS NULL";
    sqlx::query(update).bind(id.as_str()).bind(now.millis()).execute(conn).await?;
    Ok(())
}

/// The prices off sale that can still be bought at the gateway.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_to_archive_at_gateway(conn: &mut Conn) -> Result<Vec<Price>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM price WHERE archived_at IS NOT NULL AND gateway_price_id IS NOT NULL \
         AND gateway_archived_at IS NULL ORDER BY id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(conn).await?;
    rows.into_iter().map(|row| read(row.into())).collect()
}

/// Notes that a price is archived at the gateway.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_archived_at_gateway(conn: &mut Conn, id: &PriceId, now: Moment) -> Result<(), StoreError> {
    let update = "UPDATE price SET gateway_archived_at = $2 WHERE id = $1 AND gateway_archived_at IS NULL";
    sqlx::query(update).bind(id.as_str()).bind(now.millis()).execute(conn).await?;
    Ok(())
}

/// Notes the gateway's price, unless there is one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_gateway_price(conn: &mut Conn, id: &PriceId, gateway_price_id: &str) -> Result<(), StoreError> {
    let update = "UPDATE price SET gateway_price_id = $2, gateway_archived_at = NULL \
                  WHERE id = $1 AND gateway_price_id IS NULL";
    sqlx::query(update).bind(id.as_str()).bind(gateway_price_id).execute(conn).await?;
    Ok(())
}

/// The currency in which a member has paid, the last time if it was more than once.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_currency_of_member(conn: &mut Conn, member_id: &MemberId) -> Result<Option<Currency>, StoreError> {
    let select = "SELECT price.currency FROM checkout JOIN price ON price.id = checkout.price_id \
                  WHERE checkout.member_id = $1 AND checkout.state IN ('settling', 'paid') \
                  ORDER BY checkout.created_at DESC, checkout.id DESC LIMIT 1";
    let found: Option<String> = sqlx::query_scalar(select).bind(member_id.as_str()).fetch_optional(conn).await?;
    found.map(|text| Currency::parse(&text).map_err(|_| StoreError::Corrupt { column: "currency" })).transpose()
}
