//! Starting and stopping.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use demo_paper::{PaperConfig, start};

use crate::support::{SITE, Town, plain_client};

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_paper_gives_its_port_back_soon() {
    let town = Town::found().await;
    assert_eq!(town.get("/").await.status, 200);
    let address = town.paper.url().trim_start_matches("http://").to_owned();
    let started = Instant::now();
    town.paper.stop().await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(plain_client().get(format!("http://{address}/")).send().await.is_err());
    TcpListener::bind(&address).expect("the port is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_asks_nothing_of_masthead() {
    let town = Town::found().await;
    for path in ["/v1/campaigns/25000-members", "/v1/plans", "/.well-known/jwks.json"] {
        assert_eq!(town.masthead.calls(path), 0, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_addresses_are_named() {
    for (public_url, masthead_url, named) in [
        ("127.0.0.1:8081", "http://localhost:8080", "public_url"),
        ("http://127.0.0.1:8081/paper", "http://localhost:8080", "public_url"),
        ("http://127.0.0.1:8081", "localhost", "masthead_url"),
    ] {
        let config = PaperConfig {
            listener: TcpListener::bind("127.0.0.1:0").expect("a free port"),
            public_url: public_url.to_owned(),
            masthead_url: masthead_url.to_owned(),
            site: SITE.to_owned(),
            campaign: "c".to_owned(),
        };
        let refusal = start(config).await.err().expect("a refusal").to_string();
        assert!(refusal.starts_with(named), "{refusal}");
    }
}
