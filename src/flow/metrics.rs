//! What is counted for whoever watches the service. No label ever holds anything of a person.

use std::sync::Arc;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::{Family, MetricConstructor},
        gauge::Gauge,
        histogram::Histogram,
        info::Info,
    },
    registry::{Registry, Unit},
};

use super::{Context, StoreError, note_new_words, read_counter::Counters};
use crate::store::{self, Backlog};

/// The upper ends of the buckets of a request's time, in seconds.
const REQUEST_BUCKETS_SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// A request, as it is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    /// The route's pattern, never the path.
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Queue {
    queue: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Campaign {
    campaign: String,
}

#[derive(Clone)]
struct RequestBuckets;

impl MetricConstructor<Histogram> for RequestBuckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(REQUEST_BUCKETS_SECONDS)
    }
}

/// Counts of this process since its start. Cheap to clone; clones share them.
#[derive(Clone)]
pub struct Metrics(Arc<Counted>);

struct Counted {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_seconds: Family<Route, Histogram, RequestBuckets>,
    webhook_events: Family<Outcome, Counter>,
    mails: Family<Outcome, Counter>,
    tokens: Counter,
    repairs: Counter,
    waiting: Family<Queue, Gauge>,
    oldest_seconds: Family<Queue, Gauge>,
    given_up: Gauge,
    quarantined: Gauge,
    new_words: Gauge,
    campaign_members: Family<Campaign, Gauge>,
    campaign_goal: Family<Campaign, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut counted = Counted {
            registry: Registry::with_prefix("masthead"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(RequestBuckets),
            webhook_events: Family::default(),
            mails: Family::default(),
            tokens: Counter::default(),
            repairs: Counter::default(),
            waiting: Family::default(),
            oldest_seconds: Family::default(),
            given_up: Gauge::default(),
            quarantined: Gauge::default(),
            new_words: Gauge::default(),
            campaign_members: Family::default(),
            campaign_goal: Family::default(),
        };
        counted.register();
        Self(Arc::new(counted))
    }
}

impl Counted {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version that runs", version);
        registry.register("http_requests", "Requests answered", self.requests.clone());
        let (name, help) = ("http_request_duration", "From the request's head to the answer's head");
        registry.register_with_unit(name, help, Unit::Seconds, self.request_seconds.clone());
        registry.register("webhook_events", "Events that the payment gateway sent", self.webhook_events.clone());
        registry.register("mails", "Mails handed on", self.mails.clone());
        registry.register("access_tokens", "Access tokens signed", self.tokens.clone());
        let help =
            "Customers of whom something else was stored than the payment gateway has, found by the daily comparison";
        registry.register("reconciliation_repairs", help, self.repairs.clone());
        registry.register("waiting", "Messages and events that wait in the database", self.waiting.clone());
        let (name, help) = ("waiting_oldest_age", "For how long the oldest of them has waited");
        registry.register_with_unit(name, help, Unit::Seconds, self.oldest_seconds.clone());
        let (name, help) = ("given_up", "Messages that were given up, of the last 30 days, by whichever process");
        registry.register(name, help, self.given_up.clone());
        let (name, help) = ("quarantined_events", "Events of another mode or account that were set aside");
        registry.register(name, help, self.quarantined.clone());
        let help = "Words in the payment gateway's objects that this version does not know, by whichever process";
        registry.register("new_gateway_words", help, self.new_words.clone());
        registry.register("campaign_members", "The counter of a public campaign", self.campaign_members.clone());
        registry.register("campaign_goal_members", "Its goal", self.campaign_goal.clone());
    }
}

impl Metrics {
    /// A request was answered. `route` is the pattern that it matched.
    pub fn answered(&self, method: &str, route: &'static str, status: u16, seconds: f64) {
        // Whoever asks may make methods up: they are not to make labels.
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let method = known.into_iter().find(|one| *one == method).unwrap_or("other");
        self.0.request_seconds.get_or_create(&Route { route }).observe(seconds);
        self.0.requests.get_or_create(&Request { method, route, status }).inc();
    }

    /// The gateway sent an event, and this came of it.
    pub fn webhook_event(&self, outcome: &'static str) {
        self.0.webhook_events.get_or_create(&Outcome { outcome }).inc();
    }

    /// A mail was handed on, and this came of it.
    pub fn mail(&self, outcome: &'static str) {
        self.0.mails.get_or_create(&Outcome { outcome }).inc();
    }

    /// The daily comparison put something right.
    pub fn repaired(&self) {
        self.0.repairs.inc();
    }

    /// An access token was signed.
    pub fn token(&self) {
        self.0.tokens.inc();
    }
}

/// Everything in the text format that Prometheus reads, with what waits in the database as of now.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn render(context: &Context, counters: &Counters) -> Result<String, StoreError> {
    let counted = &context.metrics.0;
    let now = context.clock.wall();
    let mut conn = context.store.read().await?;
    counted.given_up.set(store::outbox::count_given_up(&mut conn).await?);
    counted.quarantined.set(store::webhook_event::count(&mut conn, "quarantined").await?);
    counted.new_words.set(note_new_words::count(&mut conn).await?);
    let queues = [
        ("webhook_inbox", store::webhook_event::backlog(&mut conn).await?),
        ("outbox", store::outbox::backlog(&mut conn).await?),
    ];
    drop(conn);
    for (queue, Backlog { waiting, oldest_at }) in queues {
        let age_seconds = oldest_at.map_or(0, |at| (now.millis() - at.millis()).max(0) / 1_000);
        counted.waiting.get_or_create(&Queue { queue }).set(waiting);
        counted.oldest_seconds.get_or_create(&Queue { queue }).set(age_seconds);
    }
    // A campaign that is no longer public is no longer told.
    counted.campaign_members.clear();
    counted.campaign_goal.clear();
    for snapshot in counters.list() {
        let label = Campaign { campaign: snapshot.campaign.slug.clone() };
        counted.campaign_members.get_or_create(&label).set(snapshot.campaign.count);
        counted.campaign_goal.get_or_create(&label).set(snapshot.campaign.goal);
    }
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = encode(&mut text, &counted.registry);
    Ok(text)
}
