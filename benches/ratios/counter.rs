//! The counter's JSON against a bare route with the same bytes.

use tokio::runtime::Runtime;

use super::{Scale, bare, client, client::Client, ground::Service, table::Comparison};

/// Connections to each server.
const CONNECTIONS: usize = 16;

/// The row.
pub fn compare(runtime: &Runtime, scale: Scale) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("bench.db").display());
    let service = runtime.block_on(Service::start(&url));
    let path = "/v1/campaigns/25000-members";
    let request = client::get(path, "");
    let mut ours = Client::connect(service.address, CONNECTIONS);
    let body = ours.ask(&request).body;
    let bare = runtime.block_on(async { bare::bytes(body.clone().into()) });
    let mut theirs = Client::connect(bare.address, CONNECTIONS);
    let same = client::get("/counter", "");
    assert_eq!(theirs.ask(&same).body, body, "both answer with the same bytes");
    let requests = scale.requests(10_000);
    let (to_us, to_them) = (vec![request; requests], vec![same; requests]);
    let what = ("counter JSON", "bare route, same bytes", 0.9);
    let done =
        Comparison::measure(what, scale.rounds, requests, || ours.send_all(&to_us), || theirs.send_all(&to_them));
    runtime.block_on(async {
        bare.stop().await;
        service.stop().await;
    });
    done.row()
}
