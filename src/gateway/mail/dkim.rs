//! Signing mail (DKIM, RFC 6376), so that its recipient can tell that the domain vouches for it.
//!
//! Written here, since the mail library's own signer brings in an RSA whose time tells of the key (RUSTSEC-2023-0071): this
//! one signs by the library that also does TLS.

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    rsa,
    signature::{Ed25519KeyPair, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::smtp::{DkimSettings, SmtpSetupError};
use crate::domain::time::Moment;

/// The headers that are signed. Some stand once more than they occur, so that nobody can add another.
const SIGNED: [&str; 12] = [
    "from",
    "to",
    "subject",
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "auto-submitted",
    "mime-version",
    "content-type",
];

/// A key that signs.
pub(super) struct DkimKey {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(rsa::KeyPair),
    Ed25519(Ed25519KeyPair),
}

impl DkimKey {
    /// # Errors
    /// [`SmtpSetupError::DkimKey`] when the key is none that can sign.
    pub fn new(settings: &DkimSettings) -> Result<Self, SmtpSetupError> {
        let key = read(&settings.key_pem).ok_or(SmtpSetupError::DkimKey)?;
        Ok(Self { domain: settings.domain.clone(), selector: settings.selector.clone(), key })
    }

    /// The mail with a signature at its head; none if it has no body or signing fails.
    pub fn sign(&self, mail: Vec<u8>, now: Moment) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(&mail).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let headers = headers(head);
        let mut signed = signed_headers(&headers);
        let hash = STANDARD.encode(digest::digest(&digest::SHA256, relaxed_body(body).as_bytes()));
        let Self { domain, selector, key } = self;
        let (algorithm, at) = (key.algorithm(), now.seconds());
        let unsigned = format!(
            "v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s={selector};\r\n t={at}; h={};\r\n bh={hash};\r\n b=",
            SIGNED.join(":\r\n  ")
        );
        signed.push_str(&relaxed_header("DKIM-Signature", &unsigned));
        let signature = STANDARD.encode(key.sign(signed.as_bytes())?);
        // Seventy in a row, since lines are to be short.
        let lines: Vec<&str> =
            signature.as_bytes().chunks(70).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        Some(format!("DKIM-Signature: {unsigned}{}\r\n{text}", lines.join("\r\n  ")).into_bytes())
    }
}

impl Key {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa-sha256",
            Self::Ed25519(_) => "ed25519-sha256",
        }
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                // The random numbers blind the computation; the signature is the same each time.
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
                Some(signature)
            }
            // RFC 8463: what is signed is the hash.
            Self::Ed25519(key) => Some(key.sign(digest::digest(&digest::SHA256, message).as_ref()).as_ref().to_vec()),
        }
    }
}

/// A private key in PEM, in any of the forms that OpenSSL writes.
fn read(pem: &str) -> Option<Key> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let der = STANDARD.decode(body.split_whitespace().collect::<String>()).ok()?;
    match label {
        "RSA PRIVATE KEY" => rsa::KeyPair::from_der(&der).ok().map(Key::Rsa),
        "PRIVATE KEY" => match rsa::KeyPair::from_pkcs8(&der) {
            Ok(key) => Some(Key::Rsa(key)),
            Err(_) => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).ok().map(Key::Ed25519),
        },
        _ => None,
    }
}

/// Names and values, the lines that belong together in one.
fn headers(head: &str) -> Vec<(&str, &str)> {
    let mut headers = Vec::new();
    let mut start = 0;
    for (at, _) in head.match_indices("\r\n").chain([(head.len(), "")]) {
        if head[at..].starts_with("\r\n ") || head[at..].starts_with("\r\n\t") {
            continue;
        }
        headers.extend(head[start..at].split_once(':'));
        start = (at + 2).min(head.len());
    }
    headers
}

/// The headers that the signature covers. A name that has no header left is listed all the
/// same: adding one would break the signature.
fn signed_headers(headers: &[(&str, &str)]) -> String {
    let mut left: Vec<&(&str, &str)> = headers.iter().collect();
    let mut signed = String::new();
    for wanted in SIGNED {
        // From the last one up, as verifiers count.
        let Some(at) = left.iter().rposition(|(name, _)| name.eq_ignore_ascii_case(wanted)) else { continue };
        let (name, value) = left.remove(at);
        signed.push_str(&relaxed_header(name, value));
        signed.push_str("\r\n");
    }
    signed
}

fn relaxed_header(name: &str, value: &str) -> String {
    let words: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}", name.trim().to_ascii_lowercase(), words.join(" "))
}

fn relaxed_body(body: &str) -> String {
    let lines = body.split("\r\n").map(|line| {
        let squeezed: Vec<&str> = line.split([' ', '\t']).collect();
        let leads = squeezed.first().is_some_and(|first| first.is_empty()) && squeezed.len() > 1;
        let words: Vec<&str> = squeezed.into_iter().filter(|word| !word.is_empty()).collect();
        let line = words.join(" ");
        if leads && !line.is_empty() { format!(" {line}") } else { line }
    });
    let whole = lines.collect::<Vec<_>>().join("\r\n");
    let kept = whole.trim_end_matches("\r\n");
    if kept.is_empty() { String::new() } else { format!("{kept}\r\n") }
}
