//! `masthead dev` as a process of its own, on ports that stay the same, which can be killed and started again.

#![allow(dead_code)]

use std::{
    fs::{self, File, OpenOptions},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
};

use reqwest::{Client, redirect::Policy};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::until;

pub const CAMPAIGN: &str = "25000-members";

/// A demonstration with a folder of its own.
pub struct Demonstration {
    pub folder: TempDir,
    pub base_url: String,
    ports: [u16; 3],
    child: Child,
}

impl Demonstration {
    /// Starts one and waits until it is ready.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with more in its environment.
    pub async fn start_with(environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listeners: Vec<TcpListener> = (0..3).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ports: Vec<u16> = listeners.iter().map(|one| one.local_addr().unwrap().port()).collect();
        drop(listeners);
        let ports = [ports[0], ports[1], ports[2]];
        let child = spawn(&folder, ports, environment);
        let process = Self { folder, base_url: format!("http://localhost:{}", ports[0]), ports, child };
        process.ready().await;
        process
    }

    async fn ready(&self) {
        let client = self.client();
        until("masthead dev to be ready", || async {
            let answer = client.get(format!("{}/readyz", self.base_url)).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The number that the system knows it by.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Starts it again in the same folder, at the same places.
    pub async fn start_again(&mut self) {
        self.child = spawn(&self.folder, self.ports, &[]);
        self.ready().await;
    }

    /// A browser: cookies of its own, redirects not followed.
    pub fn client(&self) -> Client {
        let own = std::net::SocketAddr::from(([127, 0, 0, 1], self.ports[0]));
        let builder = Client::builder().no_proxy().cookie_store(true).redirect(Policy::none());
        builder.resolve("localhost", own).build().unwrap()
    }

    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The demo newspaper's address.
    pub fn paper_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[1])
    }

    /// The payment sandbox's address.
    pub fn sandbox_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[2])
    }

    /// What the counter shows; none while nobody answers.
    pub async fn count(&self) -> Option<i64> {
        let answer = self.client().get(self.address(&format!("/v1/campaigns/{CAMPAIGN}"))).send().await.ok()?;
        answer.json::<Value>().await.ok()?["count"].as_i64()
    }

    /// The mail to an address, the newest first.
    pub async fn mails(&self, email: &str) -> Vec<Value> {
        let request = self.client().get(self.address("/dev/mail.json")).query(&[("to", email)]);
        let body: Value = request.send().await.unwrap().json().await.unwrap();
        body["items"].as_array().unwrap().clone()
    }

    /// All that it has ever printed.
    pub fn output(&self) -> String {
        fs::read_to_string(output_file(&self.folder)).unwrap()
    }

    /// Runs another command of the same program on the same database, at the same time. What it said, if it did well.
    pub fn run_beside(&self, arguments: &[&str]) -> String {
        let database = format!("sqlite://{}", self.folder.path().join("data/masthead.db").display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        let output = command.args(arguments).env("DATABASE_URL", database).env("RUST_BACKTRACE", "0").output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }
}

impl Drop for Demonstration {
    fn drop(&mut self) {
        // One that is killed already cannot be killed again.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn output_file(folder: &TempDir) -> PathBuf {
    folder.path().join("output.log")
}

fn spawn(folder: &TempDir, ports: [u16; 3], environment: &[(&str, &str)]) -> Child {
    let output: File = OpenOptions::new().create(true).append(true).open(output_file(folder)).unwrap();
    let [own, paper, sandbox] = ports.map(|port| format!("127.0.0.1:{port}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.args(["dev", "--no-open", "--listen", &own, "--paper-listen", &paper, "--sandbox-listen", &sandbox]);
    command.arg("--data-dir").arg(folder.path().join("data")).env("RUST_BACKTRACE", "0");
    command.envs(environment.iter().copied());
    command.env("MASTHEAD__LOG__FILTER", "trace").stdin(Stdio::null());
    command.stdout(output.try_clone().unwrap()).stderr(output).spawn().unwrap()
}
