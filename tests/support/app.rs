//! The whole service on free ports: the sandbox, Masthead on a given database, the demo newsroom.

use std::{net::TcpListener, sync::Arc};

use masthead::{
    app::{self, App, RunningApp, Surroundings},
    config::{Config, read_declaration},
    domain::actor::Actor,
    flow::{
        Context, Mailbox, Mailer,
        apply_newsroom::{self, Consent},
        sync_catalogue,
    },
    http::DevLinks,
    token::MasterSecret,
};
use stripe_sandbox::{Sandbox, SandboxConfig, WebhookTarget};

use super::{SeededEntropy, TestClock, TestDatabase, browser};

/// The newsroom that tests work in.
const NEWSROOM: &str = include_str!("../../config/demo.toml");
/// What the sandbox takes for a key.
pub const API_KEY: &str = "sk_test_masthead_tests";
/// What signs the sandbox's events.
pub const WEBHOOK_SECRET: &str = "whsec_masthead_tests";
/// Where the newspaper would be; nothing listens there.
pub const PAPER_URL: &str = "http://127.0.0.1:9";

/// What a test may want otherwise.
pub struct AppOptions {
    /// Repeats ids, codes and cookies.
    pub seed: u64,
    /// The declaration of the newsroom; `{paper_url}` is filled in.
    pub newsroom: String,
    /// Changes to the settings.
    pub settings: Box<dyn FnOnce(&mut Config) + Send>,
    /// Whether the sandbox sends its events.
    pub webhooks: bool,
    /// The public address when it is another than the own one: behind a proxy. Without a slash at its end.
    pub public_url: Option<String>,
}

impl Default for AppOptions {
    fn default() -> Self {
        Self { seed: 1, newsroom: NEWSROOM.to_owned(), settings: Box::new(|_| {}), webhooks: true, public_url: None }
    }
}

/// The demo newsroom with a campaign that outlasts every test.
pub fn lasting_newsroom() -> String {
    let lasting =
        NEWSROOM.replace("ends_at = \"2027-01-01T00:00:00+00:00\"", "ends_at = \"2099-01-01T00:00:00+00:00\"");
    assert_ne!(NEWSROOM, lasting, "the demo campaign ends at another time");
    lasting
}

/// A running service. End it by [`TestApp::stop`] to see that it ends well; dropped, it goes with the test's runtime.
pub struct TestApp {
    /// The public address, without a slash at the end; its host is not the paper's.
    pub base_url: String,
    /// Where it listens itself, whatever stands before it.
    pub port: u16,
    /// What flows are given.
    pub context: Context,
    pub clock: TestClock,
    pub sandbox: Sandbox,
    pub mailbox: Mailbox,
    /// For calls that are no reader's: no redirects followed.
    pub http: reqwest::Client,
    pub database: TestDatabase,
    /// Whether the sandbox sends its events.
    pub(super) hears_webhooks: bool,
    running: RunningApp,
}

impl TestApp {
    /// The demo newsroom on a database.
    pub async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, AppOptions::default()).await
    }

    /// The same with something changed.
    pub async fn start_with(database: TestDatabase, options: AppOptions) -> Self {
        let (listener, port) = free_port();
        let base_url = options.public_url.unwrap_or_else(|| format!("http://localhost:{port}"));
        let base_path = url::Url::parse(&base_url).expect("an address").path().trim_end_matches('/').to_owned();
        let hears_webhooks = options.webhooks;
        let webhook_url = hears_webhooks.then(|| format!("http://127.0.0.1:{port}{base_path}/webhooks/stripe"));
        let sandbox = start_sandbox(webhook_url, options.seed).await;
        let clock = TestClock::new(&sandbox);
        let mut config = settings(&base_url, &database, &sandbox);
        (options.settings)(&mut config);
        let entropy = Arc::new(SeededEntropy::new(options.seed));
        let secret = MasterSecret::new(&[7; 32]).expect("32 bytes make a secret");
        let context = app::context(&config, secret, clock.for_flows(), entropy).await.expect("a context");
        let declaration = read_declaration(&options.newsroom, &[("paper_url", PAPER_URL)]).expect("a newsroom");
        apply_newsroom::apply(&context, &declaration, &Actor::CommandLine, Consent::NotGiven)
            .await
            .expect("the newsroom is applied");
        sync_catalogue::sync(&context).await.expect("the catalogue is in the sandbox");
        let mailbox = Mailbox::default();
        let surroundings = surroundings(&mailbox, &sandbox);
        let running = App::build(&config, context, surroundings, listener).await.expect("the service is built").start();
        let (context, http) = (running.context.clone(), browser::client(&base_url));
        Self { base_url, port, context, clock, sandbox, mailbox, http, database, hears_webhooks, running }
    }

    /// An address of the service.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Stops everything; the database stays.
    pub async fn stop(self) -> TestDatabase {
        self.running.stop().await;
        self.sandbox.stop().await;
        self.database
    }
}

/// A sandbox on a free port.
pub async fn start_sandbox(webhook_url: Option<String>, seed: u64) -> Sandbox {
    let (listener, port) = free_port();
    let webhook = webhook_url.map(|url| WebhookTarget { url, secret: WEBHOOK_SECRET.to_owned() });
    stripe_sandbox::start(SandboxConfig {
        listener,
        public_url: format!("http://127.0.0.1:{port}"),
        api_key: API_KEY.to_owned(),
        webhook,
        state_file: None,
        seed,
    })
    .await
    .expect("the sandbox starts")
}

fn free_port() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its number").port();
    (listener, port)
}

fn settings(base_url: &str, database: &TestDatabase, sandbox: &Sandbox) -> Config {
    let mut config = Config::defaults().expect("the defaults are complete");
    config.http.base_url = base_url.parse().expect("an address");
    config.http.workers = 2;
    config.database.url.clone_from(&database.url);
    config.database.acquire_timeout_milliseconds = 20_000;
    config.payments.secret_key = API_KEY.to_owned();
    config.payments.api_url = format!("{}/", sandbox.url());
    config.payments.webhook_secrets = vec![WEBHOOK_SECRET.to_owned()];
    config
}

fn surroundings(mailbox: &Mailbox, sandbox: &Sandbox) -> Surroundings {
    let links = DevLinks {
        mailbox: mailbox.clone(),
        paper_url: PAPER_URL.to_owned(),
        sandbox_url: sandbox.url().to_owned(),
        is_stripe: false,
    };
    Surroundings {
        mailer: Mailer::Mailbox(mailbox.clone()),
        dev: Some(links),
        form_origins: vec![sandbox.url().to_owned()],
    }
}
