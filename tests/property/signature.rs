//! The gateway's signature: nothing but what a live secret has signed in time is believed, whatever is sent.

use aws_lc_rs::hmac;
use masthead::{
    domain::time::Moment,
    gateway::payment::signature::{SignatureError, TOLERANCE_SECONDS, verify},
};
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;

fn sign(secret: &str, at: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &[at.as_bytes(), b".", body].concat());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check(header: &str, body: &[u8], secrets: &[String]) -> Result<(), SignatureError> {
    verify(header, body, secrets, Moment::from_seconds(NOW))
}

/// Pieces of headers, right ones and wrong ones.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(format!("t={NOW}")),
        any::<i64>().prop_map(|at| format!("t={at}")),
        "[0-9a-f]{0,70}".prop_map(|hex| format!("v1={hex}")),
        "[0-9a-f]{64}".prop_map(|hex| format!("v0={hex}")),
        "\\PC{0,20}",
        Just("v1=".to_owned()),
        Just("t=".to_owned()),
        Just(format!("t={NOW} ")),
        Just(format!("t=+{NOW}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn fault_5_what_nobody_signed_is_never_believed(
        pieces in prop::collection::vec(piece(), 0..6),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assert!(check(&pieces.join(","), &body, &["whsec_live".to_owned()]).is_err());
    }

    #[test]
    fn fault_5_one_changed_byte_of_body_time_or_signature_is_refused(
        body in prop::collection::vec(any::<u8>(), 1..200),
        at in any::<prop::sample::Index>(),
        flip in 1_u8..,
        place in 0..3,
    ) {
        let (time, secrets) = (NOW.to_string(), ["whsec_live".to_owned()]);
        let good = format!("t={time},v1={}", sign("whsec_live", &time, &body));
        prop_assert_eq!(check(&good, &body, &secrets), Ok(()));
        let (mut header, mut changed) = (good.clone().into_bytes(), body.clone());
        match place {
            0 => changed[at.index(body.len())] ^= flip,
            1 => header[2 + at.index(time.len())] ^= flip,
            _ => {
                let start = good.len() - 64;
                let index = start + at.index(64);
                // The same digit in the other case is the same signature.
                if (header[index] ^ flip).eq_ignore_ascii_case(&header[index]) {
                    return Ok(());
                }
                header[index] ^= flip;
            }
        }
        prop_assert!(check(&String::from_utf8_lossy(&header), &changed, &secrets).is_err());
    }

    #[test]
    fn fault_6_any_live_secret_will_do_among_other_signatures_and_only_in_time(
        body in prop::collection::vec(any::<u8>(), 0..200),
        others in prop::collection::vec("[0-9a-f]{64}", 0..4),
        secrets in prop::collection::vec("whsec_[a-z]{8}", 1..4),
        which in any::<prop::sample::Index>(),
        age_seconds in -400_i64..400,
    ) {
        let time = (NOW - age_seconds).to_string();
        let secret = &secrets[which.index(secrets.len())];
        let mut parts: Vec<String> = others.iter().map(|hex| format!("v1={hex}")).collect();
        parts.insert(which.index(parts.len() + 1), format!("v1={}", sign(secret, &time, &body)));
        parts.insert(0, format!("t={time}"));
        let in_time = age_seconds.abs() <= TOLERANCE_SECONDS;
        let expected = if in_time { Ok(()) } else { Err(SignatureError::Stale) };
        prop_assert_eq!(check(&parts.join(","), &body, &secrets), expected);
        let retired = ["whsec_RETIRED".to_owned()];
        prop_assert_eq!(check(&parts.join(","), &body, &retired), Err(SignatureError::Invalid));
    }
}
