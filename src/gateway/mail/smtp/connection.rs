//! One conversation with the mail server: connect, encrypt, sign in, hand over.
//!
//! Every step is bounded: the library's own bound covers connecting alone. Whoever is cut off drops the connection, since
//! nobody knows how much of it the server has heard.

use std::{future::Future, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error as WireError,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Noop, Rcpt},
        extension::ClientId,
    },
};
use tokio::time::timeout;

use super::{
    error::{Cause, SmtpError, Stage},
    settings::SmtpTls,
};

/// For how long a server is asked whether it is still there, and told that we leave.
const COURTESY: Duration = Duration::from_secs(3);

/// How to connect.
pub(super) struct Dial {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub parameters: TlsParameters,
    pub credentials: Option<Credentials>,
    pub greeting: ClientId,
    pub timeout: Duration,
}

/// A mail in the words of SMTP.
pub(super) struct Parcel<'a> {
    pub from: &'a Address,
    pub to: &'a Address,
    pub content: &'a [u8],
}

/// A connection that is signed in.
pub(super) struct Connection(AsyncSmtpConnection);

impl Dial {
    /// Connects, encrypts and signs in.
    pub async fn connect(&self) -> Result<Connection, SmtpError> {
        let mut stage = Stage::Connect;
        let connected = timeout(self.timeout, self.connect_through(&mut stage)).await;
        match connected {
            Ok(connected) => connected,
            Err(_) => Err(SmtpError { stage, cause: Cause::Silent(self.timeout) }),
        }
    }

    async fn connect_through(&self, stage: &mut Stage) -> Result<Connection, SmtpError> {
        let failed = |stage: Stage| move |error: WireError| SmtpError { stage, cause: Cause::Wire(error) };
        let implicit = (self.tls == SmtpTls::Implicit).then(|| self.parameters.clone());
        let address = (self.host.as_str(), self.port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), &self.greeting, implicit, None);
        let mut wire = connecting.await.map_err(failed(*stage))?;
        if self.tls == SmtpTls::Starttls {
            *stage = Stage::Encrypt;
            if !wire.can_starttls() {
                return Err(SmtpError { stage: *stage, cause: Cause::NotOffered });
            }
            wire.starttls(self.parameters.clone(), &self.greeting).await.map_err(failed(*stage))?;
        }
        if let Some(credentials) = &self.credentials {
            *stage = Stage::SignIn;
            wire.auth(DEFAULT_MECHANISMS, credentials).await.map_err(failed(*stage))?;
        }
        Ok(Connection(wire))
    }
}

impl Connection {
    /// Whether the server is still there.
    pub async fn is_alive(&mut self) -> bool {
        matches!(timeout(COURTESY, self.0.command(Noop)).await, Ok(Ok(_)))
    }

    /// Hands a mail over. After an error the connection is of no more use.
    pub async fn hand_over(&mut self, parcel: &Parcel<'_>, bound: Duration) -> Result<(), SmtpError> {
        let mut stage = Stage::Sender;
        match timeout(bound, self.speak(parcel, &mut stage)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(SmtpError { stage, cause: Cause::Wire(error) }),
            Err(_) => Err(SmtpError { stage, cause: Cause::Silent(bound) }),
        }
    }

    async fn speak(&mut self, parcel: &Parcel<'_>, stage: &mut Stage) -> Result<(), WireError> {
        self.0.command(Mail::new(Some(parcel.from.clone()), Vec::new())).await?;
        *stage = Stage::Recipient;
        self.0.command(Rcpt::new(parcel.to.clone(), Vec::new())).await?;
        *stage = Stage::Content;
        self.0.command(Data).await?;
        self.0.message(parcel.content).await?;
        Ok(())
    }

    /// Says goodbye, if the server listens.
    pub async fn leave(mut self) {
        bounded(self.0.abort()).await;
    }
}

async fn bounded(parting: impl Future<Output = ()>) {
    // Whether the server heard it makes no difference.
    let _ = timeout(COURTESY, parting).await;
}
