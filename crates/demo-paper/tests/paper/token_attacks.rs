//! Tokens that somebody made up, spoilt, borrowed or kept too long open nothing.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Signer, Town, access_claims, now_unix_seconds, story_behind, unsigned};

const JWKS: &str = "/.well-known/jwks.json";

fn header() -> Value {
    json!({ "alg": "ES256", "typ": "at+jwt", "kid": "key-1" })
}

fn claims(town: &Town) -> Value {
    access_claims(town.masthead.url(), &["registered", "members"])
}

/// The same with one member changed, or taken away where the value is null.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    if value.is_null() {
        members.remove(name)
    } else {
        members.insert(name.to_owned(), value)
    };
    object
}

fn opens(page: &crate::support::Page) -> bool {
    page.leaks(&story_behind("members").rest).is_some()
}

/// Tries a token both ways, in the cookie and as a bearer.
async fn is_refused(town: &Town, token: &str) -> bool {
    let slug = story_behind("members").slug;
    let page = town.get_as(&format!("/stories/{slug}"), token).await;
    let body = town.body_with(&slug, token).await;
    assert_eq!(page.status, 200);
    let refused = body.status == 401 && body.text.contains("\"code\":\"token_invalid\"");
    !opens(&page) && !opens(&body) && refused
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_token_opens_or_these_tests_prove_nothing() {
    let town = Town::found().await;
    let token = town.masthead.signer().sign(&header(), &claims(&town));
    assert!(opens(&town.get_as(&format!("/stories/{}", story_behind("members").slug), &token).await));
    assert!(opens(&town.body_with(&story_behind("members").slug, &token).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_headers_are_refused_though_the_signature_is_true() {
    let town = Town::found().await;
    let changes = [
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("HS256")),
        ("alg", json!("RS256")),
        ("alg", json!("ES384")),
        ("alg", json!("es256")),
        ("alg", Value::Null),
        ("typ", json!("JWT")),
        ("typ", json!("AT+JWT")),
        ("typ", json!("masthead-pass+jwt")),
        ("typ", Value::Null),
        ("kid", json!("key-2")),
        ("kid", json!("")),
        ("kid", json!(1)),
        ("kid", Value::Null),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
    ];
    for (name, value) in changes {
        let token = town.masthead.signer().sign(&with(header(), name, value.clone()), &claims(&town));
        assert!(is_refused(&town, &token).await, "{name}: {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_claims_are_refused_though_the_signature_is_true() {
    let town = Town::found().await;
    let now = now_unix_seconds();
    let changes = [
        ("iss", json!("http://localhost:1")),
        ("iss", json!(format!("{}/", town.masthead.url()))),
        ("iss", json!([town.masthead.url()])),
        ("iss", Value::Null),
        ("aud", json!("another-paper")),
        ("aud", json!(["another-paper", "demo-paper"])),
        ("aud", Value::Null),
        ("client_id", json!("another-paper")),
        ("client_id", Value::Null),
        ("sub", Value::Null),
        ("sub", json!("cus_1")),
        ("jti", Value::Null),
        ("iat", Value::Null),
        ("iat", json!(now + 300)),
        ("exp", json!((now + 600).to_string())),
        ("exp", json!(now - 6)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("exp", json!((now + 600) as f64 + 0.5)),
        ("exp", Value::Null),
        ("scope", json!("profile")),
        ("scope", Value::Null),
        ("plans", Value::Null),
        ("gates", json!("members")),
        ("gates", json!({ "members": true })),
        ("gates", Value::Null),
    ];
    for (name, value) in changes {
        let token = town.masthead.signer().sign(&header(), &with(claims(&town), name, value.clone()));
        assert!(is_refused(&town, &token).await, "{name}: {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_signatures_are_refused() {
    let town = Town::found().await;
    let signer = town.masthead.signer();
    let good = signer.sign(&header(), &claims(&town));
    let (content, signature) = good.rsplit_once('.').expect("three parts");

    let none = unsigned(&with(header(), "alg", json!("none")), &claims(&town));
    // The public key is public: whoever lets the token choose the algorithm takes it for an HMAC secret.
    let confused = unsigned(&with(header(), "alg", json!("HS256")), &claims(&town));
    let hmac_with = |secret: &[u8]| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), confused.as_bytes());
        format!("{confused}.{}", URL_SAFE_NO_PAD.encode(tag))
    };
    let rsa_content = unsigned(&with(header(), "alg", json!("RS256")), &claims(&town));
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let mut rsa_signature = vec![0; rsa.public_modulus_len()];
    rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), rsa_content.as_bytes(), &mut rsa_signature).expect("signed");

    let attempts = [
        format!("{none}."),
        format!("{none}.{signature}"),
        none.clone(),
        hmac_with(&signer.public_bytes()),
        hmac_with(signer.jwk().to_string().as_bytes()),
        hmac_with(b""),
        format!("{rsa_content}.{}", URL_SAFE_NO_PAD.encode(rsa_signature)),
        format!("{content}."),
        content.to_owned(),
        format!("{content}.{}", URL_SAFE_NO_PAD.encode([0u8; 64])),
        format!("{good}.{signature}"),
        format!("{content}.{signature}AA"),
        // Somebody else's key under our key's name, with itself sent along for good measure.
        Signer::new("key-1").sign(&with(header(), "jwk", Signer::new("key-1").jwk()), &claims(&town)),
        "x".repeat(100_000).chars().take(6_000).collect(),
        "..".to_owned(),
    ];
    for token in attempts {
        assert!(is_refused(&town, &token).await, "{token}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_with_a_small_leeway() {
    let town = Town::found().await;
    let slug = story_behind("members").slug;
    let now = now_unix_seconds();
    let ended = |seconds_ago: i64| {
        let claims = with(with(claims(&town), "iat", json!(now - 600)), "exp", json!(now - seconds_ago));
        town.masthead.signer().sign(&header(), &claims)
    };
    assert!(opens(&town.body_with(&slug, &ended(1)).await), "a second is within the leeway");
    assert!(is_refused(&town, &ended(6)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_keys_are_looked_for_once_and_not_at_everybodys_wish() {
    let town = Town::found().await;
    let good = town.token(&["members"]);
    let slug = story_behind("members").slug;
    assert!(opens(&town.body_with(&slug, &good).await));
    assert_eq!(town.masthead.calls(JWKS), 1);
    for n in 0..40 {
        let stranger = Signer::new(&format!("made-up-{n}"));
        let token = stranger.access(&claims(&town));
        assert!(is_refused(&town, &token).await);
    }
    assert_eq!(town.masthead.calls(JWKS), 2, "one second look, whatever number of keys is made up");
    assert!(opens(&town.body_with(&slug, &good).await), "and those who are right notice nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_found_by_the_second_look() {
    let town = Town::found().await;
    let slug = story_behind("members").slug;
    assert!(opens(&town.body_with(&slug, &town.token(&["members"])).await));
    let next = Signer::new("key-2");
    town.masthead.publish(next.jwk());
    assert!(opens(&town.body_with(&slug, &next.access(&claims(&town))).await));
    assert_eq!(town.masthead.calls(JWKS), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_other_kinds_in_the_list_are_not_used() {
    let town = Town::found().await;
    for (name, value) in
        [("use", json!("enc")), ("alg", json!("ES384")), ("kty", json!("oct")), ("crv", json!("P-384"))]
    {
        let signer = Signer::new(&format!("odd-{name}"));
        town.masthead.publish(with(signer.jwk(), name, value));
        assert!(is_refused(&town, &signer.access(&claims(&town))).await, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// No token with a byte changed anywhere opens anything.
    #[test]
    fn an_altered_token_opens_nothing(places in proptest::collection::vec((any::<prop::sample::Index>(), "[A-Za-z0-9_-]"), 8)) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let town = Town::found().await;
            let good = town.token(&["registered", "members"]);
            for (place, letter) in places {
                let mut token = good.clone();
                let place = place.index(token.len());
                if token.get(place..=place) == Some(letter.as_str()) {
                    continue;
                }
                token.replace_range(place..=place, &letter);
                prop_assert!(is_refused(&town, &token).await, "{}", token);
            }
            Ok(())
        })?;
    }
}
