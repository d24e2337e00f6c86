//! Secrets and signatures: the master secret outside the database, sign-in links and codes, access tokens and passes.

mod claims;
mod jwks;
mod keyring;
mod secret;

pub use claims::{AccessClaims, PassClaims};
pub use jwks::{JWKS_MAX_AGE_SECONDS, PublicKey};
pub use keyring::{Keyring, SigningKey, TokenError, make_key};
pub use secret::{MasterSecret, SecretError};
