//! The client's address, believed only as far as the proxies in between are ours.

use std::{
    future::{Ready, ready},
    net::IpAddr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use ipnet::IpNet;

use crate::http::{Problem, State};

/// Where a request comes from: the peer, or what trusted proxies say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequest for ClientAddress {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |address| address.ip());
        let proxies = request.app_data::<web::Data<State>>().map_or(&[][..], |state| &state.trusted_proxies);
        let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
        let chain: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
        ready(Ok(Self(client_of(peer, &chain, proxies))))
    }
}

/// Walks from the peer towards the client for as long as the hop at hand is a trusted proxy.
fn client_of(peer: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut client = peer;
    for hop in forwarded.iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        match hop.parse() {
            Ok(address) => client = address,
            Err(_) => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_header_from_an_untrusted_peer_is_not_believed() {
        assert_eq!(client_of(ip("203.0.113.9"), &["198.51.100.1"], &[]), ip("203.0.113.9"));
    }

    #[test]
    fn the_first_hop_that_is_not_ours_is_the_client() {
        let ours = ["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        let chain = ["1.2.3.4", "198.51.100.1", "10.1.1.1"];
        assert_eq!(client_of(ip("127.0.0.1"), &chain, &ours), ip("198.51.100.1"));
        assert_eq!(client_of(ip("127.0.0.1"), &["junk"], &ours), ip("127.0.0.1"));
    }
}
