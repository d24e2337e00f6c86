//! A mail as bytes: headers, two parts, signature. The same mail is the same bytes whenever it is composed at the same time.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address, Message,
    message::{
        Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue},
    },
};

use super::{
    RenderedMail,
    dkim::DkimKey,
    smtp::{Sender, SmtpSetupError, wire_address},
};
use crate::domain::{email::Email, time::Moment};

/// The longest subject, in characters; a longer one is cut.
const SUBJECT_MAX_CHARS: usize = 150;
/// The longest name beside an address, in characters.
const NAME_MAX_CHARS: usize = 70;

/// Composes mail from one sender.
pub(super) struct Composer {
    sender: Sender,
    from: Address,
    reply_to: Option<Address>,
    dkim: Option<DkimKey>,
}

/// A mail, ready for the wire.
pub(super) struct Composed {
    pub from: Address,
    pub to: Address,
    pub content: Vec<u8>,
}

/// Whoever answers by machine is told not to (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Composer {
    /// # Errors
    /// [`SmtpSetupError::Sender`] when an address is none that SMTP carries.
    pub fn new(sender: Sender, dkim: Option<DkimKey>) -> Result<Self, SmtpSetupError> {
        let from = wire_address(&sender.address).ok_or(SmtpSetupError::Sender)?;
        let reply_to = match &sender.reply_to {
            Some(email) => Some(wire_address(email).ok_or(SmtpSetupError::Sender)?),
            None => None,
        };
        Ok(Self { sender, from, reply_to, dkim })
    }

    /// The mail; none when the address is none that SMTP carries. `id` names the mail for good: the same id is the same
    /// Message-ID, so that a mail that arrives twice can be told.
    pub fn compose(&self, id: &str, to: &Email, mail: &RenderedMail, now: Moment) -> Option<Composed> {
        let to = wire_address(to)?;
        let name = self.sender.name.as_deref().unwrap_or(&mail.newsroom);
        // A name of signs alone is none, and mail programs stumble over it.
        let name = Some(short(name, NAME_MAX_CHARS)).filter(|name| name.chars().any(char::is_alphanumeric));
        let mut message = Message::builder()
            .message_id(Some(format!("<{id}@{}>", self.from.domain())))
            .date(UNIX_EPOCH + Duration::from_millis(u64::try_from(now.millis()).unwrap_or(0)))
            .from(Mailbox::new(name, self.from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(short(&mail.subject, SUBJECT_MAX_CHARS))
            .header(AutoSubmitted);
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(Mailbox::new(None, reply_to.clone()));
        }
        let parts = MultiPart::alternative()
            .boundary(format!("=_{id}"))
            .singlepart(part(ContentType::TEXT_PLAIN, &mail.text))
            .singlepart(part(ContentType::TEXT_HTML, &mail.html));
        let mut content = message.multipart(parts).ok()?.formatted();
        if let Some(dkim) = &self.dkim {
            content = dkim.sign(content, now)?;
        }
        Some(Composed { from: self.from.clone(), to, content })
    }
}

/// A part whose lines are short whatever is in it.
fn part(kind: ContentType, text: &str) -> SinglePart {
    let encoding = ContentTransferEncoding::QuotedPrintable;
    // Whatever can be said can be said in quoted-printable; the other arm is what the library would have chosen.
    let body = Body::new_with_encoding(text.to_owned(), encoding).unwrap_or_else(Body::new);
    SinglePart::builder().header(kind).body(body)
}

/// One line of at most so many characters, with single blanks between words.
fn short(text: &str, chars_max: usize) -> String {
    let words =
        text.split(|letter: char| letter.is_control() || letter.is_whitespace()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(chars_max) {
        None => line,
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
    }
}
