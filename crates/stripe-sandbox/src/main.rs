//! `stripe-sandbox`: the sandbox alone, from the command line.

use std::{net::TcpListener, path::PathBuf, process::ExitCode};

use stripe_sandbox::{SandboxConfig, WebhookTarget, start};

const USAGE: &str = "\
stripe-sandbox: a stand-in for Stripe; no money moves

  --listen ADDRESS         where to listen (default 127.0.0.1:8082; port 0 = any free one)
  --public-url URL         its address as browsers see it (default http://ADDRESS)
  --api-key KEY            the only API key that it takes (default sk_test_sandbox)
  --webhook-url URL        where every event goes
  --webhook-secret SECRET  what signs the events (default whsec_sandbox)
  --state-file PATH        where the state is kept (default: in memory)
  --seed NUMBER            seed of ids and chaos (default 1)
";

#[derive(Default)]
struct Flags {
    listen: Option<String>,
    public_url: Option<String>,
    api_key: Option<String>,
    webhook_url: Option<String>,
    webhook_secret: Option<String>,
    state_file: Option<PathBuf>,
    seed: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match read_flags(std::env::args().skip(1)) {
        Ok(Some(flags)) => run(flags).await,
        Ok(None) => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(fault) => complain(&format!("{fault}\n\n{USAGE}")),
    }
}

fn complain(message: &str) -> ExitCode {
    eprintln!("stripe-sandbox: {message}");
    ExitCode::FAILURE
}

fn read_flags(mut arguments: impl Iterator<Item = String>) -> Result<Option<Flags>, String> {
    let mut flags = Flags::default();
    while let Some(flag) = arguments.next() {
        if matches!(flag.as_str(), "--help" | "-h") {
            return Ok(None);
        }
        let value = arguments.next().ok_or_else(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--listen" => flags.listen = Some(value),
            "--public-url" => flags.public_url = Some(value),
            "--api-key" => flags.api_key = Some(value),
            "--webhook-url" => flags.webhook_url = Some(value),
            "--webhook-secret" => flags.webhook_secret = Some(value),
            "--state-file" => flags.state_file = Some(value.into()),
            "--seed" => {
                flags.seed = Some(value.parse().map_err(|_| format!("--seed needs a whole number, not {value}"))?)
            }
            _ => return Err(format!("unknown flag {flag}")),
        }
    }
    Ok(Some(flags))
}

async fn run(flags: Flags) -> ExitCode {
    let address = flags.listen.unwrap_or_else(|| "127.0.0.1:8082".into());
    let listener = match TcpListener::bind(&address) {
        Ok(listener) => listener,
        Err(fault) => {
            return complain(&format!("cannot listen on {address}: {fault}. Choose another with --listen."));
        }
    };
    let local = match listener.local_addr() {
        Ok(local) => local,
        Err(fault) => return complain(&format!("cannot tell its own address: {fault}")),
    };
    let secret = flags.webhook_secret.unwrap_or_else(|| "whsec_sandbox".into());
    let config = SandboxConfig {
        listener,
        public_url: flags.public_url.unwrap_or_else(|| format!("http://{local}")),
        api_key: flags.api_key.unwrap_or_else(|| "sk_test_sandbox".into()),
        webhook: flags.webhook_url.map(|url| WebhookTarget { url, secret }),
        state_file: flags.state_file,
        seed: flags.seed.unwrap_or(1),
    };
    match start(config).await {
        Ok(sandbox) => {
            println!("{}", sandbox.url());
            // Without a signal there is nothing to wait for; either way the sandbox ends here.
            let _ = tokio::signal::ctrl_c().await;
            sandbox.stop().await;
            ExitCode::SUCCESS
        }
        Err(fault) => complain(&fault.to_string()),
    }
}
