//! Checkout sessions, as the API makes and shows them; `page::checkout` and `billing` take the money.

use serde_json::{Map, Value, json};

use super::{
    checkout_line::read_lines,
    checkout_params::{CREATE, OPEN_FOR, check},
};
use crate::{
    billing::{
        discount::{self, Given, Sale},
        totals, trial,
    },
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, copy_given, envelope, fresh_metadata, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches, page},
        schema::{Field, Kind, clear, opt},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, get, post},
};

const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    CREATED,
    opt("customer", Kind::Text),
    opt("payment_intent", Kind::Text),
    opt("status", Kind::OneOf(&["complete", "expired", "open"])),
    opt("subscription", Kind::Text),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/checkout/sessions", CREATE, create),
    get("/v1/checkout/sessions", LIST, list),
    get("/v1/checkout/sessions/{id}", &[], retrieve),
    post("/v1/checkout/sessions/{id}", &[clear("metadata", Kind::Metadata)], update),
    post("/v1/checkout/sessions/{id}/expire", &[], expire_call),
    get("/v1/checkout/sessions/{id}/line_items", &[LIMIT, STARTING_AFTER, ENDING_BEFORE], line_items),
];

fn create(world: &mut World, call: &Call) -> Outcome {
    let params = &call.params;
    check(world, params)?;
    let lines = read_lines(world, params)?;
    let id = world.new_id("checkout.session");
    let session = blank(world, &id, params, &lines)?;
    let expires = session.int("expires_at");
    world.insert(session);
    grant(world, &id, params)?;
    totals::write_on_session(world, &id);
    world.schedule(expires, &id);
    Ok(world.render(&id))
}

/// The discounts that the session was made with.
fn grant(world: &mut World, id: &str, params: &Map<String, Value>) -> Result<(), ApiError> {
    let session = world.get(id);
    let granted = discount::read(world, params.items("discounts"), sale(session))?;
    write_discounts(world, id, &granted);
    Ok(())
}

fn sale(session: &Value) -> Sale<'_> {
    let lines = session[PRIVATE].items("line_items");
    Sale {
        customer: session.text("customer"),
        currency: session.str("currency"),
        subtotal_minor: lines.iter().map(|line| line.int("amount_subtotal")).sum(),
    }
}

fn write_discounts(world: &mut World, id: &str, granted: &[Given]) {
    let shown: Vec<Value> = granted.iter().map(Given::shown).collect();
    world.change(id, |session| session["discounts"] = json!(shown));
}

/// What a payer chooses on the page besides how to pay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Two letters; none leaves what was chosen before.
    pub country: Option<String>,
    /// A promotion code as typed; an empty one takes it off.
    pub code: Option<String>,
    /// A VAT id, checked; none takes it off.
    pub vat_id: Option<String>,
    /// Minor units, where the payer names the amount.
    pub amount_minor: Option<i64>,
}

/// Takes a payer's choices, and reckons the session anew.
pub fn choose(world: &mut World, id: &str, choice: &Choice) -> Result<(), ApiError> {
    world.change(id, |session| {
        let chosen = &mut session[PRIVATE]["chosen"];
        if let Some(country) = &choice.country {
            chosen["country"] = json!(country);
        }
        chosen["vat_id"] = json!(choice.vat_id);
        if let (Some(amount), Some(line)) = (choice.amount_minor, session[PRIVATE]["line_items"].get_mut(0)) {
            line["amount_subtotal"] = json!(amount);
        }
    });
    if let Some(code) = &choice.code {
        enter_code(world, id, code)?;
    }
    totals::write_on_session(world, id);
    Ok(())
}

fn enter_code(world: &mut World, id: &str, code: &str) -> Result<(), ApiError> {
    let mut granted = Vec::new();
    if !code.is_empty() {
        let found = super::promotion_code::find(world, code);
        let found = found.ok_or_else(|| ApiError::invalid("This code is not valid.").at("code"))?;
        super::promotion_code::check(world, found, sale(world.get(id))).map_err(|error| error.at("code"))?;
        granted.push(Given::Code(found.str("id").to_owned()));
    }
    write_discounts(world, id, &granted);
    Ok(())
}

/// What a session shows as it was given.
const PLAIN: &[&str] = &[
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_creation",
    "customer_email",
    "expires_at",
    "locale",
    "payment_method_collection",
    "submit_type",
    "success_url",
];

fn blank(world: &mut World, id: &str, params: &Map<String, Value>, lines: &[Value]) -> Outcome {
    let trial = trial::wanted_end(world, params.at("subscription_data"))?.is_some();
    let currency = lines.first().map(|line| line["currency"].clone()).unwrap_or_default();
    if lines.iter().any(|line| line["currency"] != currency) {
        return Err(ApiError::invalid("All line items must have the same currency.").at("line_items"));
    }
    let method_types = method_types(params, &currency)?;
    let payment = params.str("mode") == "payment";
    let customer_email = params
        .text("customer")
        .map(|customer| world.get(customer)["email"].clone())
        .or_else(|| params.get("customer_email").cloned());
    let mut session = filled(
        "checkout.session",
        json!({
            "id": id,
            "created": world.now(),
            "currency": currency,
            "customer_creation": if params.contains_key("customer") { Value::Null } else if payment { json!("if_required") } else { json!("always") },
            "expires_at": world.now() + OPEN_FOR,
            "metadata": fresh_metadata(params.get("metadata")),
            "mode": params["mode"],
            "payment_method_collection": if payment { "if_required" } else { "always" },
            "payment_method_types": method_types,
            "url": world.page_url(&format!("/c/pay/{id}")),
            PRIVATE: {
                "line_items": lines,
                "subscription_data": params.at("subscription_data"),
                "payment_intent_data": params.at("payment_intent_data"),
                "chosen": {},
                "customer_update": params.at("customer_update"),
                "nothing_due": trial,
            },
        }),
    );
    if let Some(email) = customer_email {
        session["customer_details"] = details(&email, &Value::Null);
    }
    copy_given(&mut session, params, PLAIN);
    write_wishes(&mut session, params, payment);
    Ok(session)
}

/// What a session asks for besides its payment: an invoice, tax, VAT ids.
fn write_wishes(session: &mut Value, params: &Map<String, Value>, payment: bool) {
    if payment {
        session["invoice_creation"] = invoice_creation(params.at("invoice_creation"));
        if session["invoice_creation"].flag("enabled") && session["customer"].is_null() {
            session["customer_creation"] = json!("always");
        }
    }
    session["automatic_tax"]["enabled"] = json!(params.at("automatic_tax").flag("enabled"));
    if let Some(wanted) = params.get("tax_id_collection") {
        let required = wanted.text("required").unwrap_or("never");
        session["tax_id_collection"] = json!({ "enabled": wanted["enabled"], "required": required });
    }
}

/// `invoice_creation` of a session.
fn invoice_creation(wanted: &Value) -> Value {
    let asked = wanted.at("invoice_data");
    json!({
        "enabled": wanted.flag("enabled"),
        "invoice_data": {
            "account_tax_ids": null,
            "custom_fields": null,
            "description": asked.at("description"),
            "footer": asked.at("footer"),
            "issuer": { "type": "self" },
            "metadata": asked.get("metadata").cloned().unwrap_or_else(|| json!({})),
            "rendering_options": null,
        },
    })
}

/// What a session takes: cards, and bank debits where the price is in euro; less what is excluded, or not among what is allowed.
fn method_types(params: &Map<String, Value>, currency: &Value) -> Result<Value, ApiError> {
    let (allowed, excluded) = ("allowed_payment_method_types", "excluded_payment_method_types");
    let known = if *currency == "eur" { &["card", "sepa_debit"][..] } else { &["card"] };
    let is_allowed =
        |one: &&&str| !params.contains_key(allowed) || params.items(allowed).iter().any(|other| other == **one);
    let is_excluded = |one: &&&str| params.items(excluded).iter().any(|other| other == **one);
    let left: Vec<&&str> = known.iter().filter(is_allowed).filter(|one| !is_excluded(one)).collect();
    if left.is_empty() {
        let sentence = "No valid payment method types for this Checkout Session. The sandbox knows card, and sepa_debit where the price is in euro.";
        return Err(ApiError::invalid(sentence).at(if params.contains_key(allowed) { allowed } else { excluded }));
    }
    Ok(json!(left))
}

/// `customer_details` of a session.
pub fn details(email: &Value, name: &Value) -> Value {
    json!({ "address": null, "business_name": null, "email": email, "individual_name": null, "name": name, "phone": null, "tax_exempt": "none", "tax_ids": null })
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let names = ["customer", "payment_intent", "status", "subscription"];
    world.list("checkout.session", &call.params, "/v1/checkout/sessions", |session| {
        names.iter().all(|name| matches(session, &call.params, name))
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("checkout.session", call.id(), "session").map(|session| world.show(session))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("checkout.session", call.id(), "session")?;
    world.change(call.id(), |session| merge_metadata(session, call.params.get("metadata")));
    Ok(world.render(call.id()))
}

fn expire_call(world: &mut World, call: &Call) -> Outcome {
    match world.named("checkout.session", call.id(), "session")?.str("status") {
        "open" => expire(world, call.id()),
        status => {
            return Err(ApiError::invalid(format!(
                "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {status}."
            )));
        }
    }
    Ok(world.render(call.id()))
}

/// Closes an open session unpaid.
pub fn expire(world: &mut World, id: &str) {
    let intent = world.get(id)[PRIVATE].str("payment_intent").to_owned();
    crate::object::payment_intent::cancel(world, &intent, "abandoned");
    world.change(id, |session| {
        session["status"] = json!("expired");
        session["url"] = Value::Null;
    });
    world.announce("checkout.session.expired", id);
}

fn line_items(world: &mut World, call: &Call) -> Outcome {
    let session = world.named("checkout.session", call.id(), "session")?;
    let all: Vec<&Value> = session[PRIVATE].items("line_items").iter().collect();
    let (cut, has_more) = page(&all, &call.params)?;
    let data = cut.into_iter().map(|line| world.line_item(line)).collect();
    Ok(envelope(data, has_more, &format!("/v1/checkout/sessions/{}/line_items", call.id())))
}
