//! The composition root: wires all rooms. The command line and the tests use the same one.

mod mail;

use std::{cell::RefCell, net::TcpListener, sync::Arc, time::Duration};

use actix_web::{App as HttpApp, HttpServer, middleware::Compress, middleware::from_fn, web};

use crate::{
    config::{Config, MembershipConfig},
    domain::{
        entropy::Entropy,
        projection::Policy,
        time::{DAY_MILLIS, HOUR_MILLIS, Moment},
    },
    flow::{
        self, Clock, Context, Limits, Mailer, Phase, Pulse, Settings, Stop, StoreError, Wake, catalogue::Kept,
        metrics::Metrics, publish_keys, read_counter::Counters,
    },
    gateway::payment::{CheckoutExtras, GatewayError, PaymentGateway},
    http::{self, DevLinks, State},
    store::Store,
    token::{Keyring, MasterSecret, SecretError},
    worker::{self, Listening, Workers},
};

pub use crate::worker::Duty;
pub use mail::{MailSetupError, smtp_mailer};

/// For how long an idle connection is kept. Longer than proxies keep theirs to us (nginx: 60 seconds), so that none of them sends a
/// request into a connection that we are just closing.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Why the service cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The payment gateway.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The master secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The signing keys.
    #[error(transparent)]
    Keys(#[from] publish_keys::KeysError),
    /// Mail.
    #[error(transparent)]
    Mail(#[from] MailSetupError),
    /// No newsroom was applied.
    #[error("no newsroom is declared in this database yet: run `masthead apply newsroom.toml` first")]
    NoNewsroom,
    /// The server.
    #[error("the web server cannot start")]
    Server(#[from] std::io::Error),
}

/// What differs between the demonstration, production and tests.
pub struct Surroundings {
    /// Where mail goes.
    pub mailer: Mailer,
    /// What only the demonstration has.
    pub dev: Option<DevLinks>,
    /// Origins of the gateway's pages that our forms lead to.
    pub form_origins: Vec<String>,
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        STOCK.with_borrow_mut(|stock| stock.fill(bytes));
    }
}

thread_local! {
    static STOCK: RefCell<Stock> = const { RefCell::new(Stock { bytes: [0; STOCK_BYTES], left: 0 }) };
}

/// How much randomness a thread asks the system for at once: asking for each request's id costs as much as answering it.
const STOCK_BYTES: usize = 512;

/// The system's randomness in stock, each byte of it given out once.
struct Stock {
    bytes: [u8; STOCK_BYTES],
    left: usize,
}

impl Stock {
    fn fill(&mut self, wanted: &mut [u8]) {
        if wanted.len() > STOCK_BYTES {
            return ask_system(wanted);
        }
        if wanted.len() > self.left {
            ask_system(&mut self.bytes);
            self.left = STOCK_BYTES;
        }
        let given = &mut self.bytes[self.left - wanted.len()..self.left];
        wanted.copy_from_slice(given);
        // What was given out may be a secret now.
        given.fill(0);
        self.left -= wanted.len();
    }
}

fn ask_system(bytes: &mut [u8]) {
    use rand::TryRng as _;
    // A machine without randomness can keep nothing secret: stopping is the only safe answer.
    rand::rngs::SysRng.try_fill_bytes(bytes).unwrap_or_else(|error| panic!("the system gives no randomness: {error}"));
}

/// The machine's clock.
pub fn wall_clock() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Moment::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Opens the database and puts together what flows are given.
///
/// # Errors
/// [`BuildError`].
pub async fn context(
    config: &Config,
    secret: MasterSecret,
    clock: Clock,
    entropy: Arc<dyn Entropy>,
) -> Result<Context, BuildError> {
    let store = Store::open(&config.database.url, config.database.acquire_timeout()).await?;
    Ok(Context {
        store,
        payments: PaymentGateway::new(&config.payments.secret_key, config.payments.api_url())?,
        secret: Arc::new(secret),
        keyring: Arc::new(Keyring::default()),
        clock,
        entropy,
        wake: Wake::default(),
        pulse: Pulse::default(),
        stop: Stop::default(),
        metrics: Metrics::default(),
        catalogue: Kept::default(),
        settings: Arc::new(settings(config)),
    })
}

fn settings(config: &Config) -> Settings {
    let limits = &config.limits;
    Settings {
        base_url: with_slash(config.http.base_url.clone()),
        policy: policy(&config.membership),
        token_ttl_seconds: i64::from(config.tokens.ttl_seconds.min(600)),
        session_ttl_seconds: i64::from(config.sessions.ttl_days) * 86_400,
        gift_redeem_months: i64::from(config.membership.gift_redeem_months),
        extras: CheckoutExtras { tax: config.payments.tax, promotion_codes: config.payments.promotion_codes },
        limits: Limits {
            sign_in_mails_per_address_hour: i64::from(limits.sign_in_mails_per_address_hour),
            sign_in_requests_per_client_hour: i64::from(limits.sign_in_requests_per_client_hour),
            sign_in_mails_total_hour: i64::from(limits.sign_in_mails_total_hour),
            wrong_codes_total_hour: i64::from(limits.wrong_codes_total_hour),
            checkouts_per_client_hour: i64::from(limits.checkouts_per_client_hour),
            checkouts_per_address_hour: i64::from(limits.checkouts_per_address_hour),
            checkouts_total_hour: i64::from(limits.checkouts_total_hour),
            gift_codes_per_client_hour: i64::from(limits.gift_codes_per_client_hour),
            cancellations_per_client_hour: i64::from(limits.cancellations_per_client_hour),
            cancellation_mails_per_address_hour: i64::from(limits.cancellation_mails_per_address_hour),
            cancellations_total_hour: i64::from(limits.cancellations_total_hour),
        },
    }
}

fn policy(membership: &MembershipConfig) -> Policy {
    Policy {
        renewal_slack_millis: i64::from(membership.renewal_slack_hours) * HOUR_MILLIS,
        grace_millis: i64::from(membership.grace_days) * DAY_MILLIS,
    }
}

fn with_slash(mut url: url::Url) -> url::Url {
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}

/// The service, built and not yet running.
pub struct App {
    /// What flows are given; tests look into it.
    pub context: Context,
    /// The counters as published.
    pub counters: Counters,
    server: actix_web::dev::Server,
    workers: Workers,
    bounds: Bounds,
}

/// How long stopping may take.
#[derive(Clone, Copy)]
struct Bounds {
    drain: Duration,
    stop: Duration,
}

impl Bounds {
    fn of(config: &Config) -> Self {
        Self {
            drain: Duration::from_secs(config.http.drain_seconds),
            stop: Duration::from_secs(config.http.stop_timeout_seconds),
        }
    }
}

/// The service, running.
pub struct RunningApp {
    /// What flows are given.
    pub context: Context,
    handle: actix_web::dev::ServerHandle,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    workers: worker::Running,
    bounds: Bounds,
}

impl App {
    /// Builds the service on a context whose schema is up to date and whose newsroom is applied.
    ///
    /// # Errors
    /// [`BuildError`] says what is missing.
    pub async fn build(
        config: &Config,
        context: Context,
        surroundings: Surroundings,
        listener: TcpListener,
    ) -> Result<Self, BuildError> {
        let counters = prepare(&context).await?;
        publish_keys::ensure(&context).await?;
        let workers = Workers {
            context: context.clone(),
            counters: counters.clone(),
            mailer: surroundings.mailer,
            listening: Listening::BESIDE_WEBHOOKS,
        };
        let state = web::Data::new(State {
            context: context.clone(),
            counters: counters.clone(),
            trusted_proxies: config.http.trusted_proxies.clone(),
            country_header: config.http.country_header.as_ref().and_then(|name| name.parse().ok()),
            dev: surroundings.dev,
            webhook_secrets: config.payments.webhook_secrets.clone(),
            request_timeout: Duration::from_secs(config.http.request_timeout_seconds),
            logs_requests: config.log.requests,
            livemode: config.payments.is_live(),
            metrics_token: config.metrics.token(),
            form_origins: surroundings.form_origins,
        });
        let server = serve(config, state, listener)?;
        Ok(Self { context, counters, server, workers, bounds: Bounds::of(config) })
    }

    /// Has the gateway's events read from its list, every second: where no webhook can reach this machine.
    pub fn read_events_instead_of_webhooks(&mut self) {
        self.workers.listening = Listening::INSTEAD_OF_WEBHOOKS;
    }

    /// Starts the workers and the web server.
    pub fn start(self) -> RunningApp {
        self.start_with(Duty::Everything)
    }

    /// Starts the web server with the loops of a duty.
    pub fn start_with(self, duty: Duty) -> RunningApp {
        let workers = self.workers.start(duty);
        let handle = self.server.handle();
        RunningApp { context: self.context, handle, server: tokio::spawn(self.server), workers, bounds: self.bounds }
    }
}

/// What the service begins with: a schema that fits, a newsroom, the counters as they stand.
async fn prepare(context: &Context) -> Result<Counters, BuildError> {
    context.store.check().await?;
    flow::apply_newsroom::presentation(context).await?.ok_or(BuildError::NoNewsroom)?;
    let counters = Counters::default();
    flow::fold_counter::fold(context).await?;
    counters.publish(context).await?;
    Ok(counters)
}

/// The loops alone, running: beside processes that only serve.
pub struct RunningWorker {
    context: Context,
    workers: worker::Running,
    bounds: Bounds,
}

impl RunningWorker {
    /// Starts all loops on a context whose schema is up to date and whose newsroom is applied.
    ///
    /// # Errors
    /// [`BuildError`] says what is missing.
    pub async fn start(config: &Config, context: Context, mailer: Mailer) -> Result<Self, BuildError> {
        let counters = prepare(&context).await?;
        let listening = Listening::BESIDE_WEBHOOKS;
        let workers = Workers { context: context.clone(), counters, mailer, listening }.start(Duty::Everything);
        Ok(Self { context, workers, bounds: Bounds::of(config) })
    }

    /// Stops: what is begun is finished, within bounds.
    pub async fn stop(self) {
        self.workers.stop(self.bounds.stop).await;
        self.context.store.close().await;
    }
}

impl RunningApp {
    /// Stops: says that it is not ready for as long as the settings want; then takes no new requests, finishes open ones, and
    /// lets workers finish what they are at, all of it within bounds.
    pub async fn stop(self) {
        self.context.stop.advance(Phase::Announced);
        tokio::time::sleep(self.bounds.drain).await;
        let served = async {
            self.handle.stop(true).await;
            // The server has been told to stop; whether its task ends well no longer matters.
            let _ = self.server.await;
        };
        tokio::join!(served, self.workers.stop(self.bounds.stop));
        self.context.store.close().await;
    }
}

fn serve(
    config: &Config,
    state: web::Data<State>,
    listener: TcpListener,
) -> Result<actix_web::dev::Server, BuildError> {
    let routes = http::configure(state.base_path());
    let mut server = HttpServer::new(move || {
        HttpApp::new()
            .app_data(state.clone())
            .configure(routes.clone())
            .wrap(Compress::default())
            .wrap(from_fn(http::edge))
    })
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(Duration::from_secs(10))
    .shutdown_timeout(config.http.stop_timeout_seconds)
    .disable_signals();
    if config.http.workers > 0 {
        server = server.workers(config.http.workers);
    }
    Ok(server.listen(listener)?.run())
}
