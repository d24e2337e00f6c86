//! Every operation, in groups.

mod paying;
mod public;
mod reading;
mod service;
mod signing_in;

use serde_json::{Value, json};

use super::operation::Operation;

/// Every operation of the API.
pub fn all() -> Vec<Operation> {
    [public::list(), signing_in::list(), paying::list(), reading::list(), service::list()]
        .into_iter()
        .flatten()
        .collect()
}

/// The groups, in the order in which they are read.
pub fn tags() -> Value {
    json!([
        { "name": public::TAG, "description": "For scripts of every website, without cookies." },
        { "name": signing_in::TAG, "description": "By a mailed link or code, without a password." },
        { "name": paying::TAG, "description": "Amounts, plans and gates are the catalogue's, never the caller's." },
        { "name": reading::TAG, "description": "Tokens and decisions for the newsroom's websites." },
        { "name": service::TAG, "description": "For the payment service and for operators." },
        { "name": PAGES, "description": "Pages for people, in HTML." },
    ])
}

const PAGES: &str = "Pages";

/// Pages: path, methods, what they are.
type Page = (&'static str, &'static [&'static str], &'static str);

const READ: &[&str] = &["get"];
const SENT: &[&str] = &["post"];
const BOTH: &[&str] = &["get", "post"];

/// Pages for people.
pub fn pages() -> &'static [Page] {
    &[
        ("/", READ, "The campaign"),
        ("/campaigns/{slug}", READ, "One campaign"),
        ("/give", BOTH, "Giving once"),
        ("/gift", BOTH, "Giving a membership to somebody else"),
        ("/gift/redeem", BOTH, "Redeeming a gift by its code"),
        ("/join", BOTH, "Becoming a member"),
        ("/welcome", READ, "After paying"),
        ("/sign-in", BOTH, "Signing in"),
        ("/sign-in/code", BOTH, "Typing the mailed code"),
        ("/sign-in/resend", SENT, "Another mail"),
        ("/sign-in/link", BOTH, "Pressing the mailed link's button"),
        ("/sign-out", BOTH, "Signing out"),
        ("/account", READ, "The member's account"),
        ("/account/statement/{year}", READ, "What the member paid and got back in a year"),
        ("/account/billing", SENT, "To the payment service's pages"),
        ("/account/amount", SENT, "Another amount of one's own"),
        ("/account/email", SENT, "Another address"),
        ("/account/confirm-email", BOTH, "Confirming another address"),
        ("/cancel", BOTH, "Cancelling or withdrawing without signing in"),
        ("/cancel/confirm", SENT, "Sending the declaration"),
        ("/problems", READ, "All problems, with what each means"),
        ("/problems/{code}", READ, "What a problem means"),
        ("/docs/api", READ, "This document, to read"),
        ("/embed/{slug}", READ, "The counter, to frame"),
        ("/assets/theme.css", READ, "The newsroom's colours"),
        ("/assets/favicon.svg", READ, "The newsroom's icon"),
        ("/assets/{name}", READ, "Styles and scripts of the pages"),
        ("/dev/mail", READ, "The mailbox of the demonstration"),
        ("/dev/mail.json", READ, "The mailbox of the demonstration, for programs"),
        ("/dev/mail/{id}", READ, "One mail of the demonstration"),
        ("/dev/mail/{id}/html", READ, "One mail's own page"),
    ]
}

/// What the document says of a page.
pub fn page(method: &str, path: &str, summary: &str) -> Value {
    let html = json!({ "text/html": { "schema": { "type": "string" } } });
    let headers = json!({ "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } });
    let place = path.split(['{', '}']).nth(1);
    let media_type = if path.ends_with(".css") {
        "text/css"
    } else if path.ends_with(".svg") {
        "image/svg+xml"
    } else if path.ends_with(".json") {
        "application/json"
    } else {
        "text/html"
    };
    let mut written = json!({
        "tags": [PAGES],
        "summary": summary,
        "responses": {
            "200": { "description": summary, "headers": headers, "content": { media_type: { "schema": {} } } },
            "4XX": { "description": "A page that says what is wrong", "headers": headers, "content": html },
            "5XX": { "description": "A page that says what is wrong", "headers": headers, "content": html },
        },
        "security": [{}, { "session": [] }],
    });
    if path == "/assets/{name}" {
        written["responses"]["200"]["content"] = json!({ "*/*": { "schema": {} } });
    }
    if let Some(name) = place {
        written["parameters"] =
            json!([{ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }]);
    }
    if path == "/embed/{slug}" {
        written["responses"]["304"] = json!({ "description": "The caller has these very bytes", "headers": headers });
    }
    written["responses"]["303"] = json!({ "description": "To the next page", "headers": headers });
    if method == "post" {
        let form = json!({ "schema": { "type": "object", "additionalProperties": { "type": "string" } } });
        written["requestBody"] = json!({ "content": { "application/x-www-form-urlencoded": form } });
    }
    written
}
