//! The Harbour Ledger: the website of an invented newspaper, gated by Masthead.
//!
//! It stands for a customer of Masthead: it has a server, cookies and pages of its own, and asks Masthead for
//! everything else over the public HTTP API. It shares no code with the service.

mod addresses;
mod almanac;
mod app;
mod clock;
mod edition;
mod figure;
mod gate;
mod headers;
mod masthead;
mod page;
mod problem;
mod reader;
mod routes;
mod sign_in;
mod story;
mod token;
mod words;

use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use tokio::task::JoinHandle;

pub use addresses::AddressError;
pub use story::StoryError;

/// Where the paper listens, and which Masthead it belongs to.
pub struct PaperConfig {
    /// The socket to serve on, already bound.
    pub listener: TcpListener,
    /// The paper's own address as browsers see it, without a path: `http://127.0.0.1:8081`.
    pub public_url: String,
    /// Masthead's address, for browsers and for this server alike: `http://localhost:8080`.
    pub masthead_url: String,
    /// The slug under which Masthead knows this website; also the audience of its tokens.
    pub site: String,
    /// The slug of the campaign whose counter the paper shows.
    pub campaign: String,
}

/// Why the paper could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// One of the addresses is not usable.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A story that came with the program cannot be read.
    #[error(transparent)]
    Story(#[from] StoryError),
    /// The system gave no random numbers or no HTTP client.
    #[error("the system refused what the paper needs: {0}")]
    System(String),
    /// The socket cannot be served.
    #[error("cannot serve on the given socket: {0}")]
    Listen(#[from] std::io::Error),
}

/// A running paper. Dropping it leaves the server running; [`Paper::stop`] ends it.
pub struct Paper {
    url: String,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
}

impl Paper {
    /// The paper's own address, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Finishes the requests under way and ends the server.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        if let Ok(Err(error)) = self.server.await {
            tracing::warn!(%error, "the paper's server ended with an error");
        }
    }
}

/// Starts the paper on the running tokio runtime, with one worker and no signal handlers.
///
/// Asks nothing of Masthead before the first request arrives.
///
/// # Errors
/// [`StartError`] when an address is unusable, an embedded story unreadable, or the socket cannot be served.
pub async fn start(config: PaperConfig) -> Result<Paper, StartError> {
    let newsroom = app::Newsroom::build(&config)?;
    let url = newsroom.addresses.public("");
    let server = app::serve(config.listener, newsroom)?;
    let handle = server.handle();
    Ok(Paper { url, handle, server: tokio::spawn(server) })
}
