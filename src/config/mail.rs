//! How the service writes mail.

use std::path::PathBuf;

use serde::Deserialize;

use super::Fault;
use crate::domain::email::Email;

/// How values begin that stand in `config/production.example.toml` to be replaced.
const EXAMPLE: &str = "replace-me";
/// How the domains end that are nobody's.
const EXAMPLE_DOMAIN: &str = ".example";

/// How the service writes mail.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// The address that mail is from.
    pub from_address: String,
    /// The name beside it; empty means the newsroom's.
    pub from_name: String,
    /// Where answers go; empty means the address that mail is from.
    pub reply_to: String,
    /// The mail server's name.
    pub host: String,
    /// Its port; 0 means the usual one for the kind of encryption.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// The name to sign in with at the server; empty means that it is not needed.
    pub username: String,
    /// The password for it.
    pub password: String,
    /// A file of further certificates that are trusted; empty means none.
    pub ca_file: PathBuf,
    /// How long connecting may take, and then handing over one mail, in seconds.
    pub timeout_seconds: u64,
    /// How many mails are handed over at once.
    pub connections_max: usize,
    /// The domain that signs; empty means that of the address that mail is from.
    pub dkim_domain: String,
    /// Under which name the key's public half stands in DNS.
    pub dkim_selector: String,
    /// The private key that signs, in PEM; empty means that nothing is signed.
    pub dkim_key: String,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// After a word in the clear; a server that does not offer it is told nothing more.
    Starttls,
    /// From the first byte.
    Implicit,
    /// Not at all.
    None,
}

impl MailConfig {
    /// The port, where it is not given the usual one.
    pub fn port(&self) -> u16 {
        match (self.port, self.tls) {
            (0, MailTls::Starttls) => 587,
            (0, MailTls::Implicit) => 465,
            (0, MailTls::None) => 25,
            (port, _) => port,
        }
    }

    /// Everything that is missing or wrong for production.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let named = [
            ("mail.from_address", self.sender_fault()),
            ("mail.reply_to", self.reply_to_fault()),
            ("mail.host", self.host_fault()),
            ("mail.tls", self.tls_fault()),
            ("mail.username", self.username_fault()),
            ("mail.password", self.password_fault()),
            ("mail.ca_file", self.ca_fault()),
            ("mail.timeout_seconds", range_fault(self.timeout_seconds, 5, 120)),
            ("mail.connections_max", range_fault(self.connections_max as u64, 1, 50)),
            ("mail.dkim_selector", self.selector_fault()),
            ("mail.dkim_key", self.key_fault()),
        ];
        named.into_iter().filter_map(|(key, words)| Some(Fault::new(key, words?))).collect()
    }

    fn sender_fault(&self) -> Option<String> {
        let right = "the address that your mail is from, such as members@your-paper.org";
        match Email::parse(&self.from_address) {
            _ if self.from_address.is_empty() => Some(format!("is missing: {right}")),
            Ok(email) if email.key().ends_with(EXAMPLE_DOMAIN) => Some(format!("is still the example's: {right}")),
            Ok(_) => None,
            Err(error) => Some(format!("{error}: {right}")),
        }
    }

    fn reply_to_fault(&self) -> Option<String> {
        let error = Email::parse(&self.reply_to).err().filter(|_| !self.reply_to.is_empty())?;
        Some(format!("{error}: the address that answers go to, or nothing, would be right"))
    }

    fn host_fault(&self) -> Option<String> {
        let right = "the name of your mail server, such as smtp.your-provider.org";
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:".contains(letter);
        if self.host.is_empty() {
            Some(format!("is missing: {right}"))
        } else if self.host.starts_with(EXAMPLE) || self.host.ends_with(EXAMPLE_DOMAIN) {
            Some(format!("is still the example's: {right}"))
        } else if !self.host.chars().all(is_plain) {
            Some(format!("must be a name alone, without smtp:// and without spaces: {right}"))
        } else {
            None
        }
    }

    fn tls_fault(&self) -> Option<String> {
        let swapped = matches!((self.tls, self.port), (MailTls::Starttls, 465) | (MailTls::Implicit, 25 | 587));
        if self.tls == MailTls::None && !self.is_local() && !self.host.is_empty() {
            Some("is \"none\", so that anybody on the way reads the codes: \"starttls\" or \"implicit\"".to_owned())
        } else if swapped {
            Some(format!("does not go with port {}: \"implicit\" is for 465, \"starttls\" for 587", self.port))
        } else {
            None
        }
    }

    fn username_fault(&self) -> Option<String> {
        let lone = self.username.is_empty() && !self.password.is_empty();
        lone.then(|| "is missing beside a password".to_owned())
    }

    fn password_fault(&self) -> Option<String> {
        if self.password.starts_with(EXAMPLE) {
            Some("is still the example's".to_owned())
        } else if self.password.is_empty() && !self.username.is_empty() {
            Some("is missing beside a name, or in a file that mail.password_file names".to_owned())
        } else {
            None
        }
    }

    fn ca_fault(&self) -> Option<String> {
        let given = !self.ca_file.as_os_str().is_empty();
        (given && !self.ca_file.is_file()).then(|| format!("there is no file {}", self.ca_file.display()))
    }

    fn selector_fault(&self) -> Option<String> {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
        if !self.dkim_key.is_empty() && self.dkim_selector.is_empty() {
            Some("is missing beside a key: the name that its public half has in DNS".to_owned())
        } else if !self.dkim_selector.chars().all(is_plain) {
            Some("must be a name of letters, digits and hyphens".to_owned())
        } else {
            None
        }
    }

    fn key_fault(&self) -> Option<String> {
        let lone = self.dkim_key.is_empty() && !self.dkim_selector.is_empty();
        lone.then(|| "is missing beside a selector, or in a file that mail.dkim_key_file names".to_owned())
    }

    fn is_local(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

fn range_fault(value: u64, least: u64, most: u64) -> Option<String> {
    (value < least || value > most).then(|| format!("is {value}: from {least} to {most} would be right"))
}

impl std::fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailConfig(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn sound() -> MailConfig {
        let mut mail = Config::defaults().unwrap().mail;
        mail.from_address = "members@paper.org".to_owned();
        mail.host = "smtp.paper.org".to_owned();
        mail
    }

    /// The keys at fault once something is changed.
    fn faulty(change: impl FnOnce(&mut MailConfig)) -> Vec<String> {
        let mut mail = sound();
        change(&mut mail);
        mail.faults().into_iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn the_least_that_works_has_no_fault_and_the_defaults_miss_two_things() {
        assert_eq!(sound().faults(), []);
        let missing: Vec<String> = Config::defaults().unwrap().mail.faults().into_iter().map(|it| it.key).collect();
        assert_eq!(missing, ["mail.from_address", "mail.host"]);
    }

    #[test]
    fn the_usual_port_goes_with_the_encryption() {
        let port = |tls, port| MailConfig { tls, port, ..sound() }.port();
        assert_eq!((port(MailTls::Starttls, 0), port(MailTls::Implicit, 0), port(MailTls::None, 0)), (587, 465, 25));
        assert_eq!(port(MailTls::Starttls, 2525), 2525);
    }

    #[test]
    fn each_wrong_setting_is_named() {
        let text = |value: &str| value.to_owned();
        assert_eq!(faulty(|mail| mail.from_address = text("members")), ["mail.from_address"]);
        assert_eq!(faulty(|mail| mail.from_address = text("members@paper.example")), ["mail.from_address"]);
        assert_eq!(faulty(|mail| mail.reply_to = text("a@b")), ["mail.reply_to"]);
        assert_eq!(faulty(|mail| mail.host = text("smtp://mail.paper.org")), ["mail.host"]);
        assert_eq!(faulty(|mail| mail.host = text("smtp.provider.example")), ["mail.host"]);
        assert_eq!(faulty(|mail| mail.tls = MailTls::None), ["mail.tls"]);
        assert_eq!(faulty(|mail| (mail.tls, mail.host) = (MailTls::None, text("127.0.0.1"))), [""; 0]);
        assert_eq!(faulty(|mail| mail.port = 465), ["mail.tls"]);
        assert_eq!(faulty(|mail| (mail.tls, mail.port) = (MailTls::Implicit, 587)), ["mail.tls"]);
        assert_eq!(faulty(|mail| mail.password = text("secret")), ["mail.username"]);
        assert_eq!(faulty(|mail| mail.username = text("masthead")), ["mail.password"]);
        assert_eq!(faulty(|mail| mail.ca_file = "/nowhere/ca.pem".into()), ["mail.ca_file"]);
        assert_eq!(faulty(|mail| mail.timeout_seconds = 1), ["mail.timeout_seconds"]);
        assert_eq!(faulty(|mail| mail.connections_max = 0), ["mail.connections_max"]);
        assert_eq!(faulty(|mail| mail.dkim_selector = text("2026")), ["mail.dkim_key"]);
        assert_eq!(faulty(|mail| mail.dkim_key = text("-----BEGIN")), ["mail.dkim_selector"]);
        let both = |mail: &mut MailConfig| (mail.dkim_key, mail.dkim_selector) = (text("x"), text("a b"));
        assert_eq!(faulty(both), ["mail.dkim_selector"]);
    }
}
