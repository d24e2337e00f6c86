//! For the payment service and for operators.

use serde_json::{Value, json};

use super::super::operation::{Operation, group};
use crate::http::{api::health::HealthAnswer, webhook::stripe::ReceiptAnswer};

/// The group's name.
pub const TAG: &str = "The service";

/// Its operations.
pub fn list() -> Vec<Operation> {
    group(
        TAG,
        vec![
            Operation::post("/webhooks/stripe", "receiveStripeEvent", "Takes an event of Stripe's")
                .about("At most 1 MiB. Nothing in the event is believed: what is true is fetched. A repeated event is answered alike.")
                .takes(&["StripeSignature"])
                .reads_any::<Value>(json!({ "id": "evt_1", "type": "customer.subscription.updated", "livemode": false }))
                .answers::<ReceiptAnswer>(200, "Stored", json!({ "received": true, "duplicate": false }))
                .fails(&["signature_invalid", "event_stale", "event_invalid", "payload_too_large"]),
            Operation::get("/healthz", "isAlive", "Whether the process runs")
                .answers::<HealthAnswer>(200, "It runs", json!({ "status": "ok" }))
                .with(&["Cache-Control"]),
            Operation::get("/readyz", "isReady", "Whether the process can do its work")
                .answers::<HealthAnswer>(200, "It can", json!({ "status": "ready" }))
                .with(&["Cache-Control"])
                .fails(&["not_ready"]),
            Operation::get("/metrics", "getMetrics", "Figures for Prometheus, by a token of its own")
                .about("404 unless the setting `[metrics] token` is set.")
                .answers_text(200, "application/openmetrics-text", "The figures", "# EOF\n")
                .with(&["Cache-Control"])
                .fails(&["metrics_token_required", "not_found"])
                .asks(&["metrics_token"]),
        ],
    )
}
