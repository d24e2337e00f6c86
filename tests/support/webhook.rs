//! Delivering the sandbox's events by hand: signed as it signs them, in any order, any number of times.

use aws_lc_rs::hmac;
use reqwest::StatusCode;
use serde_json::Value;

use super::{
    TestApp,
    app::{API_KEY, WEBHOOK_SECRET},
    until,
};

/// The header `Stripe-Signature` for a body, signed now.
pub fn signature(body: &str, at_seconds: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
    let tag = hmac::sign(&key, format!("{at_seconds}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at_seconds},v1={hex}")
}

impl TestApp {
    /// An object of the sandbox's API.
    pub async fn gateway(&self, path: &str) -> Value {
        let address = format!("{}{path}", self.sandbox.url());
        let answer = self.http.get(address).bearer_auth(API_KEY).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    /// The events of a customer among the newest thirty of all, the oldest first: of somebody who has just done something.
    pub async fn newest_events_of(&self, customer_id: &str) -> Vec<Value> {
        let page = self.gateway("/v1/events?limit=30").await;
        let items = page["data"].as_array().unwrap().iter().rev();
        items.filter(|event| is_about(&event["data"]["object"], customer_id)).cloned().collect()
    }

    /// All events of a customer, the oldest first.
    pub async fn events_of(&self, customer_id: &str) -> Vec<Value> {
        let mut events = Vec::new();
        let mut path = "/v1/events?limit=100".to_owned();
        loop {
            let page = self.gateway(&path).await;
            let items = page["data"].as_array().unwrap();
            events.extend(items.iter().filter(|event| is_about(&event["data"]["object"], customer_id)).cloned());
            match items.last() {
                Some(last) if page["has_more"] == true => {
                    path = format!("/v1/events?limit=100&starting_after={}", last["id"].as_str().unwrap());
                }
                _ => break,
            }
        }
        events.reverse();
        events
    }

    /// Delivers an event. Returns the status of the answer.
    pub async fn deliver(&self, event: &Value) -> StatusCode {
        let body = event.to_string();
        let header = signature(&body, self.clock.wall().seconds());
        let request = self.http.post(self.address("/webhooks/stripe")).header("stripe-signature", header);
        request.header("content-type", "application/json").body(body).send().await.unwrap().status()
    }

    /// Waits until the sandbox has told all that it has to tell, and nothing waits in the inbox.
    pub async fn caught_up(&self) {
        until("an empty inbox", || async {
            // First what is on its way: it is in the inbox once it has arrived.
            if self.hears_webhooks && self.has_untold_events().await {
                return None;
            }
            let mut conn = self.context.store.read().await.unwrap();
            (masthead::store::webhook_event::count(&mut conn, "pending").await.unwrap() == 0).then_some(())
        })
        .await;
    }

    async fn has_untold_events(&self) -> bool {
        let untold = self.gateway("/v1/events?delivery_success=false&limit=1").await;
        untold["data"].as_array().is_some_and(|events| !events.is_empty())
    }

    /// Waits until no mail waits to go out.
    pub async fn mail_is_out(&self) {
        until("an outbox without mail", || async {
            let mut conn = self.context.store.read().await.unwrap();
            let waiting = "SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND sent_at IS NULL AND given_up_at IS NULL";
            let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(&mut *conn).await.unwrap();
            (waiting == 0).then_some(())
        })
        .await;
    }
}

fn is_about(object: &Value, customer_id: &str) -> bool {
    object["customer"] == customer_id || (object["object"] == "customer" && object["id"] == customer_id)
}
