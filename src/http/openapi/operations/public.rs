//! For scripts of every website.

use serde_json::{Value, json};

use super::super::{
    BASE_URL,
    operation::{Operation, group},
};
use crate::{
    flow::read_counter::PublicCampaign,
    http::api::{jwks::KeySet, paging::Page, plans::PlanBody},
};

/// The group's name.
pub const TAG: &str = "Public";

/// Its operations.
pub fn list() -> Vec<Operation> {
    let open = ["Cache-Control", "Access-Control-Allow-Origin"];
    group(
        TAG,
        vec![
            Operation::get("/v1/campaigns", "listCampaigns", "The public campaigns, the newest first")
                .takes(&["Limit", "Cursor"])
                .answers::<Page<PublicCampaign>>(200, "A page of campaigns", page(campaign()))
                .with(&open)
                .fails(&["invalid_input"]),
            Operation::get("/v1/campaigns/{slug}", "getCampaign", "One campaign with its counter")
                .about("Poll it: the answer is a second old at most, and 304 costs next to nothing.")
                .takes(&["Slug", "IfNoneMatch"])
                .answers::<PublicCampaign>(200, "The campaign", campaign())
                .with(&open)
                .with(&["ETag"])
                .answers_nothing(304, "The caller has these very bytes")
                .with(&open)
                .with(&["ETag"])
                .fails(&["unknown_campaign"]),
            Operation::get("/v1/campaigns/{slug}/fragment.html", "getFragment", "The counter as HTML")
                .about("For edge includes and for servers in any language.")
                .takes(&["Slug", "Variant", "Theme", "Locale", "For", "Style", "IfNoneMatch"])
                .answers_text(200, "text/html", "The counter", "<masthead-counter></masthead-counter>")
                .with(&open)
                .with(&["ETag"])
                .answers_nothing(304, "The caller has these very bytes")
                .with(&open)
                .with(&["ETag"])
                .fails(&["unknown_campaign", "invalid_input"]),
            script("/masthead.js", "getModule", "The browser module", "text/javascript", "export {};"),
            script("/masthead.css", "getStyles", "The browser module's styles", "text/css", ":root {}"),
            Operation::get(
                "/v1/plans",
                "listPlans",
                "What is on sale: plans with their prices and the gates they open",
            )
            .takes(&["Limit", "Cursor"])
            .answers::<Page<PlanBody>>(200, "A page of plans", page(plan()))
            .with(&["Cache-Control"])
            .fails(&["invalid_input"]),
            Operation::get("/.well-known/jwks.json", "getKeys", "The public keys that tokens are verified with")
                .answers::<KeySet>(200, "The key set", keys())
                .with(&open),
            Operation::get("/openapi.json", "getDocument", "This document")
                .takes(&["IfNoneMatch"])
                .answers::<Value>(200, "An OpenAPI 3.1 document", json!({ "openapi": "3.1.0" }))
                .with(&open)
                .with(&["ETag"])
                .answers_nothing(304, "The caller has these very bytes")
                .with(&open)
                .with(&["ETag"]),
        ],
    )
}

/// A file for other people's pages, in one language.
fn script(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    media_type: &'static str,
    example: &'static str,
) -> Operation {
    let open = ["Cache-Control", "Access-Control-Allow-Origin", "ETag"];
    Operation::get(path, id, summary)
        .takes(&["Locale", "IfNoneMatch"])
        .answers_text(200, media_type, summary, example)
        .with(&open)
        .answers_nothing(304, "The caller has these very bytes")
        .with(&open)
}

fn page(item: Value) -> Value {
    json!({ "items": [item], "next_cursor": null })
}

fn campaign() -> Value {
    json!({
        "slug": "25000-members", "title": "25,000 members by the end of the year",
        "pitch": "Quality journalism takes work, and a community that cares.",
        "state": "live", "outcome": null, "count": 24601, "settling": 0, "goal": 25000, "start_count": 23900,
        "percent": 98.4, "remaining": 399, "nearly": true,
        "counting": {
            "who": "paying_members", "basis": "total", "net": true,
            "sources": ["subscription", "gift", "offline", "external"],
            "offset": {
                "count": 24600, "at": "2026-11-16T09:00:00Z", "author": "Membership desk",
                "reason": "Still billed by the old system", "stale": false,
            },
            "rule": "Everyone counts who pays, or for whom somebody pays.",
        },
        "starts_at": "2026-09-01T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z", "time_zone": "Europe/Lisbon",
        "stretch_goals": [{ "goal": 27000, "title": "A second reporter at the harbour" }],
        "milestones": [{ "count": 24750, "title": "An evening edition", "reached_at": null }],
        "join_url": format!("{BASE_URL}/join?campaign=25000-members"),
        "as_of": "2026-11-23T09:00:00Z", "version": 17,
    })
}

fn plan() -> Value {
    json!({
        "id": "pln_019ab0c4d5e67f8090a1b2c3d4e5f607", "slug": "supporter", "title": "Supporter",
        "description": "Opens every story.", "gates": ["members"], "prices": [price()],
    })
}

/// A price, as several answers show one.
pub fn price() -> Value {
    json!({
        "id": "prc_019ab0c4d5e67f8090a1b2c3d4e5f607", "amount_minor": 700, "currency": "EUR", "interval": "month",
        "tax": "inside",
    })
}

fn keys() -> Value {
    json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "2026-11-23-a",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }] })
}
