//! Payment intents: one sum to collect, over as many attempts as it takes.

use serde_json::{Value, json};

use super::charge;
use crate::{
    billing::next_payment,
    core::{
        blank::filled,
        card::{Behaviour, Decline},
        debit::{REFUSED, SETTLES_AFTER},
        error::ApiError,
        json::{Peek, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        schema::{Field, Kind, clear, opt},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, get, post},
};

const UPDATE: &[Field] = &[clear("description", Kind::Text), clear("metadata", Kind::Metadata)];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    get("/v1/payment_intents", &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CREATED, opt("customer", Kind::Text)], list),
    get("/v1/payment_intents/{id}", &[], retrieve),
    post("/v1/payment_intents/{id}", UPDATE, update),
];

/// What is to be collected.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Who pays, if known yet.
    pub customer: Option<String>,
    /// Minor units.
    pub amount_minor: i64,
    /// Lower-case ISO code.
    pub currency: String,
    /// What the statement says of it.
    pub description: Option<String>,
    /// Whether the card is kept for renewals.
    pub keeps_card: bool,
    /// The payment's own metadata.
    pub metadata: Option<Value>,
}

/// Why a payment is not through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The card said no.
    Declined(Decline),
    /// The payer must approve it first.
    NeedsAuthentication,
}

impl Refusal {
    /// The refusal of an invoice's payment as the API's 402.
    pub fn error(self) -> ApiError {
        match self {
            Self::Declined(decline) => decline.error(),
            Self::NeedsAuthentication => ApiError::card(
                "invoice_payment_intent_requires_action",
                "Payment for this invoice requires additional user action before it can be completed successfully.",
            ),
        }
    }
}

/// Adds a payment that waits for a payment method.
pub fn insert(world: &mut World, order: &Order) -> String {
    let id = world.new_id("payment_intent");
    let secret = format!("{id}_secret_{}", world.dice.text(25));
    world.insert(filled(
        "payment_intent",
        json!({
            "id": id,
            "amount": order.amount_minor,
            "client_secret": secret,
            "created": world.now(),
            "currency": order.currency,
            "customer": order.customer,
            "description": order.description,
            "metadata": order.metadata.clone().unwrap_or_else(|| json!({})),
            "setup_future_usage": order.keeps_card.then_some("off_session"),
        }),
    ));
    world.announce("payment_intent.created", &id);
    id
}

/// How a payment is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// The payer is not there (a renewal).
    pub off_session: bool,
    /// The payer has approved it on the authentication page.
    pub authenticated: bool,
}

impl Presence {
    /// The payer is at the page.
    pub const HERE: Self = Self { off_session: false, authenticated: false };
    /// The payer is at the page and has approved.
    pub const APPROVED: Self = Self { off_session: false, authenticated: true };
    /// A renewal.
    pub const AWAY: Self = Self { off_session: true, authenticated: false };
}

/// Tries to collect a payment by a payment method. A debit is accepted here, and decided days later ([`settle`]).
pub fn confirm(world: &mut World, id: &str, method: &str, presence: Presence) -> Result<(), Refusal> {
    world.change(id, |intent| intent["payment_method"] = json!(method));
    let arranged = next_payment::take(world, id);
    if world.get(method).str("type") == "sepa_debit" {
        process(world, id, arranged.unwrap_or_else(|| world.behaviour(method)));
        return Ok(());
    }
    let behaviour = arranged.unwrap_or_else(|| world.behaviour(method));
    if behaviour.asks_first(presence.off_session) && !presence.authenticated {
        require_action(world, id);
        return Err(Refusal::NeedsAuthentication);
    }
    match behaviour.decline(presence.off_session) {
        None => {
            succeed(world, id);
            Ok(())
        }
        Some(decline) => {
            fail(world, id, decline);
            Err(Refusal::Declined(decline))
        }
    }
}

fn require_action(world: &mut World, id: &str) {
    world.change(id, |intent| {
        intent["status"] = json!("requires_action");
        intent["next_action"] =
            json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "type": "three_d_secure_redirect" } });
    });
    world.announce("payment_intent.requires_action", id);
}

fn process(world: &mut World, id: &str, behaviour: Behaviour) {
    let charge = charge::insert_pending(world, id);
    world.change(id, |intent| {
        intent["status"] = json!("processing");
        intent["latest_charge"] = json!(charge);
        intent["last_payment_error"] = Value::Null;
        intent["payment_method_types"] = json!(["card", "sepa_debit"]);
        intent[PRIVATE]["will_pay"] = json!(behaviour.decline(true).is_none());
    });
    world.announce("charge.pending", &charge);
    world.announce("payment_intent.processing", id);
    world.put_off(id, world.now() + SETTLES_AFTER);
}

/// Whether the payment waits for a bank.
pub fn is_processing(world: &World, id: &str) -> bool {
    world.get(id).str("status") == "processing"
}

/// Decides a payment that was processing; whether it was paid.
pub fn settle(world: &mut World, id: &str) -> bool {
    let is_paid = world.get(id)[PRIVATE].flag("will_pay");
    let charge = world.get(id).str("latest_charge").to_owned();
    if is_paid {
        charge::settle(world, &charge);
        note_success(world, id, &charge);
    } else {
        charge::refuse(world, &charge, REFUSED);
        note_failure(world, id, &charge, REFUSED);
    }
    is_paid
}

fn succeed(world: &mut World, id: &str) {
    let charge = charge::insert(world, id, None);
    note_success(world, id, &charge);
}

fn note_success(world: &mut World, id: &str, charge: &str) {
    world.change(id, |intent| {
        intent["status"] = json!("succeeded");
        intent["amount_received"] = intent["amount"].clone();
        intent["latest_charge"] = json!(charge);
        intent["next_action"] = Value::Null;
        intent["last_payment_error"] = Value::Null;
    });
    world.announce("charge.succeeded", charge);
    world.announce("payment_intent.succeeded", id);
}

/// Notes a failed attempt; the payment waits for another card.
pub fn fail(world: &mut World, id: &str, decline: Decline) {
    let charge = charge::insert(world, id, Some(decline));
    note_failure(world, id, &charge, decline);
}

fn note_failure(world: &mut World, id: &str, charge: &str, decline: Decline) {
    let method = world.render(world.get(id).str("payment_method"));
    let error = json!({
        "charge": charge,
        "code": decline.code,
        "decline_code": decline.decline_code,
        "doc_url": format!("https://stripe.com/docs/error-codes/{}", decline.code.replace('_', "-")),
        "message": decline.message,
        "payment_method": method,
        "type": "card_error",
    });
    world.change(id, |intent| {
        intent["status"] = json!("requires_payment_method");
        intent["latest_charge"] = json!(charge);
        intent["next_action"] = Value::Null;
        intent["payment_method"] = Value::Null;
        intent["last_payment_error"] = error;
    });
    world.announce("charge.failed", charge);
    world.announce("payment_intent.payment_failed", id);
}

/// Gives the payment up; a debit under way can no more be stopped.
pub fn cancel(world: &mut World, id: &str, reason: &str) {
    if matches!(world.get(id).str("status"), "succeeded" | "processing" | "canceled" | "") {
        return;
    }
    let now = world.now();
    world.change(id, |intent| {
        intent["status"] = json!("canceled");
        intent["canceled_at"] = json!(now);
        intent["cancellation_reason"] = json!(reason);
        intent["next_action"] = Value::Null;
    });
    world.announce("payment_intent.canceled", id);
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world
        .list("payment_intent", &call.params, "/v1/payment_intents", |intent| matches(intent, &call.params, "customer"))
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("payment_intent", call.id(), "intent").map(|intent| world.show(intent))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("payment_intent", call.id(), "intent")?;
    world.change(call.id(), |intent| {
        if let Some(description) = call.params.get("description") {
            intent["description"] = description.clone();
        }
        merge_metadata(intent, call.params.get("metadata"));
    });
    Ok(world.render(call.id()))
}
