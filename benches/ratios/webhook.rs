//! The intake of events against the database's bare durable insert of the same rows.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use masthead::{app, domain::payment_event::PaymentEvent};
use serde_json::{Value, json};
use tokio::{runtime::Runtime, task::JoinSet};

use super::{
    Scale,
    bare::Pool,
    client::{self, Client, Wire},
    ground::{Service, WEBHOOK_SECRET},
    table::Comparison,
};

/// Events that are on their way at once, on both sides.
const CONNECTIONS: usize = 8;
/// An object as Stripe sends it.
const SUBSCRIPTION: &str = include_str!("../../crates/stripe-sandbox/src/blank/subscription.json");
/// The row that intake stores.
const INSERT: &str = "INSERT INTO webhook_event (id, type, object_id, routing_key, livemode, account, body, received_at, \
                      state, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8) ON CONFLICT (id) DO NOTHING";

/// A row to insert.
pub struct Row {
    event: PaymentEvent,
    body: String,
    at_millis: i64,
}

/// The row of the table, for two fresh databases of one kind.
pub fn compare(runtime: &Runtime, scale: Scale, (kind, url, bare_url): (&str, &str, &str)) -> String {
    let service = runtime.block_on(Service::start(url));
    // The same schema with the same indexes, by the same migrations.
    runtime.block_on(async { Service::start(bare_url).await.stop().await });
    let pool = runtime.block_on(Pool::open_to_write(bare_url));
    let mut client = Client::connect(service.address, CONNECTIONS);
    let events = scale.requests(1_000);
    let (mut sent, mut inserted) = (0, 0);
    let named = format!("webhook intake, {kind}");
    let what = (named.as_str(), "bare durable insert of the same row", Some(0.7));
    let done = Comparison::measure(
        what,
        scale.rounds,
        events,
        || {
            sent += events;
            let deliveries: Vec<Wire> = (sent - events..sent).map(delivery).collect();
            client.send_all(&deliveries)
        },
        || {
            inserted += events;
            let rows = (inserted - events..inserted).map(row).collect();
            runtime.block_on(insert_all(&pool, rows))
        },
    );
    runtime.block_on(service.stop());
    done.row()
}

/// A customer's id.
pub fn customer_id(customer: usize) -> String {
    format!("cus_Bench{customer:09}")
}

/// The n-th event, as Stripe would write it, about a customer.
fn event(n: usize, customer: usize) -> String {
    let mut subscription: Value = serde_json::from_str(SUBSCRIPTION).expect("an object");
    subscription["id"] = json!(format!("sub_1SoBench{n:012}"));
    subscription["customer"] = json!(customer_id(customer));
    json!({
        "id": format!("evt_1SoBench{n:012}"),
        "object": "event",
        "api_version": "2026-09-30.endive",
        "created": app::wall_clock().seconds(),
        "data": { "object": subscription },
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
        "type": "customer.subscription.updated",
    })
    .to_string()
}

/// The n-th event as it is delivered: signed.
fn delivery(n: usize) -> Wire {
    delivery_about(n, n)
}

/// The same about a customer.
pub fn delivery_about(n: usize, customer: usize) -> Wire {
    let body = event(n, customer);
    let at = app::wall_clock().seconds();
    let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    client::post("/webhooks/stripe", &format!("stripe-signature: t={at},v1={hex}\r\n"), &body)
}

/// The n-th event as it is stored.
fn row(n: usize) -> Row {
    row_about(n, n)
}

/// The same about a customer.
pub fn row_about(n: usize, customer: usize) -> Row {
    let body = event(n, customer);
    let event = PaymentEvent::read(body.as_bytes()).expect("an event");
    Row { event, body, at_millis: app::wall_clock().millis() }
}

async fn insert_all(pool: &Pool, rows: Vec<Row>) -> Duration {
    let rows = Arc::new(rows);
    let began = Instant::now();
    let mut running = JoinSet::new();
    for first in 0..CONNECTIONS {
        let (pool, rows) = (pool.clone(), Arc::clone(&rows));
        running.spawn(async move {
            for row in rows.iter().skip(first).step_by(CONNECTIONS) {
                insert(&pool, row).await;
            }
        });
    }
    running.join_all().await;
    began.elapsed()
}

/// Inserts it durably.
pub async fn insert(pool: &Pool, row: &Row) {
    macro_rules! insert_into {
        ($pool:expr) => {
            sqlx::query(INSERT)
                .bind(&row.event.id)
                .bind(&row.event.kind)
                .bind(&row.event.object_id)
                .bind(&row.event.routing_key)
                .bind(0_i64)
                .bind(None::<String>)
                .bind(&row.body)
                .bind(row.at_millis)
                .bind("pending")
                .execute($pool)
                .await
                .expect("the row is stored")
                .rows_affected()
        };
    }
    let stored = match pool {
        Pool::Sqlite(pool) => insert_into!(pool),
        Pool::Postgres(pool) => insert_into!(pool),
    };
    assert_eq!(stored, 1, "a new row");
}
