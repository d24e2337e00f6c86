//! Mail: how it reads, and where it goes.

mod mailbox;
pub mod render;

pub use mailbox::{Letter, Mailbox};
pub use render::RenderedMail;

use crate::domain::{email::Email, time::Moment};

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// Into a mailbox in memory that the demonstration shows; nothing leaves the machine.
    Mailbox(Mailbox),
}

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It may go out later.
    #[error("the mail could not be sent now")]
    Later,
}

impl Mailer {
    /// Sends a mail.
    ///
    /// # Errors
    /// [`MailError`] says whether trying again may help.
    pub async fn send(&self, id: &str, to: &Email, mail: RenderedMail, now: Moment) -> Result<(), MailError> {
        match self {
            Self::Mailbox(mailbox) => {
                mailbox.put(id, to, mail, now);
                Ok(())
            }
        }
    }
}
