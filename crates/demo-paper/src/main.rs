//! Runs The Harbour Ledger on its own, beside a Masthead that already runs.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use clap::Parser;
use demo_paper::{PaperConfig, start};

/// The Harbour Ledger, a made-up newspaper whose website is gated by Masthead.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// The paper's address as browsers see it; by default the one it listens on.
    #[arg(long)]
    public_url: Option<String>,
    /// Masthead's address.
    #[arg(long, default_value = "http://localhost:8080")]
    masthead_url: String,
    /// The slug under which Masthead knows this website.
    #[arg(long, default_value = "demo-paper")]
    site: String,
    /// The slug of the campaign whose counter is shown.
    #[arg(long, default_value = "25000-members")]
    campaign: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("demo-paper: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let listener = TcpListener::bind(arguments.listen)
        .map_err(|error| format!("cannot listen on {}: {error}. Choose another with --listen.", arguments.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let paper = start(PaperConfig {
        listener,
        public_url: arguments.public_url.unwrap_or_else(|| format!("http://{address}")),
        masthead_url: arguments.masthead_url,
        site: arguments.site,
        campaign: arguments.campaign,
    })
    .await
    .map_err(|error| error.to_string())?;
    println!("The Harbour Ledger is at {}", paper.url());
    tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
    paper.stop().await;
    Ok(())
}
