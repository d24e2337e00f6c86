//! Billing portal sessions.

use serde_json::{Value, json};

use super::{
    portal_configuration,
    portal_flow::{self, FLOW},
};
use crate::{
    core::{
        error::ApiError,
        json::Peek,
        schema::{Field, Kind, opt, req},
        world::{PRIVATE, World},
    },
    http::route::{Call, Outcome, Route, post},
};

/// Seconds that the link of a session lets its bearer in.
pub const OPEN_FOR: i64 = 60 * 60;

const CREATE: &[Field] = &[
    req("customer", Kind::Text),
    opt("configuration", Kind::Text),
    opt("flow_data", Kind::Object(FLOW)),
    opt("locale", Kind::Text),
    opt("return_url", Kind::Text),
];

/// The endpoints.
pub const ROUTES: &[Route] = &[post("/v1/billing_portal/sessions", CREATE, create)];

fn create(world: &mut World, call: &Call) -> Outcome {
    let customer = call.params.str("customer").to_owned();
    world.named("customer", &customer, "customer").map_err(|error| ApiError { status: 400, ..error })?;
    let return_url = call.params.text("return_url").map(str::to_owned);
    if return_url.as_deref().is_some_and(|url| !is_web_address(url)) {
        return Err(ApiError::invalid("Not a valid URL").at("return_url").coded("url_invalid"));
    }
    let configuration = match call.params.text("configuration") {
        Some(id) => world.named("billing_portal.configuration", id, "configuration")?.str("id").to_owned(),
        None => portal_configuration::default(world),
    };
    let (flow, end) = portal_flow::read(world, &call.params)?;
    let id = world.new_id("billing_portal.session");
    // Whoever has this link is let in, so it is longer than an id.
    let token = format!("test_{}", world.dice.text(48));
    let url = world.page_url(&format!("/p/session/{token}{end}"));
    world.insert(json!({
        "id": id,
        "object": "billing_portal.session",
        "configuration": configuration,
        "created": world.now(),
        "customer": customer,
        "customer_account": null,
        "flow": flow,
        "livemode": false,
        "locale": call.params.at("locale"),
        "on_behalf_of": null,
        "return_url": return_url,
        "url": url,
        PRIVATE: { "token": token },
    }));
    world.announce("billing_portal.session.created", &id);
    Ok(world.render(&id))
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|parsed| matches!(parsed.scheme(), "http" | "https"))
}

/// The session whose link this is, unless it is too old.
pub fn by_token<'a>(world: &'a World, token: &str) -> Option<&'a Value> {
    let session = world.newest("billing_portal.session").find(|session| session[PRIVATE].str("token") == token)?;
    (world.now() < session.int("created") + OPEN_FOR).then_some(session)
}
