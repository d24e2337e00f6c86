//! How the service is reached.

use std::net::SocketAddr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de::Error as _};
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
    /// The header in which our own proxies say which country a request comes from; none when it is empty.
    #[serde(deserialize_with = "header_name")]
    pub country_header: Option<String>,
    /// Web workers; 0 means one for each core.
    pub workers: usize,
    /// For how long it goes on serving after it was told to stop, saying that it is not ready, in seconds.
    pub drain_seconds: u64,
    /// How long open requests and workers may go on after that, in seconds.
    pub stop_timeout_seconds: u64,
    /// How long one request may take, in seconds.
    pub request_timeout_seconds: u64,
}

fn header_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.bytes().all(is_token) { Ok(Some(text)) } else { Err(D::Error::custom("no name of a header")) }
}
