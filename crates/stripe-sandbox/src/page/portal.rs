//! The hosted billing portal: subscriptions, next payment, invoices; ending at the period's end, and taking that back.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use serde_json::Value;

use super::{broken, html, message, see_other, words};
use crate::{
    billing::lifecycle,
    core::{json::Peek, money::written, world::World},
    object::{portal_session, price},
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

/// How a subscription stands, in one sentence.
enum Standing {
    Renews { on: String, card: String },
    Ends { on: String },
    Unpaid,
    Ended { on: String },
}

struct SubscriptionCard {
    id: String,
    product: String,
    amount: String,
    standing: Standing,
}

struct InvoiceRow {
    date: String,
    amount: String,
    status: &'static str,
    address: Option<String>,
}

#[derive(Template)]
#[template(path = "portal.html")]
struct PortalPage {
    token: String,
    who: String,
    subscriptions: Vec<SubscriptionCard>,
    invoices: Vec<InvoiceRow>,
    return_url: Option<String>,
}

#[derive(Template)]
#[template(path = "portal_cancel.html")]
struct CancelPage {
    token: String,
    product: String,
    until: String,
}

/// The portal's first page.
pub async fn show(token: web::Path<String>, shared: State) -> HttpResponse {
    visit(&shared, &token, |world, session| html(StatusCode::OK, &portal_page(world, session, &token)))
}

/// Asks whether to cancel.
pub async fn ask_cancel(path: web::Path<(String, String)>, shared: State) -> HttpResponse {
    let (token, id) = path.into_inner();
    visit(&shared, &token, |world, session| match own(world, session, &id) {
        Some(stored) if can_cancel(stored) => {
            let until = words::date(lifecycle::period_end(world, stored));
            html(StatusCode::OK, &CancelPage { product: product_of(world, stored), until, token: token.clone() })
        }
        _ => see_other(&format!("/p/session/{token}")),
    })
}

/// Cancels at the period's end.
pub async fn cancel(path: web::Path<(String, String)>, shared: State) -> HttpResponse {
    let (token, id) = path.into_inner();
    visit(&shared, &token, |world, session| change(world, session, &token, &id, true))
}

/// Takes the cancellation back.
pub async fn resume(path: web::Path<(String, String)>, shared: State) -> HttpResponse {
    let (token, id) = path.into_inner();
    visit(&shared, &token, |world, session| change(world, session, &token, &id, false))
}

fn change(world: &mut World, session: &Value, token: &str, id: &str, cancels: bool) -> HttpResponse {
    if own(world, session, id).is_some_and(can_cancel) {
        world.settle(|world| {
            let before = world.render(id);
            lifecycle::set_cancel_at_period_end(world, id, cancels);
            world.announce_change(id, "customer.subscription.updated", &before);
        });
    }
    see_other(&format!("/p/session/{token}"))
}

/// The subscription, if it is this customer's.
fn own<'a>(world: &'a World, session: &Value, id: &str) -> Option<&'a Value> {
    let stored = world.find(id).filter(|stored| stored.str("object") == "subscription")?;
    (stored.str("customer") == session.str("customer")).then_some(stored)
}

fn can_cancel(stored: &Value) -> bool {
    matches!(stored.str("status"), "active" | "past_due" | "unpaid" | "trialing")
}

fn visit(shared: &Shared, token: &str, work: impl FnOnce(&mut World, &Value) -> HttpResponse) -> HttpResponse {
    let visited = shared.with(|world| match portal_session::by_token(world, token).cloned() {
        Some(session) => work(world, &session),
        None => message(
            StatusCode::NOT_FOUND,
            "This link lets nobody in any more",
            "Links to the billing portal work for an hour. Go back to where you came from and open it again.",
            None,
        ),
    });
    visited.unwrap_or_else(|fault| broken(&fault))
}

fn portal_page(world: &World, session: &Value, token: &str) -> PortalPage {
    let customer = session.str("customer");
    let of_customer = |value: &&Value| value.str("customer") == customer;
    let shown = |value: &&Value| value.str("status") != "incomplete_expired";
    PortalPage {
        token: token.to_owned(),
        who: world.get(customer).text("email").unwrap_or(customer).to_owned(),
        subscriptions: world
            .newest("subscription")
            .filter(of_customer)
            .filter(shown)
            .map(|stored| card_of(world, stored))
            .collect(),
        invoices: world.newest("invoice").filter(of_customer).filter_map(row_of).collect(),
        return_url: session.text("return_url").map(str::to_owned),
    }
}

fn card_of(world: &World, stored: &Value) -> SubscriptionCard {
    let end = lifecycle::period_end(world, stored);
    let ends_at = stored.number("cancel_at");
    let standing = match stored.str("status") {
        "canceled" => Standing::Ended { on: words::date(stored.int("ended_at")) },
        "past_due" | "unpaid" | "incomplete" => Standing::Unpaid,
        _ => match ends_at {
            Some(at) => Standing::Ends { on: words::date(at) },
            None => Standing::Renews { on: words::date(end), card: card_words(world, stored) },
        },
    };
    let items = lifecycle::item_ids(stored);
    let amount: i64 = items.iter().map(|item| item_amount(world, item)).sum();
    let first = world.get(world.get(items.first().map(String::as_str).unwrap_or_default()).str("price"));
    SubscriptionCard {
        id: stored.str("id").to_owned(),
        product: product_of(world, stored),
        amount: words::amount_and_interval(amount, first),
        standing,
    }
}

fn item_amount(world: &World, item: &str) -> i64 {
    let item = world.get(item);
    world.get(item.str("price")).int("unit_amount") * item.number("quantity").unwrap_or(1)
}

fn product_of(world: &World, stored: &Value) -> String {
    let items = lifecycle::item_ids(stored);
    let price = world.get(world.get(items.first().map(String::as_str).unwrap_or_default()).str("price"));
    debug_assert!(price::interval(price).is_some());
    world.get(price.str("product")).str("name").to_owned()
}

fn card_words(world: &World, stored: &Value) -> String {
    let card = &world.get(stored.str("default_payment_method"))["card"];
    card.text("last4").map_or_else(String::new, |last4| format!("the card ending in {last4}"))
}

fn row_of(invoice: &Value) -> Option<InvoiceRow> {
    let status = match invoice.str("status") {
        "paid" => "Paid",
        "open" => "Open",
        "void" => "Void",
        "uncollectible" => "Given up",
        _ => return None,
    };
    Some(InvoiceRow {
        date: words::date(invoice.int("created")),
        amount: written(invoice.int("total"), invoice.str("currency")),
        status,
        address: invoice.text("hosted_invoice_url").map(str::to_owned),
    })
}
