//! `masthead health`: asks the service on this machine how it is, for containers and service managers that have no other
//! client at hand.

use std::{
    io::{self, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

use clap::Args;

use super::{CommandResult, SettingsArgs};
use crate::config::HttpConfig;

/// How long connecting may take, and each read and write after it.
const PATIENCE: Duration = Duration::from_secs(3);
/// The most bytes of an answer that are read: its first line says everything.
const ANSWER_MAX_BYTES: u64 = 1024;

/// What to ask.
#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// Ask whether it can do its work (`/readyz`), not only whether it runs (`/healthz`).
    #[arg(long)]
    ready: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Asks, says what came back, and fails unless it is 200.
pub async fn run(args: HealthArgs) -> CommandResult {
    // Only where the service listens is read: whether the rest of the settings is right is the service's own business.
    let config = args.settings.read()?.config;
    let address = reachable(config.http.listen);
    let path = path(&config.http, if args.ready { "readyz" } else { "healthz" });
    let line = ask(address, &path).map_err(|error| format!("http://{address}{path} does not answer ({error})"))?;
    println!("http://{address}{path}: {line}");
    let is_well = line.split(' ').nth(1) == Some("200");
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Where a service that listens there can be reached from this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// A path of the service, below its base path.
fn path(http: &HttpConfig, name: &str) -> String {
    format!("{}/{name}", http.base_url.path().trim_end_matches('/'))
}

/// The first line of the answer.
fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(ANSWER_MAX_BYTES).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    text.lines().next().map(str::to_owned).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_listens_everywhere_is_asked_on_this_machine() {
        let reached = |listen: &str| reachable(listen.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(reached("[::]:8080"), "[::1]:8080");
        assert_eq!(reached("10.1.2.3:80"), "10.1.2.3:80");
    }
}
