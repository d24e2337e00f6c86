//! `masthead sandbox`: it prints where it is, answers there, keeps its state, and stops when it is told to.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::StatusCode;
use serde_json::Value;

use crate::support::{production::words, until};

/// Killed when dropped.
struct Running {
    child: Child,
    url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.arg("sandbox").args(arguments).env("RUST_BACKTRACE", "0");
    command
}

fn start(state: &Path) -> Running {
    let arguments = ["--listen", "127.0.0.1:0", "--api-key", "sk_test_mine", "--seed", "5", "--state-file"];
    let mut child = command(&arguments).arg(state).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    Running { child, url: line.trim().to_owned() }
}

async fn customers(running: &Running, key: &str) -> (StatusCode, Value) {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
    let answer = client.get(format!("{}/v1/customers", running.url)).bearer_auth(key).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_answers_where_it_says_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let mut running = start(&state);
    assert!(running.url.starts_with("http://127.0.0.1:"), "{}", running.url);
    let (status, body) = customers(&running, "sk_test_mine").await;
    assert_eq!((status.as_u16(), &body["object"]), (200, &"list".into()));
    assert_eq!(customers(&running, "sk_test_other").await.0, 401);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let made = client.post(format!("{}/v1/customers", running.url)).bearer_auth("sk_test_mine").body("").send().await;
    assert_eq!(made.unwrap().status(), 200);
    let page = client.get(&running.url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Payment sandbox"), "{page}");
    let told = Command::new("kill").args(["-TERM", &running.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    let ended = until("the end", || {
        let ended = running.child.try_wait().unwrap();
        async move { ended }
    })
    .await;
    assert_eq!(ended.code(), Some(0));
    let again = start(&state);
    assert_eq!(customers(&again, "sk_test_mine").await.1["data"].as_array().unwrap().len(), 1);
}

#[test]
fn what_it_cannot_do_is_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let spoilt = folder.path().join("state.json");
    std::fs::write(&spoilt, "not a state").unwrap();
    for (arguments, wanted) in [
        (vec!["--listen", &address], "--listen"),
        (vec!["--listen", "127.0.0.1:0", "--state-file", spoilt.to_str().unwrap()], "state.json"),
    ] {
        let output = command(&arguments).output().unwrap();
        let said = words(&output);
        assert!(!output.status.success() && said.contains(wanted), "{said}");
        assert_eq!(said.trim().lines().count(), 1, "{said}");
    }
}
