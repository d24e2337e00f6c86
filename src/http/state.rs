//! What every handler can reach.

use std::time::Duration;

use actix_web::http::header::HeaderName;
use ipnet::IpNet;
use url::Url;

use crate::flow::{Context, Mailbox, read_counter::Counters};

/// What every handler can reach.
pub struct State {
    /// What flows are given.
    pub context: Context,
    /// The counters as last published.
    pub counters: Counters,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which those say which country a request comes from.
    pub country_header: Option<HeaderName>,
    /// What only the demonstration has.
    pub dev: Option<DevLinks>,
    /// Secrets that sign the gateway's events; any of them will do, so that they can be rolled.
    pub webhook_secrets: Vec<String>,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// Whether every request is told in the log.
    pub logs_requests: bool,
    /// Whether the gateway's key is for real money: events must agree.
    pub livemode: bool,
    /// What `GET /metrics` asks for; none when there is no such page.
    pub metrics_token: Option<String>,
    /// Origins outside our own that our forms may lead to: the gateway's pages.
    pub form_origins: Vec<String>,
}

/// Addresses that only the demonstration has.
#[derive(Clone, Debug)]
pub struct DevLinks {
    /// The mailbox that all mail goes to.
    pub mailbox: Mailbox,
    /// The demo newspaper.
    pub paper_url: String,
    /// The payment sandbox, or Stripe's own pages.
    pub sandbox_url: String,
    /// Whether Stripe's test mode takes the payments.
    pub is_stripe: bool,
}

impl State {
    /// This service's own origin: `https://members.paper.example`.
    pub fn own_origin(&self) -> String {
        self.context.settings.base_url.origin().ascii_serialization()
    }

    /// A public address of this service.
    pub fn address(&self, path: &str) -> String {
        address(&self.context.settings.base_url, path)
    }

    /// Whether browsers reach this service over TLS.
    pub fn is_https(&self) -> bool {
        self.context.settings.base_url.scheme() == "https"
    }

    /// The path below which cookies are sent, with a trailing slash.
    pub fn base_path(&self) -> &str {
        self.context.settings.base_url.path()
    }
}

fn address(base_url: &Url, path: &str) -> String {
    format!("{}/{}", base_url.as_str().trim_end_matches('/'), path.trim_start_matches('/'))
}
