//! Signing in and out.

use serde_json::{Value, json};

use super::{
    super::operation::{Operation, group},
    public::price,
};
use crate::http::api::{
    me::MemberBody,
    sign_in::{SentAnswer, SignInBody, VerifiedAnswer, VerifyBody},
};

/// The group's name.
pub const TAG: &str = "Signing in";

/// Its operations.
pub fn list() -> Vec<Operation> {
    group(
        TAG,
        vec![
            Operation::post("/v1/sign-in", "requestSignIn", "Mails a link and a code")
                .about("The answer is the same for every address. Its cookie binds the code to this browser.")
                .reads::<SignInBody>(json!({ "email": "reader@example.org", "locale": "en" }))
                .answers::<SentAnswer>(202, "A mail is on its way", json!({ "sent": true, "expires_in": 900 }))
                .with(&["Set-Cookie", "Cache-Control"])
                .fails(&["origin_not_allowed", "rate_limited"]),
            Operation::post(
                "/v1/sign-in/verify",
                "verifySignIn",
                "Signs in by the mailed code, or by the link's token",
            )
            .about(
                "Codes and links work for 15 minutes and once. A code bears five wrong tries, and works only in the \
                     browser that asked.",
            )
            .reads::<VerifyBody>(json!({ "code": "481 207" }))
            .answers::<VerifiedAnswer>(200, "Signed in", json!({ "member": member(), "return_to": null }))
            .with(&["Set-Cookie", "Cache-Control"])
            .fails(&["origin_not_allowed", "code_wrong", "code_used", "link_used", "link_unknown", "code_expired"])
            .fails(&["other_browser", "too_many_attempts"]),
            Operation::post("/v1/sign-out", "signOut", "Ends the session")
                .answers_nothing(204, "Nobody is signed in any more")
                .with(&["Set-Cookie"])
                .fails(&["origin_not_allowed"])
                .asks(&["session", "none"]),
            Operation::get("/v1/me", "getMe", "The member who is signed in")
                .answers::<MemberBody>(200, "The member", member())
                .with(&["Cache-Control"])
                .fails(&["sign_in_required"])
                .asks(&["session"]),
        ],
    )
}

fn member() -> Value {
    json!({
        "id": "mem_019ab0c4d5e67f8090a1b2c3d4e5f607", "number": 7, "email": "reader@example.org", "name": null,
        "verified": true, "created_at": "2026-11-23T09:00:00Z",
        "entitlements": [{
            "id": "ent_019ab0c4d5e67f8090a1b2c3d4e5f607", "plan": "supporter", "source": "subscription",
            "from": "2026-11-23T09:00:00Z", "until": "2026-12-26T09:00:00Z", "gates": ["members"],
        }],
        "subscription": {
            "id": "mbs_019ab0c4d5e67f8090a1b2c3d4e5f607", "plan": "supporter", "price": price(), "state": "active",
            "current_period_end": "2026-12-23T09:00:00Z", "cancel_at": null,
            "next_payment": { "at": "2026-12-23T09:00:00Z", "amount_minor": 350, "currency": "EUR" },
        },
    })
}
