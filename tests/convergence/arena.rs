//! Where rounds are played: the service in this process, or as a process of its own that is killed.

use std::time::{Duration, Instant};

use masthead::{
    flow::replay_events::{self, Pace},
    store::Store,
};
use serde_json::Value;

use crate::{
    objects::Reader,
    support::{
        API_KEY, AppOptions, Production, Running, TestApp, TestDatabase, lasting_newsroom, production::STRIPE_KEY,
    },
};

/// How long the service may take to work off what has come in.
///
/// Longer than the lease of what a killed process had in hand.
const QUIET_WITHIN: Duration = Duration::from_secs(100);

/// A newsroom that also sells three months of Supporter for one payment.
fn newsroom() -> String {
    let listed = "    { amount_minor = 7000, currency = \"EUR\", interval = \"year\", tax = \"inside\" },\n";
    let once =
        "    { amount_minor = 2700, currency = \"EUR\", interval = \"once\", tax = \"inside\", opens_months = 3 },\n";
    let declared = lasting_newsroom().replacen(listed, &format!("{listed}{once}"), 1);
    assert_ne!(declared, lasting_newsroom());
    declared
}

/// A newsroom and a sandbox.
pub struct Arena {
    pub http: reqwest::Client,
    pub base_url: String,
    pub sandbox_url: String,
    pub key: &'static str,
    service: Service,
}

enum Service {
    Within(Box<TestApp>),
    Process(Box<Production>, Running),
}

impl Arena {
    /// The service in this process.
    pub async fn within(database: TestDatabase, seed: u64) -> Self {
        let settings = |config: &mut masthead::config::Config| {
            let limits = &mut config.limits;
            limits.checkouts_per_client_hour = 1_000_000;
            limits.sign_in_mails_per_address_hour = 1_000_000;
            limits.sign_in_requests_per_client_hour = 1_000_000;
            limits.gift_codes_per_client_hour = 1_000_000;
        };
        let options = AppOptions { seed, newsroom: newsroom(), settings: Box::new(settings), ..AppOptions::default() };
        let app = TestApp::start_with(database, options).await;
        Self {
            http: app.http.clone(),
            base_url: app.base_url.clone(),
            sandbox_url: app.sandbox.url().to_owned(),
            key: API_KEY,
            service: Service::Within(Box::new(app)),
        }
    }

    /// The service as a process of its own.
    pub async fn process(database: TestDatabase) -> Self {
        let mut production = Production::bare(database).await;
        production.apply_newsroom(&newsroom());
        production.set("MASTHEAD__LIMITS__CHECKOUTS_PER_CLIENT_HOUR", "1000000");
        let running = production.serve(&[]).await;
        Self {
            http: production.client(),
            base_url: production.base_url.clone(),
            sandbox_url: production.sandbox.url().to_owned(),
            key: STRIPE_KEY,
            service: Service::Process(Box::new(production), running),
        }
    }

    /// The service, where it is within this process.
    pub fn app(&self) -> Option<&TestApp> {
        match &self.service {
            Service::Within(app) => Some(app),
            Service::Process(..) => None,
        }
    }

    /// The database.
    pub fn store(&self) -> &Store {
        match &self.service {
            Service::Within(app) => &app.context.store,
            Service::Process(production, _) => &production.database.store,
        }
    }

    /// The sandbox's objects.
    pub fn reader(&self) -> Reader<'_> {
        Reader { http: &self.http, url: &self.sandbox_url, key: self.key }
    }

    /// What time it is to the service, in unix seconds: the sandbox's within this process, the machine's in one of its own.
    pub fn now(&self) -> i64 {
        match &self.service {
            Service::Within(app) => app.clock.business().seconds(),
            Service::Process(..) => masthead::app::wall_clock().seconds(),
        }
    }

    /// Kills a process after a moment, whatever it is at, and starts it again. The service within this process goes on.
    pub async fn stumble(&mut self, after: Duration) {
        if let Service::Process(production, running) = &mut self.service {
            tokio::time::sleep(after).await;
            running.kill();
            *running = production.serve(&[]).await;
        }
    }

    /// Reads the gateway's list of events, as the service does by itself every five minutes. A process of its own lives by the
    /// machine's clock, to which the sandbox's events are still to come: what it has missed is delivered again.
    pub async fn read_missed_events(&self) {
        if let Service::Within(app) = &self.service {
            let pace = &Pace::INSTEAD_OF_WEBHOOKS;
            // A reading that is cut off is gone on with, as by the loop that reads.
            while replay_events::replay(&app.context, pace).await.map_or(true, |replayed| replayed.more) {}
        }
    }

    /// Waits until nothing waits in the inbox, nor for the gateway.
    pub async fn is_quiet(&self) {
        let deadline = Instant::now() + QUIET_WITHIN;
        loop {
            let waiting = self.waiting().await;
            if waiting.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "still waits after {QUIET_WITHIN:?}: {waiting:#?}");
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }

    /// What waits in the inbox and for the gateway, with what went wrong so far.
    async fn waiting(&self) -> Vec<String> {
        let mut conn = self.store().read().await.unwrap();
        let texts = "SELECT type || ' of ' || COALESCE(routing_key, '?') || ': ' || COALESCE(last_error, 'not tried') \
             FROM webhook_event WHERE state = 'pending' UNION ALL \
             SELECT kind || ' ' || payload || ': ' || COALESCE(last_error, 'not tried') \
             FROM outbox WHERE kind <> 'mail' AND sent_at IS NULL AND given_up_at IS NULL \
             AND (last_error IS NULL OR last_error NOT LIKE 'the payer''s bank%')";
        sqlx::query_scalar(texts).fetch_all(&mut *conn).await.unwrap()
    }

    /// How many events have come in.
    pub async fn count_events(&self) -> i64 {
        let mut conn = self.store().read().await.unwrap();
        sqlx::query_scalar("SELECT COUNT(*) FROM webhook_event").fetch_one(&mut *conn).await.unwrap()
    }

    /// A control of the sandbox.
    pub async fn control(&self, name: &str, body: &Value) -> Value {
        let address = format!("{}/_sandbox/{name}", self.sandbox_url);
        let answer = self.http.post(address).json(body).send().await.unwrap();
        let (status, body) = (answer.status(), answer.json::<Value>().await.unwrap_or_default());
        assert!(status.is_success() || status.is_client_error(), "{name}: {status} {body}");
        body
    }

    pub async fn stop(self) {
        match self.service {
            Service::Within(app) => drop(app.stop().await),
            Service::Process(production, running) => {
                drop(running);
                production.sandbox.stop().await;
            }
        }
    }
}
