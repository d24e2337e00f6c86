//! Tokens and decisions for the newsroom's websites.

use serde_json::{Value, json};

use super::{
    super::{
        BASE_URL,
        operation::{Operation, group},
    },
    public::price,
};
use crate::http::api::{
    access::{AccessAnswer, AccessBody},
    continue_site::ExchangeBody,
    token::{TokenAnswer, TokenBody},
};

/// The group's name.
pub const TAG: &str = "Reading";

/// Its operations.
pub fn list() -> Vec<Operation> {
    group(TAG, vec![token(), access(), authorize_request(), start_continue(), exchange()])
}

fn token() -> Operation {
    Operation::post("/v1/token", "issueToken", "An access token for the session, for one site")
        .about("Scripts of registered origins may call it with cookies. The token holds for ten minutes at most.")
        .reads::<TokenBody>(json!({ "site": "demo-paper" }))
        .answers::<TokenAnswer>(200, "The token", issued())
        .with(&["Cache-Control"])
        .fails(&["sign_in_required", "origin_not_allowed"])
        .asks(&["session"])
}

fn access() -> Operation {
    let answer = json!({
        "decision": "join", "reason": "no_entitlement",
        "offer": {
            "from": price(), "join_url": format!("{BASE_URL}/join?campaign=25000-members"), "count": 24601,
            "goal": 25000,
        },
    });
    Operation::post("/v1/access", "checkAccess", "Whether one article behind one gate opens for this reader")
        .about("A pass is for one article behind one gate: compare both with your own page, never with what the browser sent.")
        .reads::<AccessBody>(json!({ "gate": "members", "article": "https://paper.example/stories/harbour-wall" }))
        .answers::<AccessAnswer>(200, "The decision", answer)
        .with(&["Cache-Control"])
        .fails(&["invalid_token", "unknown_gate", "origin_not_allowed"])
        .tells(&[(401, "WWW-Authenticate")])
        .asks(&["session", "access_token", "none"])
}

fn authorize_request() -> Operation {
    Operation::get("/v1/authorize-request", "authorizeRequest", "For nginx auth_request and forward-auth")
        .about("Only a proxy that overwrites `X-Gate` and `X-Original-URI` can trust the answer.")
        .takes(&["Gate", "OriginalUri"])
        .answers_nothing(204, "The gate opens")
        .with(&["Cache-Control", "X-Member", "X-Plan", "X-Gates"])
        .fails(&["sign_in_required", "entitlement_required", "unknown_gate", "invalid_input"])
        .tells(&[(401, "X-Offer-Url"), (403, "X-Offer-Url")])
        .asks(&["session", "access_token", "none"])
}

fn start_continue() -> Operation {
    Operation::get("/v1/continue", "startContinue", "Carries a sign-in to a website on another domain")
        .about(
            "For the reader's browser to go to. What is wrong is told on a page, never by a redirect: an address that is not \
             registered gets nobody sent to it.",
        )
        .takes(&["Site", "ReturnTo", "SiteState", "CodeChallenge", "Prompt"])
        .answers_nothing(303, "Back to `return_to` with `code` and `state`, or to sign in")
        .with(&["Location", "Cache-Control"])
        .fails_by_page(&["unknown_site", "return_to_not_allowed", "invalid_input"])
        .asks(&["session", "none"])
}

fn exchange() -> Operation {
    let body = json!({
        "site": "demo-paper", "code": "u3Vn0dWq", "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        "return_to": "https://paper.example/signed-in",
    });
    Operation::post("/v1/continue/exchange", "exchangeCode", "A token for the code that a reader brought")
        .about("From the site's server. A code works once, within 60 seconds.")
        .reads::<ExchangeBody>(body)
        .answers::<TokenAnswer>(200, "The token", issued())
        .with(&["Cache-Control"])
        .fails(&["continue_code_invalid"])
}

fn issued() -> Value {
    json!({
        "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IjIwMjYtMTEtMjMtYSJ9.e30.c2lnbmF0dXJl",
        "token_type": "Bearer", "expires_in": 600, "gates": ["registered", "members"],
        "member": { "id": "mem_019ab0c4d5e67f8090a1b2c3d4e5f607", "number": 7 },
    })
}
