//! The counter's JSON against a bare route with the same bytes.

use tokio::runtime::Runtime;

use super::{Scale, bare, client, client::Client, ground::Service, table::Comparison};

/// Connections to each server.
const CONNECTIONS: usize = 16;

/// The rows: against a route that answers with all the same bytes, as they are and compressed; and, for what the head costs
/// too, against one that answers with the same body alone.
pub fn compare(runtime: &Runtime, scale: Scale) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("bench.db").display());
    let service = runtime.block_on(Service::start(&url));
    let gzip = "accept-encoding: gzip\r\n";
    let rows = [
        ("counter JSON", "bare route, same head and body", Some(0.9), "", Head::Same),
        ("counter JSON, gzip", "bare route, same head and body", Some(0.9), gzip, Head::Same),
        ("counter JSON", "bare route, same body alone", None, "", Head::Bare),
    ];
    let rows = rows.map(|(what, against, aim, headers, head)| {
        let request = client::get("/v1/campaigns/25000-members", headers);
        let mut ours = Client::connect(service.address, CONNECTIONS);
        let answer = ours.ask(&request);
        let kept = |name: &str| match head {
            Head::Same => !["content-length", "date"].contains(&name),
            Head::Bare => name == "content-type",
        };
        let lines = answer.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let copied = lines.filter(|(name, _)| kept(name)).map(|(name, value)| (name.to_owned(), value.to_owned()));
        let bare = runtime.block_on(async { bare::bytes(answer.body.clone().into(), copied.collect()) });
        let mut theirs = Client::connect(bare.address, CONNECTIONS);
        let same = client::get("/counter", headers);
        assert!(theirs.ask(&same).body == answer.body, "both answer with the same bytes");
        let requests = scale.requests(10_000);
        let (to_us, to_them) = (vec![request; requests], vec![same; requests]);
        let (us, them) = (|| ours.send_all(&to_us), || theirs.send_all(&to_them));
        let done = Comparison::measure((what, against, aim), scale.rounds, requests, us, them);
        runtime.block_on(bare.stop());
        done.row()
    });
    runtime.block_on(service.stop());
    rows.into()
}

/// What of our answer's head the bare route answers with.
#[derive(Clone, Copy)]
enum Head {
    Same,
    Bare,
}
