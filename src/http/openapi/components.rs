//! What operations share: parameters, headers, ways to show who asks.

use serde_json::{Value, json};

/// A parameter: its name here, where it stands, its name there, whether it must be there, its form, what it is.
type Parameter = (&'static str, &'static str, &'static str, bool, &'static str, &'static str);

const PARAMETERS: [Parameter; 18] = [
    ("Slug", "path", "slug", true, r#"{ "type": "string", "examples": ["25000-members"] }"#, "The campaign's slug."),
    (
        "Limit",
        "query",
        "limit",
        false,
        r#"{ "type": "integer", "minimum": 1, "maximum": 100 }"#,
        "The most items of the page; 100 by itself.",
    ),
    ("Cursor", "query", "cursor", false, r#"{ "type": "string" }"#, "The `next_cursor` of an earlier page."),
    (
        "IfNoneMatch",
        "header",
        "If-None-Match",
        false,
        r#"{ "type": "string" }"#,
        "The `ETag` of what the caller has: answered with 304 while it is what there is.",
    ),
    (
        "IdempotencyKey",
        "header",
        "Idempotency-Key",
        false,
        r#"{ "type": "string", "pattern": "^[!-~]{8,200}$" }"#,
        "The caller's name for this request, so that it can be repeated: 8 to 200 visible ASCII characters.",
    ),
    ("Site", "query", "site", true, r#"{ "type": "string" }"#, "The site's slug."),
    (
        "ReturnTo",
        "query",
        "return_to",
        true,
        r#"{ "type": "string" }"#,
        "Where the reader comes back to: at or below a registered address of the site.",
    ),
    (
        "SiteState",
        "query",
        "state",
        false,
        r#"{ "type": "string" }"#,
        "The site's own words, at most 500 bytes; carried along. Required without a `code_challenge`.",
    ),
    (
        "CodeChallenge",
        "query",
        "code_challenge",
        false,
        r#"{ "type": "string" }"#,
        "base64url(SHA-256(`code_verifier`)); a site with a secret may leave it out.",
    ),
    (
        "Prompt",
        "query",
        "prompt",
        false,
        r#"{ "type": "string" }"#,
        "`none`: whoever is not signed in comes back with `error=sign_in_required` and is asked nothing.",
    ),
    (
        "Variant",
        "query",
        "variant",
        false,
        r#"{ "enum": ["bar", "compact", "text"] }"#,
        "How much of the counter is shown; `bar` by itself.",
    ),
    (
        "Theme",
        "query",
        "theme",
        false,
        r#"{ "enum": ["light", "dark"] }"#,
        "Light or dark whatever the reader's device asks for.",
    ),
    ("Locale", "query", "locale", false, r#"{ "type": "string" }"#, "The language; the newsroom's by itself."),
    ("For", "query", "for", false, r#"{ "enum": ["member"] }"#, "Thanks a member instead of asking them to join."),
    ("Style", "query", "style", false, r#"{ "enum": ["inline"] }"#, "Brings its styles along."),
    ("Gate", "header", "X-Gate", true, r#"{ "type": "string", "minLength": 1 }"#, "The gate's slug."),
    (
        "OriginalUri",
        "header",
        "X-Original-URI",
        false,
        r#"{ "type": "string" }"#,
        "The address that the reader asked the proxy for.",
    ),
    (
        "StripeSignature",
        "header",
        "Stripe-Signature",
        true,
        r#"{ "type": "string" }"#,
        "`t=` the time and `v1=` the HMAC-SHA256 of time and body.",
    ),
];

/// Parameters by name.
pub fn parameters() -> Value {
    let mut all = json!({});
    for (key, place, name, required, form, description) in PARAMETERS {
        let form: Value = serde_json::from_str(form).unwrap_or_default();
        all[key] =
            json!({ "name": name, "in": place, "required": required, "schema": form, "description": description });
    }
    all
}

/// Headers of answers by name.
pub fn headers() -> Value {
    let mut all = json!({});
    for (name, required, description) in [
        ("X-Request-Id", true, "The request's id, as it stands in the service's log."),
        ("Cache-Control", true, "How caches may keep the answer."),
        ("ETag", true, "A tag of what is answered; a strong one where the bytes are always the same."),
        ("Retry-After", false, "After how many seconds to try again."),
        ("Location", true, "Where the reader goes."),
        ("Set-Cookie", false, "The cookie of this browser; scripts cannot read it."),
        ("Access-Control-Allow-Origin", true, "`*`: scripts of every website may read the answer."),
        ("WWW-Authenticate", true, "`Bearer error=\"invalid_token\"`: a token came along, and does not hold."),
        ("X-Member", true, "The member's id."),
        ("X-Plan", true, "The slugs of the plans held, with commas between."),
        ("X-Offer-Url", true, "Where the reader can get on: our page for it, with the way back."),
        ("X-Gates", true, "The slugs of the gates that open, with commas between."),
    ] {
        all[name] = json!({ "required": required, "schema": { "type": "string" }, "description": description });
    }
    all
}

/// Ways to show who asks.
pub fn security_schemes() -> Value {
    json!({
        "session": {
            "type": "apiKey", "in": "cookie", "name": "masthead_session",
            "description": "The browser's sign-in, set by `POST /v1/sign-in/verify`. Over TLS its name begins with `__Host-`.",
        },
        "access_token": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An access token from `POST /v1/token` or `POST /v1/continue/exchange`.",
        },
        "metrics_token": {
            "type": "http", "scheme": "bearer",
            "description": "The token in the setting `[metrics] token`.",
        },
    })
}
