//! The portal's page for another card.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use serde_json::{Value, json};

use super::{
    card_form::{self, CardForm, TypedCard},
    html,
    portal::{allows, card_words, visit},
    see_other,
};
use crate::{
    billing::lifecycle,
    core::{card::Card, json::Peek, world::World},
    object::{payment_method, portal_flow},
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

#[derive(Template)]
#[template(path = "portal_card.html")]
struct CardPage {
    token: String,
    known: Option<String>,
    form: CardForm,
}

/// The fields.
pub async fn show(token: web::Path<String>, shared: State) -> HttpResponse {
    visit(&shared, &token, |world, session| {
        if !allows(world, session, "payment_method_update") {
            return see_other(&format!("/p/session/{token}"));
        }
        html(StatusCode::OK, &page(world, session, &token, CardForm::new()))
    })
}

/// Takes the new card, unless it declines.
pub async fn change(token: web::Path<String>, typed: web::Form<TypedCard>, shared: State) -> HttpResponse {
    visit(&shared, &token, |world, session| {
        let back = format!("/p/session/{token}");
        if !allows(world, session, "payment_method_update") {
            return see_other(&back);
        }
        let (card, name) = match card_form::read(world, &typed) {
            Ok(read) => read,
            Err(fault) => {
                let form = CardForm::at_fault(&typed, fault);
                return html(StatusCode::UNPROCESSABLE_ENTITY, &page(world, session, &token, form));
            }
        };
        if let Some(decline) = card.behaviour.decline(false) {
            let form = CardForm::declined(&typed, decline.message);
            return html(StatusCode::PAYMENT_REQUIRED, &page(world, session, &token, form));
        }
        world.settle(|world| use_card(world, session.str("customer"), &card, &name));
        see_other(&portal_flow::after(session, &token))
    })
}

/// The card becomes the customer's, and pays for every subscription that still bills.
fn use_card(world: &mut World, customer: &str, card: &Card, name: &str) {
    let email = world.get(customer).text("email").map(str::to_owned);
    let method = payment_method::insert(world, card, email.as_deref(), Some(name));
    payment_method::attach(world, &method, customer);
    world.update(customer, "customer.updated", |customer| {
        customer["invoice_settings"]["default_payment_method"] = json!(method);
    });
    let live: Vec<String> = world
        .newest("subscription")
        .filter(|stored| stored.str("customer") == customer && !lifecycle::is_over(stored))
        .map(|stored| stored.str("id").to_owned())
        .collect();
    for subscription in live {
        world.update(&subscription, "customer.subscription.updated", |stored| {
            stored["default_payment_method"] = json!(method);
        });
    }
}

fn page(world: &World, session: &Value, token: &str, form: CardForm) -> CardPage {
    let customer = session.str("customer");
    let live = world.newest("subscription").find(|one| one.str("customer") == customer && !lifecycle::is_over(one));
    let known = live.map(|stored| card_words(world, stored)).filter(|words| !words.is_empty());
    CardPage { token: token.to_owned(), known, form }
}
