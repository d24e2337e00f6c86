//! Mail by SMTP.

mod connection;
mod error;
mod settings;

use std::{
    fmt, fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lettre::{
    Address,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, TlsParameters},
        extension::ClientId,
    },
};
use tokio::{sync::Semaphore, time::Instant};

use super::{
    MailError, RenderedMail,
    compose::{Composed, Composer},
    dkim::DkimKey,
};
use crate::domain::{email::Email, time::Moment};
use connection::{Connection, Dial, Parcel};
use error::{Cause, Stage};
pub use error::{SmtpError, SmtpSetupError};
pub use settings::{DkimSettings, Sender, SmtpCredentials, SmtpSettings, SmtpTls};

/// For how long a connection may wait for the next mail: servers hang up on those that wait for minutes.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// Hands mail over to a server. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct SmtpMailer(Arc<Shared>);

struct Shared {
    dial: Dial,
    composer: Composer,
    connections_max: usize,
    /// As many may speak at once.
    free: Semaphore,
    idle: Mutex<Vec<(Connection, Instant)>>,
}

impl SmtpMailer {
    /// A gateway that has not connected yet.
    ///
    /// # Errors
    /// [`SmtpSetupError`] names what cannot be used.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SmtpSetupError> {
        let dkim = settings.dkim.as_ref().map(DkimKey::new).transpose()?;
        let composer = Composer::new(settings.sender.clone(), dkim)?;
        let credentials = settings.credentials.as_ref();
        let dial = Dial {
            host: settings.host.clone(),
            port: settings.port,
            tls: settings.tls,
            parameters: tls_parameters(&settings.host, settings.ca_file.as_deref())?,
            credentials: credentials.map(|it| Credentials::new(it.username.clone(), it.password.clone())),
            greeting: ClientId::Domain(settings.greeting.clone()),
            timeout: settings.timeout,
        };
        let connections_max = settings.connections_max.max(1);
        let (free, idle) = (Semaphore::new(connections_max), Mutex::default());
        Ok(Self(Arc::new(Shared { dial, composer, connections_max, free, idle })))
    }

    /// Connects, encrypts, signs in, and leaves again without a mail.
    ///
    /// # Errors
    /// [`SmtpError`] says how far it came, in the server's words.
    pub async fn check(&self) -> Result<(), SmtpError> {
        self.0.dial.connect().await?.leave().await;
        Ok(())
    }

    /// How many mails may be handed over at once.
    pub fn connections_max(&self) -> usize {
        self.0.connections_max
    }

    /// The longest that handing over one mail takes, connecting included.
    pub fn longest(&self) -> Duration {
        self.0.dial.timeout * 2 + IDLE_MAX
    }

    /// Hands a mail over.
    ///
    /// # Errors
    /// [`MailError`] says whether trying again may help.
    pub async fn send(&self, id: &str, to: &Email, mail: &RenderedMail, now: Moment) -> Result<(), MailError> {
        let unfit = || SmtpError { stage: Stage::Content, cause: Cause::Unfit };
        let Composed { from, to, content } = self.0.composer.compose(id, to, mail, now).ok_or_else(unfit)?;
        // The semaphore is never closed.
        let _turn = self.0.free.acquire().await.ok();
        let mut connection = self.connection().await?;
        let parcel = Parcel { from: &from, to: &to, content: &content };
        match connection.hand_over(&parcel, self.0.dial.timeout).await {
            Ok(()) => {
                self.idle().push((connection, Instant::now()));
                Ok(())
            }
            Err(error) => {
                if matches!(error.cause, Cause::Wire(_)) {
                    connection.leave().await;
                }
                Err(error.into())
            }
        }
    }

    /// A connection that waits and is alive, or a new one.
    async fn connection(&self) -> Result<Connection, SmtpError> {
        loop {
            let waiting = self.idle().pop();
            let Some((mut connection, since)) = waiting else { return self.0.dial.connect().await };
            if since.elapsed() < IDLE_MAX && connection.is_alive().await {
                return Ok(connection);
            }
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(Connection, Instant)>> {
        // Whoever panicked while holding it left whole connections behind.
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpMailer").field("host", &self.0.dial.host).finish_non_exhaustive()
    }
}

fn tls_parameters(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, SmtpSetupError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        let broken = |why: String| SmtpSetupError::Certificates(path.to_owned(), why);
        let pem = fs::read(path).map_err(|error| broken(error.to_string()))?;
        if !pem.windows(11).any(|part| part == b"-----BEGIN ") {
            return Err(broken("it is not PEM".to_owned()));
        }
        let certificate = Certificate::from_pem(&pem).map_err(|error| broken(error.to_string()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|error| match ca_file {
        Some(path) => SmtpSetupError::Certificates(path.to_owned(), error.to_string()),
        None => SmtpSetupError::Host(error.to_string()),
    })
}

/// An address as the wire carries it.
pub(super) fn wire_address(email: &Email) -> Option<Address> {
    let wire = email.wire();
    let (local, domain) = wire.rsplit_once('@')?;
    Address::new(local, domain).ok()
}
