//! Paying an open invoice on its hosted page, by the card that is known or by another one.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{
    broken,
    card_form::{self, CardForm, TypedCard},
    html, invoice, message, see_other,
};
use crate::{
    billing::collect,
    core::{
        card::{AUTHENTICATION_FAILED, Card},
        json::Peek,
        money::written,
        world::World,
    },
    object::{
        invoice_payment,
        payment_intent::{self, Presence, Refusal},
        payment_method,
    },
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

#[derive(Template)]
#[template(path = "authenticate.html")]
struct ApprovalPage {
    amount: String,
    last4: String,
}

/// Which button was pressed, and what was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pressed {
    with: String,
    card_number: String,
    card_expiry: String,
    card_cvc: String,
    name: String,
}

/// The bank's answer.
#[derive(Debug, Deserialize)]
pub struct Answer {
    outcome: String,
}

/// One of the page's buttons was pressed.
pub async fn pay(path: web::Path<(String, String)>, pressed: web::Form<Pressed>, shared: State) -> HttpResponse {
    let (id, token) = path.into_inner();
    visit(&shared, &id, &token, |world| {
        let Pressed { with, card_number, card_expiry, card_cvc, name } = pressed.into_inner();
        let typed = TypedCard { card_number, card_expiry, card_cvc, name };
        let known = collect::method_for(world, &id).filter(|_| with == "known");
        let method = match known {
            Some(method) => method,
            None => match card_form::read(world, &typed) {
                Ok((card, name)) => world.settle(|world| add_card(world, &id, &card, &name)),
                Err(fault) => {
                    let page = invoice::page_after(world, &id, CardForm::at_fault(&typed, fault));
                    return html(StatusCode::UNPROCESSABLE_ENTITY, &page);
                }
            },
        };
        let paid = world.settle(|world| collect::attempt_with(world, &id, Some(&method), Presence::HERE));
        after(world, &id, &token, &typed, paid)
    })
}

/// A card that the customer keeps.
fn add_card(world: &mut World, invoice: &str, card: &Card, name: &str) -> String {
    let (customer, email) =
        (world.get(invoice).str("customer").to_owned(), world.get(invoice).text("customer_email").map(str::to_owned));
    let method = payment_method::insert(world, card, email.as_deref(), Some(name));
    payment_method::attach(world, &method, &customer);
    method
}

fn after(world: &World, id: &str, token: &str, typed: &TypedCard, paid: Result<(), Refusal>) -> HttpResponse {
    match paid {
        Ok(()) => see_other(&format!("/i/{id}/{token}")),
        Err(Refusal::NeedsAuthentication) => see_other(&format!("/i/{id}/{token}/approve")),
        Err(Refusal::Declined(decline)) => {
            let page = invoice::page_after(world, id, CardForm::declined(typed, decline.message));
            html(StatusCode::PAYMENT_REQUIRED, &page)
        }
    }
}

/// The payment that waits for its payer's approval.
fn waiting(world: &World, id: &str) -> Option<String> {
    let (_, intent) = invoice_payment::of_invoice(world, id)?;
    (world.get(&intent).str("status") == "requires_action").then_some(intent)
}

/// The bank's question.
pub async fn ask(path: web::Path<(String, String)>, shared: State) -> HttpResponse {
    let (id, token) = path.into_inner();
    visit(&shared, &id, &token, |world| {
        let Some(intent) = waiting(world, &id) else { return see_other(&format!("/i/{id}/{token}")) };
        let intent = world.get(&intent);
        let card = &world.get(intent.str("payment_method"))["card"];
        let amount = written(intent.int("amount"), intent.str("currency"));
        html(StatusCode::OK, &ApprovalPage { amount, last4: card.str("last4").to_owned() })
    })
}

/// The payer approved, or did not.
pub async fn approve(path: web::Path<(String, String)>, answer: web::Form<Answer>, shared: State) -> HttpResponse {
    let (id, token) = path.into_inner();
    visit(&shared, &id, &token, |world| {
        let Some(intent) = waiting(world, &id) else { return see_other(&format!("/i/{id}/{token}")) };
        let method = world.get(&intent).str("payment_method").to_owned();
        let paid = world.settle(|world| {
            if answer.outcome == "approve" {
                return collect::attempt_with(world, &id, Some(&method), Presence::APPROVED);
            }
            payment_intent::fail(world, &intent, AUTHENTICATION_FAILED);
            Err(Refusal::Declined(AUTHENTICATION_FAILED))
        });
        after(world, &id, &token, &TypedCard::default(), paid)
    })
}

/// Opens an invoice that can be paid; one that cannot shows itself.
fn visit(shared: &Shared, id: &str, token: &str, work: impl FnOnce(&mut World) -> HttpResponse) -> HttpResponse {
    let visited = shared.with(|world| {
        if !invoice::leads_to(world, id, token) {
            let sentence = "The link may be incomplete.";
            return message(StatusCode::NOT_FOUND, "There is no such invoice", sentence, None);
        }
        match world.get(id).str("status") {
            "open" | "uncollectible" => {
                let clock = world.clock_of(id);
                world.in_time_of(clock, work)
            }
            _ => see_other(&format!("/i/{id}/{token}")),
        }
    });
    visited.unwrap_or_else(|fault| broken(&fault))
}
