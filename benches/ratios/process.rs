//! The binary as a process: from its start to its being ready, and its memory when nothing happens.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    Scale,
    client::{self, Client},
    table,
};

/// How long a process may take to be ready before the bench gives up.
const START_MAX: Duration = Duration::from_secs(30);
/// For how long a process is left alone before its memory is read.
const REST: Duration = Duration::from_secs(5);
/// Requests that it answers before its memory is read a second time.
const REQUESTS: usize = 20_000;

/// The rows.
pub fn measure(binary: &Path, scale: Scale) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let newsroom = folder.path().join("newsroom.toml");
    let declared = include_str!("../../config/demo.toml").replace("{paper_url}", "http://127.0.0.1:9");
    fs::write(&newsroom, declared).expect("a file");
    let database = format!("sqlite://{}", folder.path().join("bench.db").display());
    let apply = command(binary, &database, 0).arg("apply").arg(&newsroom).stdout(Stdio::null()).status();
    assert!(apply.expect("the binary runs").success(), "the newsroom is applied");
    let mut seconds = Vec::new();
    let mut at_rest = Vec::new();
    let mut after_load = Vec::new();
    for start in 0..scale.rounds.max(5) {
        let (mut child, address, took) = start_one(binary, &database);
        seconds.push(took.as_secs_f64());
        if start < 3 {
            thread::sleep(REST);
            at_rest.push(resident_megabytes(child.id()));
            let requests = vec![client::get("/v1/campaigns/25000-members", ""); scale.requests(REQUESTS)];
            Client::connect(address, 64).send_all(&requests);
            thread::sleep(REST);
            after_load.push(resident_megabytes(child.id()));
        }
        child.kill().expect("it ends");
        child.wait().expect("it has ended");
    }
    vec![
        table::below("process start to ready", "s", seconds, 0.3),
        table::below("resident memory at rest", "MB", at_rest, 40.0),
        table::below("the same after load", "MB", after_load, 40.0),
    ]
}

fn start_one(binary: &Path, database: &str) -> (Child, SocketAddr, Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its number");
    drop(listener);
    let began = Instant::now();
    let mut child = command(binary, database, address.port()).arg("serve").spawn().expect("the binary runs");
    while !is_ready(address) {
        assert!(child.try_wait().expect("a process").is_none(), "it ended before it was ready");
        assert!(began.elapsed() < START_MAX, "it is not ready after {START_MAX:?}");
        thread::sleep(Duration::from_millis(1));
    }
    (child, address, began.elapsed())
}

fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let request = b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let mut answer = Vec::new();
    stream.write_all(request).and_then(|()| stream.read_to_end(&mut answer)).is_ok()
        && answer.starts_with(b"HTTP/1.1 200")
}

/// The binary with settings that are fit for production, and nothing of this terminal's own.
fn command(binary: &Path, database: &str, port: u16) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MASTHEAD__")) {
        command.env_remove(name);
    }
    command
        .env("DATABASE_URL", database)
        .env("MASTHEAD__HTTP__LISTEN", format!("127.0.0.1:{port}"))
        .env("MASTHEAD__HTTP__BASE_URL", format!("http://localhost:{port}/"))
        .env("MASTHEAD__SECRETS__MASTER", "C1Sd5jR9xhRdpu89hs8dZq/4Ro/YJm+4Bk+Y4S94wQ9Yoeo4gcoYYarzQYrTIWqz")
        .env("MASTHEAD__PAYMENTS__SECRET_KEY", "sk_test_51BenchesKeyThatOpensNothing")
        .env("MASTHEAD__PAYMENTS__WEBHOOK_SECRETS", "whsec_BenchesSecretThatSignsNothing0")
        .env("MASTHEAD__PAYMENTS__LIVE", "false")
        .env("MASTHEAD__LOG__FILTER", "warn");
    command.stdin(Stdio::null());
    command
}

/// What of a process is in memory, shared libraries with it, in millions of bytes.
fn resident_megabytes(id: u32) -> f64 {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).expect("Linux tells what a process holds");
    let line = rollup.lines().find(|line| line.starts_with("Rss:")).expect("its resident size");
    let kibibytes: f64 = line.split_whitespace().nth(1).and_then(|word| word.parse().ok()).expect("a number");
    kibibytes * 1024.0 / 1e6
}
