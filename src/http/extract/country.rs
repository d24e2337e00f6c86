//! The country that a request comes from, believed only from our own proxies.

use actix_web::HttpRequest;

use crate::{domain::money::Currency, http::State};

/// The currencies of the country that a request comes from, as our own proxies say it; none when they say nothing.
pub fn currencies(request: &HttpRequest, state: &State) -> Vec<Currency> {
    let is_ours = |peer: std::net::SocketAddr| state.trusted_proxies.iter().any(|network| network.contains(&peer.ip()));
    let Some(header) = state.country_header.as_ref().filter(|_| request.peer_addr().is_some_and(is_ours)) else {
        return Vec::new();
    };
    let code = request.headers().get(header).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Currency::list_of_country(code.trim())
}
