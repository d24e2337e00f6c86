//! The keys that sign tokens: the active one, and the next one published well before it signs.

use std::sync::{PoisonError, RwLock};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Serialize, de::DeserializeOwned};

use super::{AccessClaims, MasterSecret, PassClaims, PublicKey, SecretError};
use crate::domain::{entropy::Entropy, time::Moment};

/// The `typ` of access tokens.
const ACCESS_TYPE: &str = "at+jwt";
/// The `typ` of passes.
const PASS_TYPE: &str = "masthead-pass+jwt";
/// How far the clock of whoever made a token may be ahead of ours, in seconds; ours are made on this very clock.
const LEEWAY_SECONDS: u64 = 5;

/// A signing key as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// The key's id.
    pub kid: String,
    /// What everybody may know of it.
    pub public: PublicKey,
    /// Its PKCS#8, sealed under the master secret.
    pub private_sealed: String,
    /// When it was made, by the wall clock.
    pub created_at: Moment,
    /// From when it signs, by the wall clock.
    pub signs_from: Moment,
}

/// Why a token could not be made or is not believed.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum TokenError {
    /// There is no key that signs yet.
    #[error("there is no key to sign with")]
    NoKey,
    /// A key cannot be used.
    #[error("a signing key cannot be used")]
    BadKey,
    /// The token is not one of ours, is another site's, or has ended.
    #[error("the token is not valid")]
    Invalid,
}

struct LoadedKey {
    kid: String,
    public: PublicKey,
    signs_from: Moment,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// The keys in use.
#[derive(Default)]
pub struct Keyring {
    keys: RwLock<Vec<LoadedKey>>,
}

/// Makes a key that signs from a moment on.
///
/// # Errors
/// [`TokenError::BadKey`] when the library refuses.
pub fn make_key(
    secret: &MasterSecret,
    entropy: &dyn Entropy,
    now: Moment,
    signs_from: Moment,
) -> Result<SigningKey, TokenError> {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .map_err(|_| TokenError::BadKey)?;
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).map_err(|_| TokenError::BadKey)?;
    // An uncompressed point: a byte 4, then both coordinates of 32 bytes.
    let point = pair.public_key().as_ref();
    let (x, y) = point.get(1..65).map(|both| both.split_at(32)).ok_or(TokenError::BadKey)?;
    let id: [u8; 9] = crate::domain::entropy::bytes(entropy);
    let kid = URL_SAFE_NO_PAD.encode(id);
    let public = PublicKey {
        kty: "EC".to_owned(),
        crv: "P-256".to_owned(),
        alg: "ES256".to_owned(),
        usage: "sig".to_owned(),
        kid: kid.clone(),
        x: URL_SAFE_NO_PAD.encode(x),
        y: URL_SAFE_NO_PAD.encode(y),
    };
    let private_sealed = secret.seal(pkcs8.as_ref(), entropy).map_err(|_| TokenError::BadKey)?;
    Ok(SigningKey { kid, public, private_sealed, created_at: now, signs_from })
}

impl Keyring {
    /// Takes the stored keys in the place of those it has.
    ///
    /// # Errors
    /// [`SecretError::Sealed`] when a key was sealed under another master secret: then nothing is changed.
    pub fn load(&self, stored: &[SigningKey], secret: &MasterSecret) -> Result<(), SecretError> {
        let mut keys: Vec<LoadedKey> = Vec::new();
        for key in stored {
            let pkcs8 = secret.open(&key.private_sealed)?;
            keys.push(LoadedKey {
                kid: key.kid.clone(),
                signs_from: key.signs_from,
                encoding: EncodingKey::from_ec_der(&pkcs8),
                decoding: DecodingKey::from_ec_components(&key.public.x, &key.public.y)
                    .map_err(|_| SecretError::Sealed)?,
                public: key.public.clone(),
            });
        }
        keys.sort_by_key(|key| key.signs_from);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Whether it holds exactly these keys, each with the moment from which it signs.
    pub fn holds(&self, keys: &[(&str, Moment)]) -> bool {
        let held = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let alike = |(kid, signs_from): &(&str, Moment)| {
            held.iter().any(|key| key.kid == *kid && key.signs_from == *signs_from)
        };
        held.len() == keys.len() && keys.iter().all(alike)
    }

    /// The public keys, those that will sign among them.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).iter().map(|key| key.public.clone()).collect()
    }

    /// Signs an access token.
    ///
    /// # Errors
    /// [`TokenError::NoKey`].
    pub fn sign_access(&self, claims: &AccessClaims, now: Moment) -> Result<String, TokenError> {
        self.sign(ACCESS_TYPE, claims, now)
    }

    /// Signs a pass.
    ///
    /// # Errors
    /// [`TokenError::NoKey`].
    pub fn sign_pass(&self, claims: &PassClaims, now: Moment) -> Result<String, TokenError> {
        self.sign(PASS_TYPE, claims, now)
    }

    fn sign(&self, kind: &str, claims: &impl Serialize, now: Moment) -> Result<String, TokenError> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        // The newest key whose time has come.
        let key = keys.iter().rev().find(|key| key.signs_from <= now).ok_or(TokenError::NoKey)?;
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(kind.to_owned());
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.encoding).map_err(|_| TokenError::BadKey)
    }

    /// Verifies an access token that we issued for a site.
    ///
    /// # Errors
    /// [`TokenError::Invalid`].
    pub fn verify_access(
        &self,
        token: &str,
        issuer: &str,
        audiences: &[&str],
        now: Moment,
    ) -> Result<AccessClaims, TokenError> {
        let claims: AccessClaims = self.verify(token, ACCESS_TYPE, issuer, audiences)?;
        // The library compares with the machine's clock; ours is an argument.
        if claims.exp <= now.seconds() { Err(TokenError::Invalid) } else { Ok(claims) }
    }

    fn verify<C: DeserializeOwned>(
        &self,
        token: &str,
        kind: &str,
        issuer: &str,
        audiences: &[&str],
    ) -> Result<C, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        if header.alg != Algorithm::ES256 || header.typ.as_deref() != Some(kind) {
            return Err(TokenError::Invalid);
        }
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.iter().find(|key| header.kid.as_deref() == Some(&key.kid)).ok_or(TokenError::Invalid)?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[issuer]);
        validation.set_audience(audiences);
        jsonwebtoken::decode(token, &key.decoding, &validation).map(|data| data.claims).map_err(|_| TokenError::Invalid)
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(…)")
    }
}
