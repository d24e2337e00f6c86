//! How the service is reached.

use std::net::SocketAddr;

use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

/// How the service is reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The public address.
    pub base_url: Url,
    /// Networks of our own proxies.
    pub trusted_proxies: Vec<IpNet>,
    /// Web workers; 0 means one for each core.
    pub workers: usize,
    /// For how long it goes on serving after it was told to stop, saying that it is not ready, in seconds.
    pub drain_seconds: u64,
    /// How long open requests and workers may go on after that, in seconds.
    pub stop_timeout_seconds: u64,
    /// How long one request may take, in seconds.
    pub request_timeout_seconds: u64,
}
