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
    /// Whose state to fetch: the customer, or the checkout session before there is one.
    pub routing_key: Option<String>,
    /// Whether real money is meant.
    pub livemode: bool,
    /// The connected account, if it is another's.
    pub account: Option<String>,
}

/// The longest id or type that is stored, in bytes.
const WORD_MAX_BYTES: usize = 255;

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

/// The customer that an object belongs to, whether it is given by id or expanded; else the checkout session itself.
fn routing_key(kind: &str, object: &Value, object_id: Option<&str>) -> Option<String> {
    if kind.starts_with("customer.") && object["object"] == "customer" {
        return object_id.map(str::to_owned);
    }
    let customer = word(&object["customer"]).or_else(|| word(&object["customer"]["id"]));
    let session = || kind.starts_with("checkout.session.").then(|| object_id.map(str::to_owned)).flatten();
    customer.or_else(session)
}

fn word(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let plausible = !text.is_empty() && text.len() <= WORD_MAX_BYTES && text.bytes().all(|b| b.is_ascii_graphic());
    plausible.then(|| text.to_owned())
}
