//! E-mail addresses, parsed strictly at the door.

use std::fmt;

/// The longest address that SMTP carries, in bytes.
pub const EMAIL_MAX_BYTES: usize = 254;
const LOCAL_MAX_BYTES: usize = 64;

/// An address that can be written to. `Debug` hides it, so that it stays out of logs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email {
    text: String,
    key: String,
}

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum EmailError {
    /// There is nothing.
    #[error("is empty")]
    Empty,
    /// More than [`EMAIL_MAX_BYTES`] bytes, or more than 64 before the @.
    #[error("is longer than an e-mail address can be")]
    TooLong,
    /// A control character, white space, or a character that no plain address has.
    #[error("has a character that an e-mail address cannot have")]
    Character,
    /// Anything else: no @, no dot in the domain, dots in a row.
    #[error("is not an e-mail address such as name@example.org")]
    Form,
}

impl Email {
    /// Reads an address; spaces around it are cut off. Quoted local parts and address literals are refused.
    ///
    /// # Errors
    /// [`EmailError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        if text.len() > EMAIL_MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError::Form)?;
        check_local(local)?;
        let ascii_domain = ascii_domain(domain)?;
        if local.len() + 1 + ascii_domain.len() > EMAIL_MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        let key = format!("{}@{ascii_domain}", local.to_ascii_lowercase());
        Ok(Self { text: text.to_owned(), key })
    }

    /// The address as typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What two spellings of the same address share: lower case, the domain in ASCII. Tags (`name+tag@`) stay apart.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The address as mail servers take it: the local part as typed, the domain in ASCII.
    pub fn wire(&self) -> String {
        // Both were parsed from an address with an @.
        let local = self.text.rsplit_once('@').map_or("", |(local, _)| local);
        let domain = self.key.rsplit_once('@').map_or("", |(_, domain)| domain);
        format!("{local}@{domain}")
    }

    /// The address with most letters hidden: `o…@example.org`, for pages that others may see.
    pub fn masked(&self) -> String {
        match self.text.rsplit_once('@') {
            Some((local, domain)) => {
                let first: String = local.chars().take(1).collect();
                format!("{first}…@{domain}")
            }
            None => "…".to_owned(),
        }
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

fn check_local(local: &str) -> Result<(), EmailError> {
    if local.is_empty() || local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(EmailError::Form);
    }
    if local.len() > LOCAL_MAX_BYTES {
        return Err(EmailError::TooLong);
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if local.chars().all(allowed) { Ok(()) } else { Err(EmailError::Character) }
}

fn ascii_domain(domain: &str) -> Result<String, EmailError> {
    if domain.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(EmailError::Character);
    }
    let host = url::Host::parse(domain).map_err(|_| EmailError::Form)?;
    let url::Host::Domain(ascii) = host else { return Err(EmailError::Form) };
    let labels: Vec<&str> = ascii.split('.').collect();
    let label_is_plain = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if labels.len() >= 2 && labels.iter().all(label_is_plain) { Ok(ascii) } else { Err(EmailError::Form) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_share_a_key_and_tags_do_not() {
        let key = |text: &str| Email::parse(text).unwrap().key().to_owned();
        assert_eq!(key("Olena@Example.ORG"), key(" olena@example.org "));
        assert_eq!(key("o@bücher.example"), key("o@xn--bcher-kva.example"));
        assert_ne!(key("olena+a@example.org"), key("olena@example.org"));
    }

    #[test]
    fn refuses_each_malformed_address_with_its_reason() {
        let long = format!("{}@example.org", "a".repeat(65));
        let cases = [
            ("", EmailError::Empty),
            ("olena", EmailError::Form),
            ("@example.org", EmailError::Form),
            ("olena@localhost", EmailError::Form),
            ("olena@[127.0.0.1]", EmailError::Form),
            ("olena@127.0.0.1", EmailError::Form),
            ("o..l@example.org", EmailError::Form),
            ("a@b@example.org", EmailError::Character),
            ("o l@example.org", EmailError::Character),
            ("olena@exa mple.org", EmailError::Character),
            ("olena@example.org\r\nBcc: x@example.org", EmailError::Character),
            ("ole\0na@example.org", EmailError::Character),
            (long.as_str(), EmailError::TooLong),
        ];
        for (text, error) in cases {
            assert_eq!(Email::parse(text), Err(error), "{text:?}");
        }
        assert_eq!(Email::parse(&format!("a@{}.org", "b.".repeat(200))), Err(EmailError::TooLong));
    }

    #[test]
    fn debug_hides_the_address() {
        assert_eq!(format!("{:?}", Email::parse("olena@example.org").unwrap()), "Email(…)");
        assert_eq!(Email::parse("olena@example.org").unwrap().masked(), "o…@example.org");
    }
}
