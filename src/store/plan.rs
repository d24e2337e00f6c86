//! Plans and the gates they open.

use super::{Conn, StoreError, row::Row};
use crate::domain::{
    id::{GateId, PlanId, PriceId},
    plan::Plan,
    time::Moment,
};

fn read(row: &Row) -> Result<Plan, StoreError> {
    Ok(Plan {
        id: row.get("id")?,
        slug: row.text("slug")?,
        title: row.text("title")?,
        description: row.text("description")?,
        gates: Vec::new(),
        gateway_product_id: row.opt_text("gateway_product_id")?,
    })
}

const COLUMNS: &str = "plan.id, plan.slug, plan.title, plan.description, plan.gateway_product_id";

/// Every plan, archived ones too (members may still hold them), in their order.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(conn: &mut Conn) -> Result<Vec<Plan>, StoreError> {
    select(conn, "").await
}

/// The plans on sale, in their order.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list_on_sale(conn: &mut Conn) -> Result<Vec<Plan>, StoreError> {
    select(conn, "WHERE plan.archived_at IS NULL").await
}

async fn select(conn: &mut Conn, condition: &'static str) -> Result<Vec<Plan>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS}, gate.slug AS gate_slug FROM plan LEFT JOIN plan_gate ON plan_gate.plan_id = plan.id \
         LEFT JOIN gate ON gate.id = plan_gate.gate_id {condition} ORDER BY plan.position, plan.slug, gate.slug"
    );
    let mut plans: Vec<Plan> = Vec::new();
    for row in sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(conn).await? {
        let row = Row::from(row);
        let plan = read(&row)?;
        if plans.last().is_none_or(|last| last.id != plan.id) {
            plans.push(plan);
        }
        if let (Some(plan), Some(gate)) = (plans.last_mut(), row.opt_text("gate_slug")?) {
            plan.gates.push(gate);
        }
    }
    Ok(plans)
}

/// Declares a plan: inserts it at a position, or changes the one with its slug, and brings it back on sale. Returns its id.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn declare(conn: &mut Conn, plan: &Plan, position: i64, now: Moment) -> Result<PlanId, StoreError> {
    let upsert = "INSERT INTO plan (id, slug, title, description, position, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
                  ON CONFLICT (slug) DO UPDATE SET title = excluded.title, description = excluded.description, \
                  position = excluded.position, archived_at = NULL RETURNING id";
    let row = sqlx::query(upsert)
        .bind(plan.id.as_str())
        .bind(&plan.slug)
        .bind(&plan.title)
        .bind(&plan.description)
        .bind(position)
        .bind(now.millis())
        .fetch_one(conn)
        .await?;
    Row::from(row).get("id")
}

/// Sets which gates a plan opens.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_gates(conn: &mut Conn, plan_id: &PlanId, gate_ids: &[GateId]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM plan_gate WHERE plan_id = $1").bind(plan_id.as_str()).execute(&mut *conn).await?;
    for gate_id in gate_ids {
        let insert = "INSERT INTO plan_gate (plan_id, gate_id) VALUES ($1, $2)";
        sqlx::query(insert).bind(plan_id.as_str()).bind(gate_id.as_str()).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Notes the gateway's product of a plan, unless there is one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_gateway_product(conn: &mut Conn, id: &PlanId, product_id: &str) -> Result<(), StoreError> {
    let update = "UPDATE plan SET gateway_product_id = $2 WHERE id = $1 AND gateway_product_id IS NULL";
    sqlx::query(update).bind(id.as_str()).bind(product_id).execute(conn).await?;
    Ok(())
}

/// What the plan of a price is called in addresses and files.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_slug_of_price(conn: &mut Conn, price_id: &PriceId) -> Result<Option<String>, StoreError> {
    let select = "SELECT plan.slug FROM plan JOIN price ON price.plan_id = plan.id WHERE price.id = $1";
    Ok(sqlx::query_scalar(select).bind(price_id.as_str()).fetch_optional(conn).await?)
}
