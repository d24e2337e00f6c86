//! `masthead serve` and its kin as processes of their own, on a database of either kind, with the demo newsroom, and the sandbox
//! in Stripe's place, and a mail server that takes all.

use std::{
    fs::{self, File, OpenOptions},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, Response, redirect::Policy};
use serde_json::{Value, json};
use stripe_sandbox::{Sandbox, SandboxConfig, WebhookTarget};
use tempfile::TempDir;

use super::{PostOffice, TestDatabase, free_port, post_office::Manners, until};

/// The campaign of the demo newsroom.
pub const CAMPAIGN: &str = "25000-members";
/// The master secret.
pub const MASTER: &str = "C1Sd5jR9xhRdpu89hs8dZq/4Ro/YJm+4Bk+Y4S94wQ9Yoeo4gcoYYarzQYrTIWqz";
/// Stripe's key, as the sandbox takes it.
pub const STRIPE_KEY: &str = "sk_test_51ProductionLikeKeyOfTheTests";
/// What signs the sandbox's events.
pub const SIGNING_SECRET: &str = "whsec_ProductionLikeSigningSecret0";

/// What the mail server is told.
pub const MAIL_PASSWORD: &str = "a-password-that-the-mail-server-knows";

/// Everything that processes are started on.
pub struct Production {
    pub folder: TempDir,
    pub database: TestDatabase,
    pub sandbox: Sandbox,
    /// Takes all mail.
    pub post_office: PostOffice,
    /// Without a slash at the end.
    pub base_url: String,
    pub port: u16,
    environment: Vec<(String, String)>,
}

/// A process. Killed when dropped.
pub struct Running {
    child: Child,
    output: PathBuf,
}

impl Production {
    /// A database with the schema and the demo newsroom on it.
    pub async fn new(database: TestDatabase) -> Self {
        let production = Self::bare(database).await;
        production.apply();
        production
    }

    /// The same without a newsroom.
    pub async fn bare(database: TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let base_url = format!("http://localhost:{port}");
        let sandbox = start_sandbox(port).await;
        let (post_office, environment) = (PostOffice::open(Manners::TakesAll), Vec::new());
        let mut production =
            Self { folder, database, sandbox, post_office, base_url: base_url.clone(), port, environment };
        let sandbox_url = format!("{}/", production.sandbox.url());
        for (key, value) in [
            ("DATABASE_URL", production.database.url.clone()),
            ("MASTHEAD__HTTP__LISTEN", format!("127.0.0.1:{port}")),
            ("MASTHEAD__HTTP__BASE_URL", format!("{base_url}/")),
            ("MASTHEAD__SECRETS__MASTER", MASTER.to_owned()),
            ("MASTHEAD__PAYMENTS__SECRET_KEY", STRIPE_KEY.to_owned()),
            ("MASTHEAD__PAYMENTS__WEBHOOK_SECRETS", SIGNING_SECRET.to_owned()),
            ("MASTHEAD__PAYMENTS__LIVE", "false".to_owned()),
            ("MASTHEAD__PAYMENTS__API_URL", sandbox_url),
            ("MASTHEAD__LOG__FORMAT", "json".to_owned()),
            ("MASTHEAD__MAIL__FROM_ADDRESS", "members@harbour-ledger.org".to_owned()),
            ("MASTHEAD__MAIL__HOST", "127.0.0.1".to_owned()),
            ("MASTHEAD__MAIL__PORT", production.post_office.port.to_string()),
            ("MASTHEAD__MAIL__TLS", "none".to_owned()),
            ("MASTHEAD__MAIL__USERNAME", "masthead".to_owned()),
            ("MASTHEAD__MAIL__PASSWORD", MAIL_PASSWORD.to_owned()),
        ] {
            production.set(key, &value);
        }
        production
    }

    /// Sets a variable for the processes to come; an empty name of one that is set takes it out.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(key, _)| key != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a variable out.
    pub fn unset(&mut self, name: &str) {
        self.environment.retain(|(key, _)| key != name);
    }

    /// A command with the settings in its environment, and nothing else of ours.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).env("RUST_BACKTRACE", "0");
        for (name, _) in std::env::vars() {
            if name.starts_with("MASTHEAD__") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        command.envs(self.environment.iter().cloned());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Applies the demo newsroom.
    pub fn apply(&self) {
        self.apply_newsroom(include_str!("../../config/demo.toml"));
    }

    /// Applies a newsroom.
    pub fn apply_newsroom(&self, declaration: &str) {
        let file = self.folder.path().join("newsroom.toml");
        fs::write(&file, declaration.replace("{paper_url}", "http://127.0.0.1:9")).unwrap();
        let output = self.run(&["apply", &file.display().to_string()]);
        assert!(output.status.success(), "{}", words(&output));
    }

    /// Starts a command that goes on; what it prints goes into a file of that name.
    pub fn start(&self, name: &str, arguments: &[&str]) -> Running {
        let output = self.folder.path().join(name);
        let file: File = OpenOptions::new().create(true).append(true).open(&output).unwrap();
        let mut command = self.command(arguments);
        let child = command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        Running { child, output }
    }

    /// Starts `masthead serve` and waits until it is ready.
    pub async fn serve(&self, arguments: &[&str]) -> Running {
        let mut running = self.start("serve.log", &[&["serve"], arguments].concat());
        self.ready(&mut running).await;
        running
    }

    /// Waits until a process that serves is ready.
    pub async fn ready(&self, running: &mut Running) {
        let client = self.client();
        until("masthead serve to be ready, or to end", || {
            let asked = client.get(self.address("/readyz")).send();
            let has_ended = running.has_ended();
            async move { (has_ended || asked.await.ok()?.status().is_success()).then_some(()) }
        })
        .await;
        assert!(!running.has_ended(), "{}", running.output());
    }

    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// A browser: cookies of its own, redirects not followed.
    pub fn client(&self) -> Client {
        client(self.port)
    }

    /// What the counter shows; none while nobody answers.
    pub async fn count(&self) -> Option<i64> {
        let path = self.address(&format!("/v1/campaigns/{CAMPAIGN}"));
        self.client().get(path).send().await.ok()?.json::<Value>().await.ok()?["count"].as_i64()
    }

    /// Starts a checkout of the first price.
    pub async fn check_out(&self, browser: &Client, email: &str) -> Response {
        let plans: Value = browser.get(self.address("/v1/plans")).send().await.unwrap().json().await.unwrap();
        let price = &plans["items"][0]["prices"][0]["id"];
        let body = json!({ "price": price, "email": email, "campaign": CAMPAIGN });
        browser.post(self.address("/v1/checkout")).json(&body).send().await.unwrap()
    }

    /// Starts a checkout and pays.
    pub async fn pay(&self, email: &str) {
        let browser = self.client();
        let answer = self.check_out(&browser, email).await;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, 201, "{body}");
        let card = [
            ("email", email),
            ("card_number", "4242424242424242"),
            ("card_expiry", "12/34"),
            ("card_cvc", "123"),
            ("name", "A Reader"),
        ];
        let paid = browser.post(body["checkout_url"].as_str().unwrap()).form(&card).send().await.unwrap();
        assert_eq!(paid.status(), 303);
    }
}

impl Running {
    /// The number that the system knows it by.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal: `TERM`, `INT`, `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        // One that has ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until it has ended, for a bounded while.
    pub fn wait(&mut self, bound: Duration) -> ExitStatus {
        let deadline = Instant::now() + bound;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it did not end within {bound:?}: {}", self.output());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// All that it has printed.
    pub fn output(&self) -> String {
        fs::read_to_string(&self.output).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Both of what a command printed.
pub fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A client for a port of this machine, under the name `localhost`.
pub fn client(port: u16) -> Client {
    let own = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let builder = Client::builder().no_proxy().cookie_store(true).redirect(Policy::none());
    builder.resolve("localhost", own).timeout(Duration::from_secs(60)).build().unwrap()
}

async fn start_sandbox(port: u16) -> Sandbox {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own_port = listener.local_addr().unwrap().port();
    let config = SandboxConfig {
        listener,
        public_url: format!("http://127.0.0.1:{own_port}"),
        api_key: STRIPE_KEY.to_owned(),
        webhook: Some(WebhookTarget {
            url: format!("http://127.0.0.1:{port}/webhooks/stripe"),
            secret: SIGNING_SECRET.to_owned(),
        }),
        state_file: None,
        seed: 1,
    };
    stripe_sandbox::start(config).await.unwrap()
}
