//! Real ES256 tokens, and every way of spoiling them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A signing key with its public half.
pub struct Signer {
    pub kid: String,
    pair: EcdsaKeyPair,
}

impl Signer {
    pub fn new(kid: &str) -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let document = document.expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).expect("a key");
        Self { kid: kid.to_owned(), pair }
    }

    /// As it stands in the JWKS.
    pub fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": x, "y": y })
    }

    /// The public point as raw bytes, for those who would use it as an HMAC secret.
    pub fn public_bytes(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    pub fn access(&self, claims: &Value) -> String {
        self.sign(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": self.kid }), claims)
    }

    pub fn pass(&self, claims: &Value) -> String {
        self.sign(&json!({ "alg": "ES256", "typ": "masthead-pass+jwt", "kid": self.kid }), claims)
    }

    /// Signs whatever it is given with a true ES256 signature.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let content = unsigned(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), content.as_bytes()).expect("a signature");
        format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Header and claims without a signature.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

pub fn now_unix_seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}

pub fn access_claims(issuer: &str, gates: &[&str]) -> Value {
    let mut claims = common(issuer);
    claims["plans"] = json!(["supporter"]);
    claims["gates"] = json!(gates);
    claims["scope"] = json!("gates");
    claims
}

pub fn pass_claims(issuer: &str, gate: &str, article: &str) -> Value {
    let mut claims = common(issuer);
    claims["gate"] = json!(gate);
    claims["article"] = json!(article);
    claims
}

fn common(issuer: &str) -> Value {
    let now = now_unix_seconds();
    json!({
        "iss": issuer, "aud": super::SITE, "client_id": super::SITE, "sub": "mem_0192f0c1a2b37c4d8e5f60718293a4b5",
        "jti": "tok_1", "iat": now, "exp": now + 600,
    })
}
