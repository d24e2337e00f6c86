//! The sandbox's front page: the clock and its buttons, customers, events, test cards.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use super::{
    broken,
    front_controls::{MANNERS, Manner, manner},
    html, message, see_other, words,
};
use crate::{
    API_VERSION,
    billing::{agenda, lifecycle, next_payment, renew::DRAFT_FOR},
    core::{
        calendar::Interval,
        card::{TEST_CARDS, TestCard},
        debit::{NAMED, TEST_IBANS, TestIban},
        delivery::DeliveryState,
        json::Peek,
        world::{PRIVATE, World},
    },
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

/// How many customers and events the page shows.
const SHOWN: usize = 20;
/// How many events stand open; the others are folded away.
const NEWEST: usize = 6;

struct CustomerRow {
    who: String,
    since: String,
    id: String,
    subscriptions: String,
    /// Whether the next payment is arranged to go otherwise than usual.
    is_arranged: bool,
}

struct EventRow {
    id: String,
    what: String,
    about: String,
    at: String,
    deliveries: String,
}

#[derive(Template)]
#[template(path = "front.html")]
struct FrontPage {
    now: String,
    ahead: bool,
    renewal: Option<String>,
    customers: Vec<CustomerRow>,
    customer_count: usize,
    newest: Vec<EventRow>,
    earlier: Vec<EventRow>,
    event_count: usize,
    cards: &'static [TestCard],
    accounts: &'static [TestIban],
    api_version: &'static str,
    /// The key that the API takes, unless it could be one that Stripe takes too.
    api_key: Option<String>,
    url: String,
    manners: &'static [Manner],
    /// How webhooks behave now; "" for a way of the tester's own.
    manner: &'static str,
    manner_says: &'static str,
}

impl FrontPage {
    /// Whether webhooks behave so now.
    fn is_now(&self, one: &Manner) -> bool {
        one.word == self.manner
    }
}

/// The page.
pub async fn show(shared: State) -> HttpResponse {
    shared
        .with(|world| html(StatusCode::OK, &front_page(world, &shared.api_key)))
        .unwrap_or_else(|fault| broken(&fault))
}

/// One of the clock's buttons.
#[derive(Debug, Deserialize)]
pub struct Step {
    step: String,
}

/// Moves the clock by a button: `hour`, `day`, `month`, or `renewal` (the next one, until it is collected).
pub async fn advance(step: web::Form<Step>, shared: State) -> HttpResponse {
    let now = shared.clock.now_unix_millis().div_euclid(1000);
    let month = Interval { unit: "month".into(), count: 1 };
    let target = match step.step.as_str() {
        "hour" => Some(now + 60 * 60),
        "day" => Some(now + 24 * 60 * 60),
        "month" => Some(month.next_end(now, now)),
        "renewal" => shared.with(|world| agenda::next_renewal(world)).ok().flatten().map(|at| at + DRAFT_FOR),
        _ => None,
    };
    let Some(target) = target else {
        return message(
            StatusCode::BAD_REQUEST,
            "There is nothing to renew",
            "No subscription is waiting for its next payment.",
            None,
        );
    };
    match shared.advance_to(target.max(now) * 1000) {
        Ok(_) => see_other("/"),
        Err(fault) => broken(&fault),
    }
}

/// Sends an event again.
pub async fn resend(id: web::Path<String>, shared: State) -> HttpResponse {
    match shared.with(|world| world.resend(&id)) {
        Ok(_) => see_other("/#events"),
        Err(fault) => broken(&fault),
    }
}

fn front_page(world: &mut World, api_key: &str) -> FrontPage {
    let mut newest: Vec<EventRow> = world.newest("event").take(SHOWN).map(|event| event_row(world, event)).collect();
    let earlier = newest.split_off(newest.len().min(NEWEST));
    let now = manner(world);
    FrontPage {
        now: words::date_time(world.now()),
        ahead: world.offset_ms > 0,
        renewal: agenda::next_renewal(world).map(words::date),
        customers: world.newest("customer").take(SHOWN).map(|customer| customer_row(world, customer)).collect(),
        customer_count: world.ids_of("customer").len(),
        newest,
        earlier,
        event_count: world.ids_of("event").len(),
        cards: TEST_CARDS,
        accounts: &TEST_IBANS[..NAMED],
        api_version: API_VERSION,
        api_key: Some(api_key.to_owned()).filter(|key| !key.contains("_live_")),
        url: world.public_url.clone(),
        manners: MANNERS,
        manner: now.map_or("", |manner| manner.word),
        manner_says: now.map_or("They behave as was set by POST /_sandbox/chaos.", |manner| manner.says),
    }
}

fn customer_row(world: &World, customer: &Value) -> CustomerRow {
    let own = world.newest("subscription").filter(|subscription| subscription.str("customer") == customer.str("id"));
    let words: Vec<String> = own.map(|stored| subscription_words(world, stored)).collect();
    CustomerRow {
        who: customer.text("email").unwrap_or("(no address)").to_owned(),
        since: words::date(customer.int("created")),
        id: customer.str("id").to_owned(),
        is_arranged: next_payment::peek(world, customer.text("id")).is_some(),
        subscriptions: if words.is_empty() { "none".into() } else { words.join("; ") },
    }
}

fn subscription_words(world: &World, stored: &Value) -> String {
    let status = stored.str("status").replace('_', " ");
    match (stored.str("status"), stored.number("cancel_at")) {
        ("canceled", _) => format!("ended on {}", words::date(stored.int("ended_at"))),
        (_, Some(at)) => format!("{status}, ends on {}", words::date(at)),
        _ => format!("{status}, renews on {}", words::date(lifecycle::period_end(world, stored))),
    }
}

fn event_row(world: &World, event: &Value) -> EventRow {
    EventRow {
        id: event.str("id").to_owned(),
        what: event.str("type").to_owned(),
        about: event[PRIVATE].str("about").chars().take(18).collect(),
        at: words::short_date_time(event.int("created")),
        deliveries: delivery_words(world, event.str("id")),
    }
}

fn tries(count: u32) -> String {
    if count == 1 { "1 try".into() } else { format!("{count} tries") }
}

fn delivery_words(world: &World, event: &str) -> String {
    let all: Vec<String> = world
        .deliveries_of(event)
        .map(|delivery| match (delivery.state, &delivery.last) {
            (DeliveryState::Delivered, _) => "delivered".into(),
            (DeliveryState::Dropped, _) => "dropped".into(),
            (DeliveryState::Pending, Some(last)) => format!("waiting ({last}; {})", tries(delivery.attempts)),
            (DeliveryState::Pending, None) => "on its way".into(),
        })
        .collect();
    if all.is_empty() { "nobody asked for it".into() } else { all.join(", ") }
}
