//! The portal's pages for another plan or interval: what there is, what it costs, and doing it.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use serde_json::Value;

use super::{
    html,
    portal::{allows, configuration, item_amount, own, product_of, visit},
    see_other, sums, words,
};
use crate::{
    billing::{
        collect,
        cost::{self, Cost},
        lifecycle,
        switch::{self, ItemChange, Proration, Switch},
    },
    core::{error::ApiError, json::Peek, money::written, world::World},
    object::{payment_intent::Presence, portal_flow, price},
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

/// What can be chosen.
struct Choice {
    price: String,
    product: String,
    amount: String,
}

#[derive(Template)]
#[template(path = "portal_plans.html")]
struct PlansPage {
    token: String,
    subscription: String,
    product: String,
    amount: String,
    options: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "portal_plan.html")]
struct PlanPage {
    token: String,
    subscription: String,
    product: String,
    amount: String,
    declined: Option<String>,
    card_changes: bool,
    /// What is settled today, and its sum.
    rows: Vec<(String, String)>,
    due: String,
    left_over: Option<String>,
    waits: bool,
    next: String,
    next_on: String,
    button: String,
}

/// The plans to choose from.
pub async fn choose(path: web::Path<(String, String)>, shared: State) -> HttpResponse {
    let (token, id) = path.into_inner();
    visit(&shared, &token, |world, session| {
        let Some(stored) = own(world, session, &id).filter(|stored| can_switch(world, session, stored)) else {
            return see_other(&format!("/p/session/{token}"));
        };
        let page = PlansPage {
            subscription: id.clone(),
            product: product_of(world, stored),
            amount: amount_of(world, stored, only_price(world, stored)),
            options: choices(world, session, stored),
            token: token.clone(),
        };
        html(StatusCode::OK, &page)
    })
}

/// What one of them costs.
pub async fn ask(path: web::Path<(String, String, String)>, shared: State) -> HttpResponse {
    let (token, id, price) = path.into_inner();
    visit(&shared, &token, |world, session| show(world, session, (&token, &id, &price), None))
}

/// Changes to it, if its payment goes through.
pub async fn change(path: web::Path<(String, String, String)>, shared: State) -> HttpResponse {
    let (token, id, price) = path.into_inner();
    visit(&shared, &token, |world, session| {
        let Some(wanted) = wanted(world, session, &id, &price) else {
            return see_other(&format!("/p/session/{token}"));
        };
        match world.attempt(|world| switch_and_pay(world, &id, &wanted)) {
            Ok(()) => see_other(&portal_flow::after(session, &token)),
            Err(error) => show(world, session, (&token, &id, &price), Some(error.message)),
        }
    })
}

fn switch_and_pay(world: &mut World, id: &str, wanted: &Switch) -> Result<(), ApiError> {
    let before = world.render(id);
    let due = switch::apply(world, id, wanted)?;
    world.announce_change(id, "customer.subscription.updated", &before);
    match due {
        Some(invoice) => collect::collect_at_once(world, &invoice, "error_if_incomplete", Presence::APPROVED),
        None => Ok(()),
    }
}

fn show(
    world: &mut World,
    session: &Value,
    (token, id, price): (&str, &str, &str),
    declined: Option<String>,
) -> HttpResponse {
    let cost = wanted(world, session, id, price).and_then(|wanted| cost::of_switch(world, id, &wanted).ok());
    let Some(cost) = cost else {
        return see_other(&format!("/p/session/{token}"));
    };
    let status = if declined.is_some() { StatusCode::PAYMENT_REQUIRED } else { StatusCode::OK };
    let mut page = plan_page(world, (token, id, price), &cost);
    page.card_changes = allows(world, session, "payment_method_update");
    page.declined = declined;
    html(status, &page)
}

fn plan_page(world: &World, (token, id, price): (&str, &str, &str), cost: &Cost) -> PlanPage {
    let currency = world.get(price).str("currency").to_owned();
    let sum = |minor: i64| written(minor, &currency);
    let row = |line: &Value| (line.str("description").to_owned(), sum(line.int("amount")));
    let between = sums::between(&cost.at_once).into_iter().map(|(what, amount)| (what.to_owned(), amount));
    let due = sum(cost.due_minor);
    PlanPage {
        token: token.to_owned(),
        subscription: id.to_owned(),
        product: world.get(world.get(price).str("product")).str("name").to_owned(),
        amount: amount_of(world, world.get(id), price),
        declined: None,
        card_changes: false,
        rows: cost.at_once["lines"].items("data").iter().map(row).chain(between).collect(),
        button: if cost.due_minor > 0 { format!("Change and pay {due}") } else { "Change the plan".into() },
        due,
        left_over: (cost.left_over_minor > 0).then(|| sum(cost.left_over_minor)),
        waits: cost.waits,
        next: sum(cost.next_minor),
        next_on: words::date(cost.next_at),
    }
}

/// Whether the configuration lets this subscription's plan be changed, and to something else.
pub fn can_switch(world: &World, session: &Value, stored: &Value) -> bool {
    allows(world, session, "subscription_update")
        && matches!(stored.str("status"), "active" | "trialing")
        && stored["cancel_at"].is_null()
        && lifecycle::item_ids(stored).len() == 1
        && !choices(world, session, stored).is_empty()
}

/// The switch, if this price is among what the configuration offers.
fn wanted(world: &World, session: &Value, id: &str, price: &str) -> Option<Switch> {
    let stored = own(world, session, id).filter(|stored| can_switch(world, session, stored))?;
    choices(world, session, stored).iter().find(|choice| choice.price == price)?;
    let proration = match configuration(world, session)["features"]["subscription_update"].str("proration_behavior") {
        "always_invoice" => Proration::Invoice,
        "create_prorations" => Proration::Create,
        _ => Proration::None,
    };
    let item = lifecycle::item_ids(stored).into_iter().next();
    let items = vec![ItemChange { id: item, price: Some(price.to_owned()), ..ItemChange::default() }];
    Some(Switch { items, proration, anchor_now: false, proration_date: None })
}

fn only_price<'a>(world: &'a World, stored: &Value) -> &'a str {
    lifecycle::item_ids(stored).first().map(|item| world.get(item).str("price")).unwrap_or_default()
}

fn choices(world: &World, session: &Value, stored: &Value) -> Vec<Choice> {
    let features = &configuration(world, session)["features"]["subscription_update"];
    let products = features.items("products").iter().flat_map(|product| product.items("prices"));
    products
        .filter_map(Value::as_str)
        .filter(|id| *id != only_price(world, stored))
        .map(|id| world.get(id))
        .filter(|price| price.flag("active") && price["currency"] == stored["currency"])
        .filter(|price| price::interval(price).is_some())
        .map(|price| Choice {
            price: price.str("id").to_owned(),
            product: world.get(price.str("product")).str("name").to_owned(),
            amount: amount_of(world, stored, price.str("id")),
        })
        .collect()
}

/// A price in words, for as many as the subscription has.
fn amount_of(world: &World, stored: &Value, price: &str) -> String {
    let item = lifecycle::item_ids(stored).into_iter().next().unwrap_or_default();
    words::amount_and_interval(item_amount(world, &item, price), world.get(price))
}
