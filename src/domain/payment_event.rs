//! Events of the payment gateway: the envelope that is read before anything is believed.
//!
//! Only routing is taken from an event. What is true is fetched from the gateway afterwards.

use serde_json::Value;

/// The envelope of an event whose signature was right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentEvent {
    /// The gateway's id of the event: makes redelivery harmless.
    pub id: String,
    /// Its type, known to us or not.
    pub kind: String,
    /// The object it is about.
    pub object_id: Option<String>,
    /// Whose state to fetch: the customer; else the checkout session, or the charge, that leads to one.
    pub routing_key: Option<String>,
    /// Whether real money is meant.
    pub livemode: bool,
    /// The connected account, if it is another's.
    pub account: Option<String>,
}

/// The longest id or type that is stored, in bytes.
const WORD_MAX_BYTES: usize = 255;

/// The types that change something here: what the webhook endpoint asks for, and what is looked for in the gateway's list.
pub const HANDLED: [&str; 41] = [
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.refunded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "credit_note.created",
    "credit_note.updated",
    "credit_note.voided",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.finalization_failed",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.overdue",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "invoice.upcoming",
    "invoice.updated",
    "invoice.voided",
    "mandate.updated",
    "payment_intent.processing",
    "payment_method.automatically_updated",
    "payment_method.detached",
    "radar.early_fraud_warning.created",
    "refund.created",
    "refund.failed",
    "refund.updated",
];

/// Why a body is no event.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("the body is not an event with an id and a type")]
pub struct NotAnEvent;

impl PaymentEvent {
    /// Reads the envelope; unknown fields and types are fine.
    ///
    /// # Errors
    /// [`NotAnEvent`] without an id and a type of plausible form.
    pub fn read(body: &[u8]) -> Result<Self, NotAnEvent> {
        let value: Value = serde_json::from_slice(body).map_err(|_| NotAnEvent)?;
        let object = &value["data"]["object"];
        let kind = word(&value["type"]).ok_or(NotAnEvent)?;
        let object_id = word(&object["id"]);
        Ok(Self {
            id: word(&value["id"]).ok_or(NotAnEvent)?,
            routing_key: routing_key(&kind, object, object_id.as_deref()),
            kind,
            object_id,
            livemode: value["livemode"].as_bool().unwrap_or(false),
            account: word(&value["account"]),
        })
    }
}

impl PaymentEvent {
    /// Whether events of a type change something here.
    pub fn is_handled(kind: &str) -> bool {
        HANDLED.contains(&kind)
    }
}

/// The customer that an object belongs to, whether it is given by id or expanded; else the checkout session itself, or the
/// charge that it is about: disputes, refunds and warnings name no customer.
fn routing_key(kind: &str, object: &Value, object_id: Option<&str>) -> Option<String> {
    if kind.starts_with("customer.") && object["object"] == "customer" {
        return object_id.map(str::to_owned);
    }
    let customer = word(&object["customer"]).or_else(|| word(&object["customer"]["id"]));
    let session = || kind.starts_with("checkout.session.").then(|| object_id.map(str::to_owned)).flatten();
    let charge = || word(&object["charge"]).or_else(|| word(&object["charge"]["id"])).filter(|id| is_charge(id));
    customer.or_else(session).or_else(charge)
}

/// Whether a routing key is a charge's id.
pub fn is_charge(key: &str) -> bool {
    key.starts_with("ch_") || key.starts_with("py_")
}

fn word(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let plausible = !text.is_empty() && text.len() <= WORD_MAX_BYTES && text.bytes().all(|b| b.is_ascii_graphic());
    plausible.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(event: Value) -> Result<PaymentEvent, NotAnEvent> {
        PaymentEvent::read(event.to_string().as_bytes())
    }

    fn key(kind: &str, object: Value) -> Option<String> {
        read(json!({ "id": "evt_1", "type": kind, "data": { "object": object } })).unwrap().routing_key
    }

    #[test]
    fn routes_by_customer_given_or_expanded_else_by_checkout_session() {
        assert_eq!(key("invoice.paid", json!({ "id": "in_1", "customer": "cus_1" })).as_deref(), Some("cus_1"));
        assert_eq!(
            key("invoice.paid", json!({ "id": "in_1", "customer": { "id": "cus_2" } })).as_deref(),
            Some("cus_2")
        );
        let customer = json!({ "id": "cus_3", "object": "customer" });
        assert_eq!(key("customer.updated", customer).as_deref(), Some("cus_3"));
        let session = json!({ "id": "cs_1", "customer": null });
        assert_eq!(key("checkout.session.expired", session).as_deref(), Some("cs_1"));
        assert_eq!(key("charge.dispute.created", json!({ "charge": "ch_1" })).as_deref(), Some("ch_1"));
        assert_eq!(key("refund.failed", json!({ "charge": { "id": "py_1" } })).as_deref(), Some("py_1"));
        assert_eq!(key("refund.failed", json!({ "charge": "cus_1" })), None);
        assert_eq!(key("balance.available", json!({ "object": "balance" })), None);
    }

    #[test]
    fn fault_8_unknown_types_and_shapes_are_read_and_non_events_are_not() {
        let unknown = read(json!({ "id": "evt_1", "type": "moon.landed", "new": [1], "data": 7 })).unwrap();
        assert_eq!((unknown.kind.as_str(), unknown.routing_key), ("moon.landed", None));
        for event in [json!(null), json!([]), json!({}), json!({ "id": "evt_1" }), json!({ "id": 1, "type": "a" })] {
            assert_eq!(read(event), Err(NotAnEvent));
        }
        assert_eq!(PaymentEvent::read(b"\xff"), Err(NotAnEvent));
        assert_eq!(read(json!({ "id": "evt 1\n", "type": "a" })), Err(NotAnEvent));
        assert_eq!(read(json!({ "id": "e".repeat(256), "type": "a" })), Err(NotAnEvent));
    }
}
