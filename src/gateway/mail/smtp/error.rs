//! What goes wrong with a mail server, and whether trying again may help.

use std::{fmt, path::PathBuf, time::Duration};

use lettre::transport::smtp::Error as WireError;

use super::super::MailError;

/// Why settings make no gateway.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// The file of certificates.
    #[error("{path} has no certificates that can be read: {why}", path = .0.display(), why = .1)]
    Certificates(PathBuf, String),
    /// The server's name.
    #[error("the mail server's name cannot be used: {0}")]
    Host(String),
    /// An address that SMTP cannot carry.
    #[error("the address that mail is from cannot be used")]
    Sender,
    /// The key that signs.
    #[error("the DKIM key cannot be used: it must be a private key in PEM, RSA of 2048 to 8192 bits or Ed25519")]
    DkimKey,
}

/// How far the conversation had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connecting, certificate, greeting.
    Connect,
    /// `STARTTLS`.
    Encrypt,
    /// `AUTH`.
    SignIn,
    /// `MAIL FROM`.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA` and what follows.
    Content,
}

/// What went wrong, and when. `Display` repeats no words of the server's once a reader's address was spoken of.
#[derive(Debug)]
pub struct SmtpError {
    pub(super) stage: Stage,
    pub(super) cause: Cause,
}

#[derive(Debug)]
pub(super) enum Cause {
    Silent(Duration),
    NotOffered,
    Wire(WireError),
    Unfit,
}

impl SmtpError {
    /// Whether this very mail is refused for good. What is said before a recipient is named is about us, not about the
    /// mail, and somebody may mend it; so is a server that relays nothing for us (5.7 to a recipient).
    fn is_final(&self) -> bool {
        let Cause::Wire(error) = &self.cause else { return matches!(self.cause, Cause::Unfit) };
        let is_about_us = || enhanced_code(error).is_some_and(|code| code.starts_with("5.7."));
        match self.stage {
            Stage::Connect | Stage::Encrypt | Stage::SignIn | Stage::Sender => false,
            Stage::Recipient => error.is_permanent() && !is_about_us(),
            Stage::Content => error.is_permanent(),
        }
    }

    fn may_repeat_words(&self) -> bool {
        matches!(self.stage, Stage::Connect | Stage::Encrypt | Stage::SignIn)
    }
}

impl From<SmtpError> for MailError {
    fn from(error: SmtpError) -> Self {
        if error.is_final() { Self::Refused(error.to_string()) } else { Self::Later(error.to_string()) }
    }
}

impl std::error::Error for SmtpError {}

impl fmt::Display for SmtpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::Connect => "connecting",
            Stage::Encrypt => "encrypting the connection",
            Stage::SignIn => "signing in",
            Stage::Sender => "naming the sender",
            Stage::Recipient => "naming the recipient",
            Stage::Content => "handing over the mail",
        };
        write!(f, "{stage}: ")?;
        match &self.cause {
            Cause::Silent(time) => write!(f, "no answer within {} s", time.as_secs_f32()),
            Cause::NotOffered => f.write_str("the server does not offer it"),
            Cause::Unfit => f.write_str("the mail cannot be put into words of SMTP"),
            Cause::Wire(error) => match error.status() {
                Some(code) if self.may_repeat_words() => write!(f, "{code} {}", words(error)),
                Some(code) => write!(f, "{code} {}", enhanced_code(error).unwrap_or_default()),
                None => f.write_str(&words(error)),
            },
        }
    }
}

/// What the library or the server says, with each cause once.
fn words(error: &WireError) -> String {
    let mut words = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let said = cause.to_string();
        if !words.iter().any(|before: &String| before.contains(&said)) {
            words.push(said.replace(['\r', '\n'], " "));
        }
        source = cause.source();
    }
    if words.is_empty() { error.to_string() } else { words.join(": ") }
}

/// The code of three numbers that a reply may begin with: `5.1.1`.
fn enhanced_code(error: &WireError) -> Option<String> {
    let reply = std::error::Error::source(error)?.to_string();
    let first = reply.split_whitespace().next()?;
    let is_number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (first.split('.').count() == 3 && first.split('.').all(is_number)).then(|| first.to_owned())
}
