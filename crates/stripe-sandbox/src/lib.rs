//! A stand-in for Stripe that speaks Stripe's own HTTP, with state, hosted pages, signed webhooks and a clock that moves.
//!
//! It takes no real card and moves no money. See the crate's README for what it knows.

use std::{net::TcpListener, path::PathBuf, sync::Arc, time::Duration};

use tokio::task::JoinHandle;

mod billing;
mod clock;
mod core;
mod http;
mod journal;
mod object;
mod page;
mod shared;
mod webhook;

pub use clock::{SandboxClock, ahead_ms};
use core::world::World;
use journal::Journal;
use shared::Shared;

/// The one version of Stripe's API that the sandbox speaks.
pub const API_VERSION: &str = "2026-09-30.endive";

/// Where webhooks go, and what signs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookTarget {
    /// The address (http).
    pub url: String,
    /// The signing secret (`whsec_…`).
    pub secret: String,
}

/// How to start a sandbox.
#[derive(Debug)]
pub struct SandboxConfig {
    /// Where it listens.
    pub listener: TcpListener,
    /// Its address as browsers see it, without a slash at the end.
    pub public_url: String,
    /// The only API key that it takes.
    pub api_key: String,
    /// An endpoint that receives every event.
    pub webhook: Option<WebhookTarget>,
    /// Where the state is kept; `None` = in memory.
    pub state_file: Option<PathBuf>,
    /// Seed of ids and chaos.
    pub seed: u64,
}

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The state file is there and cannot be read.
    #[error("cannot read the sandbox's state from {path}: {source}. Move the file away to start anew.")]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: std::io::Error,
    },
    /// The listener cannot be used.
    #[error("cannot serve the sandbox: {0}")]
    Serve(#[source] std::io::Error),
    /// The HTTP client for webhooks cannot be made.
    #[error("cannot make the webhook sender: {0}")]
    Client(#[from] reqwest::Error),
}

/// A running sandbox.
pub struct Sandbox {
    url: String,
    shared: Arc<Shared>,
    server: actix_web::dev::ServerHandle,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Its address as browsers see it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The clock that it goes by.
    pub fn clock(&self) -> SandboxClock {
        self.shared.clock.clone()
    }

    /// Makes a promotion code that takes a percentage off a first payment, unless there is or was one of that name.
    ///
    /// # Errors
    /// The state file could not be written.
    pub fn offer(&self, code: &str, percent_off: u8) -> std::io::Result<()> {
        self.shared.with(|world| world.settle(|world| object::promotion_code::ensure_offered(world, code, percent_off)))
    }

    /// Stops serving and sending; what was acknowledged is kept.
    pub async fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        self.server.stop(true).await;
    }
}

/// Starts a sandbox on the current tokio runtime.
///
/// # Errors
/// The state file is unreadable, or the listener unusable.
pub async fn start(config: SandboxConfig) -> Result<Sandbox, StartError> {
    let url = config.public_url.trim_end_matches('/').to_owned();
    let (world, journal) = load(&config, &url)?;
    let shared = Arc::new(Shared::new(world, config.api_key, journal));
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let server = http::server::serve(config.listener, Arc::clone(&shared)).map_err(StartError::Serve)?;
    let handle = server.handle();
    // This task is not among those that `stop` aborts: it ends by itself once the server has stopped.
    tokio::spawn(async move {
        if let Err(fault) = server.await {
            tracing::error!(%fault, "the sandbox stopped serving");
        }
    });
    let tasks = vec![
        tokio::spawn(webhook::send_forever(Arc::clone(&shared), client)),
        tokio::spawn(tick_forever(Arc::clone(&shared))),
    ];
    Ok(Sandbox { url, shared, server: handle, tasks })
}

fn load(config: &SandboxConfig, url: &str) -> Result<(World, Option<Journal>), StartError> {
    let mut world = World::new(config.seed, url.to_owned());
    world.belong_to(&config.api_key);
    let journal = config.state_file.as_deref().map(|path| {
        Journal::open(path, &mut world).map_err(|source| StartError::State { path: path.to_owned(), source })
    });
    let mut journal = journal.transpose()?;
    world.now_ms = world.now_ms.max(clock::wall_now_ms() + world.offset_ms);
    if let Some(webhook) = &config.webhook {
        world.settle(|world| object::webhook_endpoint::ensure_configured(world, &webhook.url, &webhook.secret));
    }
    if let (Some(journal), Some(path)) = (&mut journal, &config.state_file) {
        journal.write(&mut world).map_err(|source| StartError::State { path: path.clone(), source })?;
    }
    Ok((world, journal))
}

/// Fires what falls due in real time.
async fn tick_forever(shared: Arc<Shared>) {
    let mut interval = tokio::time::interval(Duration::from_millis(200));
    loop {
        interval.tick().await;
        if let Err(fault) = shared.tick() {
            tracing::warn!(%fault, "the sandbox cannot write its state file");
        }
    }
}
