//! `POST /v1/token` against a bare route that does one indexed read and one ES256 signature; and whether a session that was
//! ended is refused by the very next request.

use tokio::runtime::Runtime;

use super::{
    Scale, bare,
    bare::Pool,
    client::{self, Client, Wire},
    ground::{self, Service},
    table::{self, Comparison},
};

/// Connections to each server.
const CONNECTIONS: usize = 16;
/// Members who are signed in, one after the other asked for.
const MEMBERS: usize = 2_000;
/// How many of them sign out.
const LEAVERS: usize = 200;

/// The rows, for a database of one kind.
pub fn compare(runtime: &Runtime, scale: Scale, (kind, url): (&str, &str)) -> Vec<String> {
    let service = runtime.block_on(Service::start(url));
    let cookies = runtime.block_on(ground::signed_in_members(&service.context, MEMBERS));
    let bare = runtime.block_on(async { bare::token(Pool::open(url).await) });
    let mut ours = Client::connect(service.address, CONNECTIONS);
    let mut theirs = Client::connect(bare.address, CONNECTIONS);
    let requests = scale.requests(4_000);
    let asked = || cookies.iter().cycle().take(requests);
    let to_us: Vec<Wire> = asked().map(|cookie| ask_us(cookie)).collect();
    let to_them: Vec<Wire> = asked()
        .map(|cookie| client::post("/token", &format!("authorization: {}\r\n", ground::hash(cookie)), "{}"))
        .collect();
    let what = format!("token, {kind}");
    let named = (what.as_str(), "bare route, indexed read and ES256", 0.8);
    let done =
        Comparison::measure(named, scale.rounds, requests, || ours.send_all(&to_us), || theirs.send_all(&to_them));
    let wrong = issued_after_sign_out(&mut ours, &service, &cookies[..LEAVERS]);
    runtime.block_on(async {
        bare.stop().await;
        service.stop().await;
    });
    vec![done.row(), table::holds(&format!("refused right after signing out, {kind}"), wrong, LEAVERS)]
}

fn ask_us(cookie: &str) -> Wire {
    client::post("/v1/token", &format!("cookie: masthead_session={cookie}\r\n"), "{}")
}

/// How many sessions still got a token by the request after the one that ended them.
fn issued_after_sign_out(client: &mut Client, service: &Service, cookies: &[String]) -> usize {
    let origin = service.context.settings.base_url.origin().ascii_serialization();
    let mut still_issued = |cookie: &String| {
        let before = client.ask(&ask_us(cookie)).status;
        let headers = format!("cookie: masthead_session={cookie}\r\norigin: {origin}\r\n");
        let left = client.ask(&client::post("/v1/sign-out", &headers, "{}")).status;
        let after = client.ask(&ask_us(cookie)).status;
        assert_eq!((before, left), (200, 204), "signed in, then out");
        after != 401
    };
    cookies.iter().filter(|cookie| still_issued(cookie)).count()
}
