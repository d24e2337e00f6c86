//! The mail gateway from the settings.

use std::time::Duration;

use crate::{
    config::{Config, MailConfig, MailTls},
    domain::email::{Email, EmailError},
    gateway::mail::{DkimSettings, Sender, SmtpCredentials, SmtpMailer, SmtpSettings, SmtpSetupError, SmtpTls},
};

/// Why the settings make no mail gateway.
#[derive(Debug, thiserror::Error)]
pub enum MailSetupError {
    /// An address is none.
    #[error("{0} {1}")]
    Address(&'static str, EmailError),
    /// Something else.
    #[error(transparent)]
    Smtp(#[from] SmtpSetupError),
}

/// The gateway that the settings describe. It has not connected yet: [`SmtpMailer::check`] does.
///
/// # Errors
/// [`MailSetupError`] says what cannot be used.
pub fn smtp_mailer(config: &Config) -> Result<SmtpMailer, MailSetupError> {
    Ok(SmtpMailer::new(&settings(config)?)?)
}

fn settings(config: &Config) -> Result<SmtpSettings, MailSetupError> {
    let mail = &config.mail;
    let sender = sender(mail)?;
    let dkim = (!mail.dkim_key.is_empty()).then(|| dkim(mail, &sender));
    Ok(SmtpSettings {
        host: mail.host.clone(),
        port: mail.port(),
        tls: match mail.tls {
            MailTls::Starttls => SmtpTls::Starttls,
            MailTls::Implicit => SmtpTls::Implicit,
            MailTls::None => SmtpTls::None,
        },
        credentials: (!mail.username.is_empty())
            .then(|| SmtpCredentials { username: mail.username.clone(), password: mail.password.clone() }),
        ca_file: Some(mail.ca_file.clone()).filter(|path| !path.as_os_str().is_empty()),
        greeting: config.http.base_url.host_str().unwrap_or("localhost").to_owned(),
        timeout: Duration::from_secs(mail.timeout_seconds),
        connections_max: mail.connections_max,
        sender,
        dkim,
    })
}

fn sender(mail: &MailConfig) -> Result<Sender, MailSetupError> {
    let parse = |key, text: &str| Email::parse(text).map_err(|error| MailSetupError::Address(key, error));
    let reply_to = match mail.reply_to.as_str() {
        "" => None,
        text => Some(parse("mail.reply_to", text)?),
    };
    Ok(Sender {
        address: parse("mail.from_address", &mail.from_address)?,
        name: Some(mail.from_name.clone()).filter(|name| !name.is_empty()),
        reply_to,
    })
}

fn dkim(mail: &MailConfig, sender: &Sender) -> DkimSettings {
    let own = sender.address.key().rsplit_once('@').map_or("", |(_, domain)| domain);
    let domain = if mail.dkim_domain.is_empty() { own } else { &mail.dkim_domain };
    let (selector, key_pem) = (mail.dkim_selector.clone(), mail.dkim_key.clone());
    DkimSettings { domain: domain.to_owned(), selector, key_pem }
}
