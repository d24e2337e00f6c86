//! The master secret: it stays outside the database, so that a stolen database yields no link, no code and no signature.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    constant_time, hmac,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::domain::{
    entropy::{self, Entropy},
    gift::GiftCode,
    id::{AttemptId, GiftId},
};

/// The fewest bytes of a master secret.
const SECRET_MIN_BYTES: usize = 32;
/// How many bytes of a link's signature are kept: 160 bits.
const LINK_MAC_BYTES: usize = 20;

/// The secret that everything else is derived from.
pub struct MasterSecret {
    links: hmac::Key,
    codes: hmac::Key,
    pseudonyms: hmac::Key,
    gifts: hmac::Key,
    sealing: [u8; 32],
}

/// Why a secret is of no use.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SecretError {
    /// Fewer than 32 bytes.
    #[error("the master secret must have at least 32 bytes")]
    TooShort,
    /// What was sealed was sealed under another secret, or is damaged.
    #[error("this was sealed under another master secret, or is damaged")]
    Sealed,
}

impl MasterSecret {
    /// Takes the secret's bytes.
    ///
    /// # Errors
    /// [`SecretError::TooShort`].
    pub fn new(bytes: &[u8]) -> Result<Self, SecretError> {
        if bytes.len() < SECRET_MIN_BYTES {
            return Err(SecretError::TooShort);
        }
        let key = |label: &str| hmac::Key::new(hmac::HMAC_SHA256, &derive(bytes, label));
        Ok(Self {
            links: key("sign-in link"),
            codes: key("sign-in code"),
            pseudonyms: key("pseudonym"),
            gifts: key("gift code"),
            sealing: derive(bytes, "sealing of private keys"),
        })
    }

    /// The token in a sign-in link: the attempt's id and its signature.
    pub fn link_token(&self, attempt_id: &AttemptId) -> String {
        let tag = hmac::sign(&self.links, attempt_id.as_str().as_bytes());
        let digits = attempt_id.as_str().trim_start_matches("att_");
        format!("{digits}{}", URL_SAFE_NO_PAD.encode(&tag.as_ref()[..LINK_MAC_BYTES]))
    }

    /// The attempt behind a link's token; none unless the signature is right.
    pub fn read_link_token(&self, token: &str) -> Option<AttemptId> {
        let digits = token.get(..32)?;
        let id = AttemptId::parse(&format!("att_{digits}")).ok()?;
        let expected = self.link_token(&id);
        constant_time::verify_slices_are_equal(expected.as_bytes(), token.as_bytes()).is_ok().then_some(id)
    }

    /// The six digits of an attempt.
    pub fn code(&self, attempt_id: &AttemptId) -> String {
        let tag = hmac::sign(&self.codes, attempt_id.as_str().as_bytes());
        let number = tag.as_ref()[..8].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        // 2^64 is so much larger than a million that no code is more likely than another by more than 10^-13.
        format!("{:06}", number % 1_000_000)
    }

    /// Whether these are the six digits of an attempt; compared in constant time.
    pub fn is_code(&self, attempt_id: &AttemptId, typed: &str) -> bool {
        constant_time::verify_slices_are_equal(self.code(attempt_id).as_bytes(), typed.as_bytes()).is_ok()
    }

    /// The code of a gift.
    pub fn gift_code(&self, gift_id: &GiftId) -> GiftCode {
        let tag = hmac::sign(&self.gifts, gift_id.as_str().as_bytes());
        GiftCode::from_bytes(tag.as_ref().first_chunk().unwrap_or(&[0; GiftCode::BYTES]))
    }

    /// What is stored of a gift's code: it finds the gift and yields no code.
    pub fn gift_hash(&self, code: &GiftCode) -> String {
        self.pseudonym(&format!("gift {code}"))
    }

    /// A name for an address or client that says nothing about it without this secret.
    pub fn pseudonym(&self, text: &str) -> String {
        let tag = hmac::sign(&self.pseudonyms, text.as_bytes());
        URL_SAFE_NO_PAD.encode(&tag.as_ref()[..16])
    }

    /// Encrypts a private key for the database.
    pub fn seal(&self, plain: &[u8], entropy: &dyn Entropy) -> Result<String, SecretError> {
        let nonce: [u8; NONCE_LEN] = entropy::bytes(entropy);
        let mut sealed = plain.to_vec();
        self.sealing_key()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_| SecretError::Sealed)?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// Decrypts a private key from the database.
    ///
    /// # Errors
    /// [`SecretError::Sealed`].
    pub fn open(&self, sealed: &str) -> Result<Vec<u8>, SecretError> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SecretError::Sealed)?;
        let (nonce, body) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(SecretError::Sealed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SecretError::Sealed)?;
        let plain = self.sealing_key()?.open_in_place(nonce, Aad::empty(), body).map_err(|_| SecretError::Sealed)?;
        Ok(plain.to_vec())
    }

    fn sealing_key(&self) -> Result<LessSafeKey, SecretError> {
        UnboundKey::new(&AES_256_GCM, &self.sealing).map(LessSafeKey::new).map_err(|_| SecretError::Sealed)
    }
}

impl std::fmt::Debug for MasterSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterSecret(…)")
    }
}

/// One key for each use: HMAC-SHA256 of the use's name under the secret.
fn derive(secret: &[u8], label: &str) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), format!("masthead/1/{label}").as_bytes());
    let mut key = [0; 32];
    key.copy_from_slice(tag.as_ref());
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Moment;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            (0_u8..).zip(bytes).for_each(|(n, byte)| *byte = n);
        }
    }

    fn attempt(millis: i64) -> AttemptId {
        AttemptId::mint(Moment::from_millis(millis), &Counting)
    }

    #[test]
    fn a_link_reads_back_and_no_other_text_does() {
        let secret = MasterSecret::new(&[1; 32]).unwrap();
        let other = MasterSecret::new(&[2; 32]).unwrap();
        let token = secret.link_token(&attempt(1));
        assert_eq!(secret.read_link_token(&token), Some(attempt(1)));
        assert_eq!(other.read_link_token(&token), None);
        for end in 0..token.len() {
            assert_eq!(secret.read_link_token(&token[..end]), None);
        }
        assert_eq!(secret.read_link_token(&format!("{token}a")), None);
        assert_eq!(secret.read_link_token("é".repeat(40).as_str()), None);
    }

    #[test]
    fn a_code_is_six_digits_and_the_attempts_own() {
        let secret = MasterSecret::new(&[1; 32]).unwrap();
        let code = secret.code(&attempt(1));
        assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
        assert!(secret.is_code(&attempt(1), &code));
        assert!(!secret.is_code(&attempt(1), "") && !secret.is_code(&attempt(1), &format!("{code}0")));
        let codes: std::collections::BTreeSet<String> = (0..100).map(|n| secret.code(&attempt(n))).collect();
        assert!(codes.len() > 95);
    }

    #[test]
    fn what_is_sealed_opens_under_the_same_secret_alone() {
        let secret = MasterSecret::new(&[1; 32]).unwrap();
        let sealed = secret.seal(b"key", &Counting).unwrap();
        assert_eq!(secret.open(&sealed).unwrap(), b"key");
        assert_eq!(MasterSecret::new(&[2; 32]).unwrap().open(&sealed), Err(SecretError::Sealed));
        assert_eq!(secret.open(&sealed[1..]), Err(SecretError::Sealed));
        assert_eq!(MasterSecret::new(&[1; 31]).unwrap_err(), SecretError::TooShort);
    }
}
