//! The hosted billing portal: subscriptions, next payment, invoices; ending, and taking that back.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use serde_json::Value;

use super::{broken, html, message, portal_plan, see_other, words};
use crate::{
    billing::{lifecycle, switch},
    core::{json::Peek, money::written, world::World},
    object::{invoice, portal_flow, portal_session, price, subscription},
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

/// How a subscription stands, in one sentence.
enum Standing {
    Renews {
        on: String,
        card: String,
    },
    Ends {
        on: String,
    },
    /// With the page where the open invoice is paid.
    Unpaid {
        page: Option<String>,
    },
    /// Collection is paused, perhaps until a day.
    Paused {
        until: Option<String>,
    },
    /// Free until its first payment.
    Trial {
        until: String,
    },
    Ended {
        on: String,
    },
}

struct SubscriptionCard {
    id: String,
    product: String,
    amount: String,
    standing: Standing,
    can_cancel: bool,
    can_switch: bool,
}

impl SubscriptionCard {
    fn is_ending(&self) -> bool {
        matches!(self.standing, Standing::Ends { .. })
    }
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
    can_change_card: bool,
    /// None where the configuration hides them.
    invoices: Option<Vec<InvoiceRow>>,
    return_url: Option<String>,
}

#[derive(Template)]
#[template(path = "portal_cancel.html")]
struct CancelPage {
    token: String,
    product: String,
    /// The day that is paid for; none if it ends at once.
    until: Option<String>,
}

/// The portal's first page.
pub async fn show(token: web::Path<String>, shared: State) -> HttpResponse {
    visit(&shared, &token, |world, session| html(StatusCode::OK, &portal_page(world, session, &token)))
}

/// Asks whether to cancel.
pub async fn ask_cancel(path: web::Path<(String, String)>, shared: State) -> HttpResponse {
    let (token, id) = path.into_inner();
    visit(&shared, &token, |world, session| match own(world, session, &id) {
        Some(stored) if can_cancel(world, session, stored) => {
            let until = (!ends_at_once(world, session)).then(|| words::date(lifecycle::period_end(world, stored)));
            html(StatusCode::OK, &CancelPage { product: product_of(world, stored), until, token: token.clone() })
        }
        _ => see_other(&format!("/p/session/{token}")),
    })
}

/// Cancels, at the period's end or at once, as the configuration says.
pub async fn cancel(path: web::Path<(String, String)>, shared: State) -> HttpResponse {
    let (token, id) = path.into_inner();
    visit(&shared, &token, |world, session| {
        let allowed = own(world, session, &id).is_some_and(|stored| can_cancel(world, session, stored));
        if allowed && ends_at_once(world, session) {
            let proration = configuration(world, session)["features"]["subscription_cancel"].str("proration_behavior");
            let (gives_back, bills) = (proration != "none", proration == "always_invoice");
            world.settle(|world| end_now(world, &id, gives_back, bills));
        } else if allowed {
            change(world, &id, true);
        }
        see_other(&portal_flow::after(session, &token))
    })
}

fn end_now(world: &mut World, id: &str, gives_back: bool, bills: bool) {
    if gives_back {
        switch::give_back_rest(world, id);
    }
    subscription::end_and_bill(world, id, bills);
}

/// Takes the cancellation back.
pub async fn resume(path: web::Path<(String, String)>, shared: State) -> HttpResponse {
    let (token, id) = path.into_inner();
    visit(&shared, &token, |world, session| {
        if own(world, session, &id).is_some_and(is_live) {
            change(world, &id, false);
        }
        see_other(&format!("/p/session/{token}"))
    })
}

fn change(world: &mut World, id: &str, cancels: bool) {
    world.settle(|world| {
        let before = world.render(id);
        lifecycle::set_cancel_at_period_end(world, id, cancels);
        world.announce_change(id, "customer.subscription.updated", &before);
    });
}

/// The subscription, if it is this customer's.
pub fn own<'a>(world: &'a World, session: &Value, id: &str) -> Option<&'a Value> {
    let stored = world.find(id).filter(|stored| stored.str("object") == "subscription")?;
    (stored.str("customer") == session.str("customer")).then_some(stored)
}

/// What the session's configuration says.
pub fn configuration<'a>(world: &'a World, session: &Value) -> &'a Value {
    world.get(session.str("configuration"))
}

/// Whether the session's configuration lets its visitor do this.
pub fn allows(world: &World, session: &Value, feature: &str) -> bool {
    configuration(world, session)["features"][feature].flag("enabled")
}

fn is_live(stored: &Value) -> bool {
    matches!(stored.str("status"), "active" | "past_due" | "unpaid" | "trialing")
}

fn can_cancel(world: &World, session: &Value, stored: &Value) -> bool {
    is_live(stored) && allows(world, session, "subscription_cancel")
}

fn ends_at_once(world: &World, session: &Value) -> bool {
    configuration(world, session)["features"]["subscription_cancel"].str("mode") == "immediately"
}

/// Opens the portal for whoever has its link.
pub fn visit(shared: &Shared, token: &str, work: impl FnOnce(&mut World, &Value) -> HttpResponse) -> HttpResponse {
    let visited = shared.with(|world| match portal_session::by_token(world, token).cloned() {
        Some(session) => {
            let clock = world.clock_of(session.str("customer"));
            world.in_time_of(clock, |world| work(world, &session))
        }
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
            .map(|stored| card_of(world, session, stored))
            .collect(),
        can_change_card: allows(world, session, "payment_method_update"),
        invoices: allows(world, session, "invoice_history")
            .then(|| world.newest("invoice").filter(of_customer).filter_map(row_of).collect()),
        return_url: session.text("return_url").map(str::to_owned),
    }
}

fn card_of(world: &World, session: &Value, stored: &Value) -> SubscriptionCard {
    let end = lifecycle::period_end(world, stored);
    let ends_at = stored.number("cancel_at");
    let standing = match stored.str("status") {
        "canceled" => Standing::Ended { on: words::date(stored.int("ended_at")) },
        "past_due" | "unpaid" | "incomplete" => Standing::Unpaid { page: open_page(world, stored) },
        "paused" if ends_at.is_none() => Standing::Paused { until: None },
        "active" if stored["pause_collection"].is_object() && ends_at.is_none() => {
            Standing::Paused { until: stored["pause_collection"].number("resumes_at").map(words::date) }
        }
        "trialing" if ends_at.is_none() => Standing::Trial { until: words::date(end) },
        _ => match ends_at {
            Some(at) => Standing::Ends { on: words::date(at) },
            None => Standing::Renews { on: words::date(end), card: card_words(world, stored) },
        },
    };
    let items = lifecycle::item_ids(stored);
    let amount: i64 = items.iter().map(|item| item_amount(world, item, world.get(item).str("price"))).sum();
    let first = world.get(world.get(items.first().map(String::as_str).unwrap_or_default()).str("price"));
    SubscriptionCard {
        id: stored.str("id").to_owned(),
        product: product_of(world, stored),
        amount: words::amount_and_interval(amount, first),
        standing,
        can_cancel: can_cancel(world, session, stored),
        can_switch: portal_plan::can_switch(world, session, stored),
    }
}

/// The page of the newest invoice that is open.
fn open_page(world: &World, stored: &Value) -> Option<String> {
    let open = |invoice: &&Value| {
        invoice.str("status") == "open" && invoice::subscription_of(invoice) == Some(stored.str("id"))
    };
    world.newest("invoice").find(open)?.text("hosted_invoice_url").map(str::to_owned)
}

/// What an item costs at a price, in minor units.
pub fn item_amount(world: &World, item: &str, price: &str) -> i64 {
    world.get(price).int("unit_amount") * world.get(item).number("quantity").unwrap_or(1)
}

/// The name of what is subscribed to.
pub fn product_of(world: &World, stored: &Value) -> String {
    let items = lifecycle::item_ids(stored);
    let price = world.get(world.get(items.first().map(String::as_str).unwrap_or_default()).str("price"));
    debug_assert!(price::interval(price).is_some());
    world.get(price.str("product")).str("name").to_owned()
}

/// What pays for a subscription, in words; "" if nothing does.
pub fn card_words(world: &World, stored: &Value) -> String {
    let customer = &world.get(stored.str("customer"))["invoice_settings"];
    let method = stored.text("default_payment_method").or(customer.text("default_payment_method"));
    let card = &world.get(method.unwrap_or_default())["card"];
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
