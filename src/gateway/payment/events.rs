//! Events as the gateway lists them: for those that no webhook has brought.

use serde_json::Value;

use super::{GatewayError, PaymentGateway};
use crate::domain::{payment_event::PaymentEvent, time::Moment};

/// The most events that the gateway gives at once.
const PAGE: &str = "100";

/// An event from the list.
#[derive(Clone, Debug)]
pub struct ListedEvent {
    /// Its envelope.
    pub envelope: PaymentEvent,
    /// The whole of it, as a webhook would have brought it.
    pub body: String,
    /// When it happened, by the gateway's clock.
    pub created_at: Moment,
}

/// Some events, the newest first.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// The events; what is none is left out.
    pub events: Vec<ListedEvent>,
    /// Where the next, older page begins; none when this is the last.
    pub next: Option<String>,
}

impl PaymentGateway {
    /// Lists events from `since` on, the newest first, after (that is: older than) the event `after`. The gateway keeps them
    /// for 30 days.
    ///
    /// # Errors
    /// [`GatewayError`]; [`GatewayError::Refused`] too when `after` is no longer kept.
    pub async fn list_events(&self, since: Moment, after: Option<&str>) -> Result<EventPage, GatewayError> {
        let mut query = vec![("limit", PAGE.to_owned()), ("created[gte]", since.seconds().to_string())];
        query.extend(after.map(|id| ("starting_after", id.to_owned())));
        let page = self.get("/events", &query).await?;
        let items = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let has_more = page["has_more"] == Value::Bool(true);
        let next = items.last().and_then(|event| event["id"].as_str()).filter(|_| has_more).map(str::to_owned);
        Ok(EventPage { events: items.iter().filter_map(listed).collect(), next })
    }
}

fn listed(event: &Value) -> Option<ListedEvent> {
    let body = event.to_string();
    let envelope = PaymentEvent::read(body.as_bytes()).ok()?;
    Some(ListedEvent { envelope, body, created_at: Moment::from_seconds(event["created"].as_i64()?) })
}
