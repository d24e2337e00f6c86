//! Mail: how it reads, and where it goes.

mod compose;
mod dkim;
mod mailbox;
pub mod render;
mod smtp;

use std::time::Duration;

pub use mailbox::{Letter, Mailbox};
pub use render::RenderedMail;
pub use smtp::{DkimSettings, Sender, SmtpCredentials, SmtpError, SmtpMailer, SmtpSettings, SmtpSetupError, SmtpTls};

use crate::domain::{email::Email, time::Moment};

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// Into a mailbox in memory that the demonstration shows; nothing leaves the machine.
    Mailbox(Mailbox),
    /// To a mail server.
    Smtp(SmtpMailer),
}

/// Why a mail did not go out. Neither names an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It may go out later.
    #[error("the mail could not be sent now: {0}")]
    Later(String),
    /// The server will never take it.
    #[error("the mail was refused: {0}")]
    Refused(String),
}

impl Mailer {
    /// Sends a mail. The same `id` makes the same Message-ID.
    ///
    /// # Errors
    /// [`MailError`] says whether trying again may help.
    pub async fn send(&self, id: &str, to: &Email, mail: RenderedMail, now: Moment) -> Result<(), MailError> {
        match self {
            Self::Mailbox(mailbox) => {
                mailbox.put(id, to, mail, now);
                Ok(())
            }
            Self::Smtp(smtp) => smtp.send(id, to, &mail, now).await,
        }
    }

    /// How many mails may be on their way at once.
    pub fn at_once_max(&self) -> usize {
        match self {
            Self::Mailbox(_) => 20,
            Self::Smtp(smtp) => smtp.connections_max(),
        }
    }

    /// The longest that sending one mail takes.
    pub fn longest(&self) -> Duration {
        match self {
            Self::Mailbox(_) => Duration::from_secs(1),
            Self::Smtp(smtp) => smtp.longest(),
        }
    }
}
