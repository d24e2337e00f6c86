//! The gateway's webhook endpoint that leads here: whether there is one, and whether it sends what is needed.

use url::Url;

use super::Context;
use crate::{
    domain::{entropy, payment_event::HANDLED},
    gateway::payment::{GatewayError, api_version},
};

pub use crate::gateway::payment::{NewWebhookEndpoint, WebhookEndpoint};

/// What is wrong with an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is none for this address.
    Absent {
        /// The address.
        url: String,
    },
    /// It is turned off.
    Disabled,
    /// Its events are written in another version than is spoken here.
    Version {
        /// Its version; none means the account's own.
        found: Option<String>,
    },
    /// It does not send all types that are handled.
    Silent {
        /// The missing types.
        types: Vec<String>,
    },
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent { url } => {
                write!(f, "Stripe has no webhook endpoint for {url}: run `masthead stripe-webhook create`")
            }
            Self::Disabled => f.write_str(
                "Stripe's webhook endpoint is turned off: run `masthead stripe-webhook create` to turn it on",
            ),
            Self::Version { found } => {
                let found = found.as_deref().unwrap_or("the account's default version");
                let wanted = api_version();
                write!(
                    f,
                    "Stripe's webhook endpoint writes its events in {found}, {wanted} is right: run `masthead stripe-webhook roll`"
                )
            }
            Self::Silent { types } => {
                let types = types.join(", ");
                write!(f, "Stripe's webhook endpoint does not send {types}: run `masthead stripe-webhook create`")
            }
        }
    }
}

/// Where the gateway is to send events.
pub fn address(base_url: &Url) -> String {
    format!("{}/webhooks/stripe", base_url.as_str().trim_end_matches('/'))
}

/// The endpoints that lead here, the newest first.
///
/// # Errors
/// [`GatewayError`].
pub async fn list(context: &Context) -> Result<Vec<WebhookEndpoint>, GatewayError> {
    let url = address(&context.settings.base_url);
    let mut endpoints = context.payments.list_webhook_endpoints().await?;
    endpoints.retain(|endpoint| endpoint.url.trim_end_matches('/') == url);
    endpoints.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.created_seconds));
    Ok(endpoints)
}

/// What is wrong with the endpoint that leads here; while one follows another, the best of them counts.
///
/// # Errors
/// [`GatewayError`].
pub async fn check(context: &Context) -> Result<Vec<Fault>, GatewayError> {
    let endpoints = list(context).await?;
    let url = address(&context.settings.base_url);
    let best = endpoints.iter().map(faults).min_by_key(Vec::len);
    Ok(best.unwrap_or_else(|| vec![Fault::Absent { url }]))
}

/// What is wrong with an endpoint.
pub fn faults(endpoint: &WebhookEndpoint) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !endpoint.is_enabled {
        faults.push(Fault::Disabled);
    }
    if endpoint.api_version.as_deref() != Some(api_version()) {
        faults.push(Fault::Version { found: endpoint.api_version.clone() });
    }
    let sends = |kind: &&str| endpoint.event_types.iter().any(|one| one == "*" || one == kind);
    let types: Vec<String> = HANDLED.iter().filter(|kind| !sends(kind)).map(|kind| (*kind).to_owned()).collect();
    if !types.is_empty() {
        faults.push(Fault::Silent { types });
    }
    faults
}

/// Says in the log what is wrong with the endpoint. A start never fails for it: events are read from the gateway's list too.
pub async fn warn(context: &Context) {
    match check(context).await {
        Ok(faults) => faults.iter().for_each(|fault| tracing::warn!("{fault}")),
        Err(error) => tracing::warn!(%error, "Stripe's webhook endpoints could not be looked at"),
    }
}

/// Makes an endpoint that leads here, whatever others there are.
///
/// # Errors
/// [`GatewayError`].
pub async fn create(context: &Context) -> Result<NewWebhookEndpoint, GatewayError> {
    let url = address(&context.settings.base_url);
    context.payments.create_webhook_endpoint(&url, &HANDLED, &fresh_key(context)).await
}

/// Turns an endpoint on and has it send everything that is handled. Its version stays: the gateway lets nobody change it.
///
/// # Errors
/// [`GatewayError`].
pub async fn mend(context: &Context, endpoint: &WebhookEndpoint) -> Result<WebhookEndpoint, GatewayError> {
    context.payments.mend_webhook_endpoint(&endpoint.id, &HANDLED, &fresh_key(context)).await
}

/// Deletes an endpoint.
///
/// # Errors
/// [`GatewayError`].
pub async fn delete(context: &Context, endpoint: &WebhookEndpoint) -> Result<(), GatewayError> {
    context.payments.delete_webhook_endpoint(&endpoint.id).await
}

/// One key for one run of a command: its own tries share it, another run is another wish.
fn fresh_key(context: &Context) -> String {
    let random: [u8; 16] = entropy::bytes(context.entropy.as_ref());
    let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("webhook-endpoint-{digits}")
}
