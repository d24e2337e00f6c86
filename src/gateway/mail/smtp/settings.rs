//! What the SMTP gateway is told.

use std::{path::PathBuf, time::Duration};

use crate::domain::email::Email;

/// Where mail is handed over, and as whose.
#[derive(Clone)]
pub struct SmtpSettings {
    /// The server's name, to which its certificate must be made out.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: SmtpTls,
    /// What to sign in with, if the server wants it.
    pub credentials: Option<SmtpCredentials>,
    /// A file of certificates in PEM that are trusted besides the public ones.
    pub ca_file: Option<PathBuf>,
    /// By what name this service greets the server.
    pub greeting: String,
    /// How long connecting may take, and then handing over one mail.
    pub timeout: Duration,
    /// How many connections are open at once.
    pub connections_max: usize,
    /// Whom mail is from.
    pub sender: Sender,
    /// What signs it.
    pub dkim: Option<DkimSettings>,
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// After `STARTTLS`; without it nothing is said.
    Starttls,
    /// From the first byte.
    Implicit,
    /// Not at all.
    None,
}

/// A name and a password.
#[derive(Clone)]
pub struct SmtpCredentials {
    /// The name.
    pub username: String,
    /// The password.
    pub password: String,
}

/// Whom mail is from.
#[derive(Clone)]
pub struct Sender {
    /// The address; mail that cannot be delivered comes back to it.
    pub address: Email,
    /// The name beside it, if it is another than the newsroom's.
    pub name: Option<String>,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<Email>,
}

/// What signs mail.
#[derive(Clone)]
pub struct DkimSettings {
    /// The domain that vouches for the mail.
    pub domain: String,
    /// Where under it the public key stands: `SELECTOR._domainkey.DOMAIN`.
    pub selector: String,
    /// The private key in PEM: RSA of 2048 bits or more, or Ed25519.
    pub key_pem: String,
}
