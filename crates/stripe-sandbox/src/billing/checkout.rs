//! What happens when a payer presses the button on the hosted checkout page.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{collect, discount, lifecycle, next_payment, once, totals, trial};
use crate::{
    core::{
        card::{AUTHENTICATION_FAILED, Behaviour, Card, Decline},
        debit::Debit,
        error::ApiError,
        json::Peek,
        world::{PRIVATE, World},
    },
    object::{
        checkout_session::details,
        customer,
        payment_intent::{self, Order, Presence, Refusal},
        payment_method, tax_id,
    },
};

/// What the payer typed, checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// E-mail address.
    pub email: String,
    /// Name on the card or the account.
    pub name: String,
    /// What they pay by.
    pub means: Means,
}

/// What a payer pays by.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// A card, without its number.
    Card(Card),
    /// An account that is debited, without its number.
    Debit(Debit),
}

impl Means {
    /// What its owner sees at once: a debit is always accepted, and decided later.
    fn behaviour(&self, arranged: Option<Behaviour>) -> Behaviour {
        match self {
            Self::Card(card) => arranged.unwrap_or(card.behaviour),
            Self::Debit(_) => Behaviour::Succeeds,
        }
    }

    fn insert(&self, world: &mut World, email: &str, name: &str) -> String {
        match self {
            Self::Card(card) => payment_method::insert(world, card, Some(email), Some(name)),
            Self::Debit(debit) => payment_method::insert_debit(world, debit, email, name),
        }
    }
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paid {
    /// The session is complete.
    Complete,
    /// The payer must go to the authentication page.
    NeedsAuthentication,
    /// Nothing was taken; the session stays open.
    Declined(Decline),
}

/// Pays an open session.
pub fn pay(world: &mut World, session_id: &str, attempt: &Attempt) -> Result<Paid, ApiError> {
    let intent = intent_for(world, session_id);
    let method = attempt.means.insert(world, &attempt.email, &attempt.name);
    // What was arranged for this payment goes before what the card does.
    let arranged = intent.as_ref().and_then(|intent| next_payment::peek(world, world.get(intent).text("customer")));
    let behaviour = attempt.means.behaviour(arranged);
    if behaviour.asks_first(false)
        && let Some(intent) = &intent
    {
        let refusal = payment_intent::confirm(world, intent, &method, Presence::HERE);
        debug_assert_eq!(refusal, Err(Refusal::NeedsAuthentication));
        let kept = serde_json::to_value(attempt).unwrap_or_default();
        world.change(session_id, |session| {
            session[PRIVATE]["attempt"] = kept;
            session[PRIVATE]["method"] = json!(method);
        });
        return Ok(Paid::NeedsAuthentication);
    }
    if let Some(decline) = behaviour.decline(false) {
        if let Some(intent) = &intent {
            let _ = payment_intent::confirm(world, intent, &method, Presence::HERE);
        }
        return Ok(Paid::Declined(decline));
    }
    complete(world, session_id, attempt, &method, intent, Presence::HERE)?;
    Ok(Paid::Complete)
}

/// The payer's answer on the authentication page.
pub fn authenticate(world: &mut World, session_id: &str, approved: bool) -> Result<Paid, ApiError> {
    let private = world.get(session_id)[PRIVATE].clone();
    let Ok(attempt) = serde_json::from_value::<Attempt>(private["attempt"].clone()) else {
        return Err(ApiError::invalid("There is no payment to authenticate."));
    };
    let (method, intent) = (private.str("method").to_owned(), private.text("payment_intent").map(str::to_owned));
    world.change(session_id, |session| session[PRIVATE]["attempt"] = Value::Null);
    if !approved {
        if let Some(intent) = intent {
            payment_intent::fail(world, &intent, AUTHENTICATION_FAILED);
        }
        return Ok(Paid::Declined(AUTHENTICATION_FAILED));
    }
    complete(world, session_id, &attempt, &method, intent, Presence::APPROVED)?;
    Ok(Paid::Complete)
}

/// The session's payment, made at its first attempt and kept for the next; none if nothing is due.
fn intent_for(world: &mut World, session_id: &str) -> Option<String> {
    let session = world.get(session_id).clone();
    if let Some(known) = session[PRIVATE].text("payment_intent").map(str::to_owned) {
        return keep_intent(world, &session, known);
    }
    let wanted = &session[PRIVATE]["payment_intent_data"];
    let subscribes = session.str("mode") == "subscription";
    let order = Order {
        customer: session.text("customer").map(str::to_owned),
        amount_minor: session.int("amount_total"),
        currency: session.str("currency").to_owned(),
        description: if subscribes {
            Some("Subscription creation".into())
        } else {
            wanted.text("description").map(str::to_owned)
        },
        keeps_card: subscribes || wanted.text("setup_future_usage").is_some(),
        metadata: wanted.get("metadata").cloned(),
    };
    if order.amount_minor == 0 {
        return None;
    }
    let intent = payment_intent::insert(world, &order);
    world.change(session_id, |session| session[PRIVATE]["payment_intent"] = json!(intent));
    Some(intent)
}

/// The payment of an earlier attempt, for what is due by now: a code or a country may have changed that.
fn keep_intent(world: &mut World, session: &Value, known: String) -> Option<String> {
    let amount = session.int("amount_total");
    if amount == 0 {
        payment_intent::cancel(world, &known, "abandoned");
        world.change(session.str("id"), |session| session[PRIVATE]["payment_intent"] = Value::Null);
        return None;
    }
    world.change(&known, |intent| intent["amount"] = json!(amount));
    Some(known)
}

fn complete(
    world: &mut World,
    session_id: &str,
    attempt: &Attempt,
    method: &str,
    intent: Option<String>,
    presence: Presence,
) -> Result<(), ApiError> {
    let session = world.get(session_id).clone();
    let customer = payer(world, &session, attempt);
    if let Some(customer) = &customer {
        payment_method::attach(world, method, customer);
    }
    if let Some(intent) = &intent {
        world.change(intent, |intent| intent["customer"] = json!(customer));
    }
    let paid_by = intent.clone();
    let mut result = json!({});
    if let (Some(customer), "subscription") = (&customer, session.str("mode")) {
        result = subscribe(world, &session, customer, method, intent, presence)?;
    } else if let Some(intent) = intent {
        payment_intent::confirm(world, &intent, method, presence)
            .map_err(|_| ApiError::internal("A payment that should succeed did not."))?;
        result["payment_intent"] = json!(intent);
    }
    let address = address_of(world, &session);
    let tax_ids = customer.as_deref().map(|customer| tax_id::shown_of(world, customer)).unwrap_or_default();
    let payment_status = match paid_by {
        None => "no_payment_required",
        Some(intent) if payment_intent::is_processing(world, &intent) => "unpaid",
        Some(_) => "paid",
    };
    world.change(session_id, |session| {
        session["customer"] = json!(customer);
        session["customer_details"] = details(&json!(attempt.email), &json!(attempt.name));
        session["customer_details"]["address"] = address;
        session["customer_details"]["tax_ids"] = json!(tax_ids);
        session["payment_status"] = json!(payment_status);
        session["status"] = json!("complete");
        session["url"] = Value::Null;
        for (field, value) in result.as_object().into_iter().flatten() {
            session[field] = value.clone();
        }
    });
    if payment_status != "unpaid" {
        once::bill(world, session_id);
    }
    world.announce("checkout.session.completed", session_id);
    Ok(())
}

/// The session's customer, or a new one (a one-time payment has one only if it asks for it).
fn payer(world: &mut World, session: &Value, attempt: &Attempt) -> Option<String> {
    if let Some(known) = session.text("customer").map(str::to_owned) {
        if session[PRIVATE]["customer_update"].str("address") == "auto" {
            let address = address_of(world, session);
            world.update(&known, "customer.updated", |customer| customer["address"] = address);
        }
        take_vat_id(world, session, &known);
        return Some(known);
    }
    if session.str("mode") == "payment" && session.str("customer_creation") != "always" {
        return None;
    }
    let id = customer::insert(world, Some(&attempt.email), Some(&attempt.name));
    let address = address_of(world, session);
    world.change(&id, |customer| customer["address"] = address);
    world.announce("customer.created", &id);
    take_vat_id(world, session, &id);
    Some(id)
}

fn take_vat_id(world: &mut World, session: &Value, customer: &str) {
    if let Some(value) = session[PRIVATE]["chosen"].text("vat_id") {
        tax_id::insert(world, customer, value);
    }
}

/// The address that the sale goes to: its country is all that the page asks for.
fn address_of(world: &World, session: &Value) -> Value {
    match totals::country_of(world, session) {
        None => Value::Null,
        Some(country) => json!({
            "city": null, "country": country, "line1": null, "line2": null, "postal_code": null, "state": null,
        }),
    }
}

fn subscribe(
    world: &mut World,
    session: &Value,
    customer: &str,
    method: &str,
    intent: Option<String>,
    presence: Presence,
) -> Result<Value, ApiError> {
    let wanted = &session[PRIVATE]["subscription_data"];
    let order = lifecycle::Order {
        customer: customer.to_owned(),
        items: session[PRIVATE]
            .items("line_items")
            .iter()
            .map(|line| (line.str("price").to_owned(), line.int("quantity")))
            .collect(),
        default_payment_method: Some(method.to_owned()),
        metadata: wanted.at("metadata").clone(),
        description: wanted.text("description").map(str::to_owned),
        discounts: discount::given_to(session),
        session: Some(session.str("id").to_owned()),
        automatic_tax: session["automatic_tax"].flag("enabled"),
        trial_end: trial::wanted_end(world, wanted)?,
        missing_payment_method: None,
    };
    let id = lifecycle::start(world, &order, intent)?;
    let invoice = world.get(&id).str("latest_invoice").to_owned();
    if world.get(&invoice).str("status") == "open" {
        collect::attempt(world, &invoice, presence)
            .map_err(|_| ApiError::internal("A payment that should succeed did not."))?;
    }
    Ok(json!({ "subscription": id, "invoice": invoice }))
}
