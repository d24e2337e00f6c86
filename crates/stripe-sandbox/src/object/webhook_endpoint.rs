//! Webhook endpoints.

use serde_json::{Value, json};

use super::customer::metadata_of;
use crate::{
    API_VERSION,
    core::{
        blank::filled,
        error::ApiError,
        json::{Peek, copy_given, merge_metadata},
        listing::{ENDING_BEFORE, LIMIT, STARTING_AFTER},
        schema::{Field, Kind, clear, opt, req},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, delete, get, post},
};

const CREATE: &[Field] = &[
    req("enabled_events", Kind::List(&Kind::Text)),
    req("url", Kind::Text),
    opt("api_version", Kind::Text),
    clear("description", Kind::Text),
    clear("metadata", Kind::Metadata),
];
const UPDATE: &[Field] = &[
    clear("description", Kind::Text),
    opt("disabled", Kind::Bool),
    opt("enabled_events", Kind::List(&Kind::Text)),
    clear("metadata", Kind::Metadata),
    opt("url", Kind::Text),
];

/// The most endpoints that an account has in one mode.
const ENDPOINTS_MAX: usize = 16;

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/webhook_endpoints", CREATE, create),
    get("/v1/webhook_endpoints", &[LIMIT, STARTING_AFTER, ENDING_BEFORE], list),
    get("/v1/webhook_endpoints/{id}", &[], retrieve),
    post("/v1/webhook_endpoints/{id}", UPDATE, update),
    delete("/v1/webhook_endpoints/{id}", &[], remove),
];

/// The secret is in this answer alone.
fn create(world: &mut World, call: &Call) -> Outcome {
    check_url(call.params.str("url"))?;
    check_events(call.params.items("enabled_events"))?;
    if world.newest("webhook_endpoint").filter(|one| !one[PRIVATE].flag("deleted")).count() >= ENDPOINTS_MAX {
        return Err(ApiError::invalid(format!("You have reached the maximum of {ENDPOINTS_MAX} webhook endpoints.")));
    }
    if let Some(version) = call.params.text("api_version").filter(|version| *version != API_VERSION) {
        return Err(ApiError::invalid(format!(
            "Invalid API version: {version}. The sandbox speaks {API_VERSION} only."
        ))
        .at("api_version"));
    }
    let secret = format!("whsec_{}", world.dice.text(32));
    let id = insert(world, call.params.str("url"), &secret, call.params.at("enabled_events").clone());
    let metadata = metadata_of(call);
    world.change(&id, |endpoint| {
        copy_given(endpoint, &call.params, &["api_version", "description"]);
        endpoint["metadata"] = metadata;
    });
    let mut answer = world.render(&id);
    answer["secret"] = json!(secret);
    Ok(answer)
}

fn insert(world: &mut World, url: &str, secret: &str, enabled_events: Value) -> String {
    let id = world.new_id("webhook_endpoint");
    world.insert(filled(
        "webhook_endpoint",
        json!({
            "id": id,
            "created": world.now(),
            "enabled_events": enabled_events,
            "url": url,
            PRIVATE: { "secret": secret },
        }),
    ))
}

/// The endpoint that the sandbox was started with: made once, then kept up to date.
pub fn ensure_configured(world: &mut World, url: &str, secret: &str) {
    let known = world
        .newest("webhook_endpoint")
        .find(|endpoint| endpoint[PRIVATE].flag("configured"))
        .map(|endpoint| endpoint.str("id").to_owned());
    let id = known.unwrap_or_else(|| insert(world, url, secret, json!(["*"])));
    world.change(&id, |endpoint| {
        endpoint["api_version"] = json!(API_VERSION);
        endpoint["url"] = json!(url);
        endpoint[PRIVATE] = json!({ "secret": secret, "configured": true });
    });
}

fn check_url(url: &str) -> Result<(), ApiError> {
    match url::Url::parse(url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => Ok(()),
        _ => Err(ApiError::invalid("Invalid URL: An explicit scheme (such as https) must be provided.")
            .at("url")
            .coded("url_invalid")),
    }
}

/// At least one, each `*` or words with dots.
fn check_events(events: &[Value]) -> Result<(), ApiError> {
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || b"_0123456789".contains(&byte))
    };
    let is_type = |event: &str| event == "*" || (event.contains('.') && event.split('.').all(is_word));
    match events.iter().filter_map(Value::as_str).find(|event| !is_type(event)) {
        Some(event) => {
            Err(ApiError::invalid(format!("Invalid enabled_events: {event} is not a valid event."))
                .at("enabled_events"))
        }
        None if events.is_empty() => {
            Err(ApiError::invalid("You must provide at least one event.").at("enabled_events"))
        }
        None => Ok(()),
    }
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list("webhook_endpoint", &call.params, "/v1/webhook_endpoints", |_| true)
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("webhook_endpoint", call.id(), "id").map(|endpoint| world.show(endpoint))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("webhook_endpoint", call.id(), "id")?;
    if let Some(url) = call.params.text("url") {
        check_url(url)?;
    }
    if call.params.get("enabled_events").is_some() {
        check_events(call.params.items("enabled_events"))?;
    }
    world.change(call.id(), |endpoint| {
        copy_given(endpoint, &call.params, &["description", "enabled_events", "url"]);
        merge_metadata(endpoint, call.params.get("metadata"));
        if let Some(disabled) = call.params.get("disabled") {
            endpoint["status"] = json!(if disabled == true { "disabled" } else { "enabled" });
        }
    });
    Ok(world.render(call.id()))
}

fn remove(world: &mut World, call: &Call) -> Outcome {
    world.named("webhook_endpoint", call.id(), "id")?;
    world.change(call.id(), |endpoint| endpoint[PRIVATE] = json!({ "deleted": true }));
    Ok(json!({ "id": call.id(), "object": "webhook_endpoint", "deleted": true }))
}
