//! The mail server of `server/server.py`, as a process of its own.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use masthead::{
    domain::email::Email,
    gateway::mail::{RenderedMail, Sender, SmtpMailer, SmtpSettings, SmtpTls},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::until;

/// A mail server. Killed when dropped.
pub struct MailServer {
    pub port: u16,
    folder: TempDir,
    child: Child,
    orders: Mutex<ChildStdin>,
    said: Arc<Mutex<Vec<Value>>>,
}

/// A mail that the server took.
#[derive(Clone, Debug)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    /// As it came over the wire.
    pub content: Vec<u8>,
    /// As Python's own library reads it.
    pub read: Value,
    pub encrypted: bool,
    pub signed_in: bool,
    pub greeted_as: String,
    pub connection: u64,
}

/// Where Python and its libraries are.
pub fn python() -> PathBuf {
    let cache = std::env::var_os("MAIL_TESTS_CACHE").map(PathBuf::from);
    let cache = cache.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/mail"));
    let python = cache.join("python/bin/python");
    assert!(python.is_file(), "{} is not there: run tests/mail/prepare.sh first", python.display());
    python
}

/// A script beside the server.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail/server").join(name)
}

impl MailServer {
    /// One that takes everything, in the clear.
    pub async fn plain() -> Self {
        Self::start(json!({})).await
    }

    /// One as its script's head describes.
    pub async fn start(mut settings: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        settings["ca_file"] = json!(folder.path().join("authority.pem"));
        let mut child = Command::new(python())
            .arg(script("server.py"))
            .arg(settings.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What it prints there is of no use unless somebody looks: a client that breaks off makes it print.
            .stderr(if std::env::var_os("VERBOSE").is_some() { Stdio::inherit() } else { Stdio::null() })
            .spawn()
            .unwrap();
        let (said, orders) = (Arc::new(Mutex::new(Vec::new())), Mutex::new(child.stdin.take().unwrap()));
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn({
            let said = said.clone();
            move || {
                for line in lines.map_while(Result::ok) {
                    said.lock().unwrap().push(serde_json::from_str(&line).unwrap());
                }
            }
        });
        let mut server = Self { port: 0, folder, child, orders, said };
        let port = until("the mail server to listen", || async { server.find("listening").first().cloned() }).await;
        server.port = port.as_u64().unwrap().try_into().unwrap();
        server
    }

    /// Says how to behave from now on, and waits until it has been heard.
    pub async fn tell(&self, order: &Value) {
        let told = self.find("told").len();
        writeln!(self.orders.lock().unwrap(), "{order}").unwrap();
        until("the mail server to listen to orders", || async { (self.find("told").len() > told).then_some(()) }).await;
    }

    /// What it took until now, in order.
    pub async fn taken(&self) -> Vec<Taken> {
        self.tell(&json!("heard")).await;
        self.find("mail").iter().map(read).collect()
    }

    /// At what commands it misbehaved until now, in order.
    pub async fn misbehaved(&self) -> Vec<String> {
        self.tell(&json!("heard")).await;
        self.find("misbehaved").iter().map(|at| at.as_str().unwrap().to_owned()).collect()
    }

    /// The certificate of the authority behind its own.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// Settings that lead here, in the clear; tests change what they are about.
    pub fn settings(&self) -> SmtpSettings {
        settings(self.port)
    }

    /// A gateway that leads here.
    pub fn mailer(&self) -> SmtpMailer {
        SmtpMailer::new(&self.settings()).unwrap()
    }

    fn find(&self, key: &str) -> Vec<Value> {
        self.said.lock().unwrap().iter().filter_map(|line| line.get(key).cloned()).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(mail: &Value) -> Taken {
    let text = |key: &str| mail[key].as_str().unwrap_or_default().to_owned();
    Taken {
        from: text("from"),
        to: mail["to"].as_array().unwrap().iter().map(|to| to.as_str().unwrap().to_owned()).collect(),
        content: STANDARD.decode(text("content")).unwrap(),
        read: mail["read"].clone(),
        encrypted: mail["encrypted"].as_bool().unwrap(),
        signed_in: mail["signed_in"].as_bool().unwrap(),
        greeted_as: text("greeted_as"),
        connection: mail["connection"].as_u64().unwrap(),
    }
}

impl Taken {
    /// The values of a header.
    pub fn header(&self, name: &str) -> Vec<String> {
        let headers = self.read["headers"].as_array().unwrap().iter();
        let named = headers.filter(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name));
        named.map(|header| header[1].as_str().unwrap().to_owned()).collect()
    }

    /// The text part.
    pub fn text(&self) -> String {
        self.read["parts"][0][2].as_str().unwrap().to_owned()
    }
}

/// Settings that lead to a port of this machine, in the clear.
pub fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port,
        tls: SmtpTls::None,
        credentials: None,
        ca_file: None,
        greeting: "members.ledger.test".to_owned(),
        timeout: Duration::from_secs(10),
        connections_max: 4,
        sender: sender(),
        dkim: None,
    }
}

pub fn sender() -> Sender {
    Sender { address: email("members@ledger.test"), name: None, reply_to: None }
}

pub fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

/// A short mail.
pub fn mail() -> RenderedMail {
    RenderedMail {
        newsroom: "The Harbour Ledger".to_owned(),
        subject: "Sign in to The Harbour Ledger".to_owned(),
        text: "Your code is 481 207.\n".to_owned(),
        html: "<!doctype html>\n<p>Your code is 481&nbsp;207.</p>\n".to_owned(),
    }
}
