//! A Masthead as small as the public contract allows: it counts, it signs, and it misbehaves on request.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::tokens::{Signer, access_claims};

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Nothing,
    /// Every answer is a 503.
    Down,
    /// Codes are handed out and then refused.
    RefusesCodes,
    /// The tokens it issues ended an hour ago.
    IssuesExpired,
    /// The tokens it issues are signed with a key that it does not publish.
    SignsWithUnpublishedKey,
}

struct State {
    url: String,
    count: i64,
    fault: Fault,
    /// The gates of whoever is signed in in every browser.
    gates: Option<Vec<String>>,
    codes: HashMap<String, (String, String)>,
    calls: HashMap<String, u32>,
    not_modified: u32,
    jwks: Vec<Value>,
}

/// A running Masthead.
pub struct FakeMasthead {
    url: String,
    state: Arc<Mutex<State>>,
    signer: Arc<Signer>,
    handle: ServerHandle,
}

impl FakeMasthead {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        // Another host name than the paper's, so that it is another site.
        let url = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
        let signer = Arc::new(Signer::new("key-1"));
        let state = Arc::new(Mutex::new(State {
            url: url.clone(),
            count: 24_601,
            fault: Fault::Nothing,
            gates: None,
            codes: HashMap::new(),
            calls: HashMap::new(),
            not_modified: 0,
            jwks: vec![signer.jwk()],
        }));
        let (served_state, served_signer) = (state.clone(), signer.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::from(served_state.clone()))
                .app_data(web::Data::from(served_signer.clone()))
                .route("/v1/campaigns/25000-members", web::get().to(campaign))
                .route("/v1/plans", web::get().to(plans))
                .route("/.well-known/jwks.json", web::get().to(jwks))
                .route("/v1/continue", web::get().to(continue_elsewhere))
                .route("/v1/continue/exchange", web::post().to(exchange))
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(0)
        .listen(listener)
        .expect("the socket serves")
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, state, signer, handle }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    pub fn set_count(&self, count: i64) {
        self.lock().count = count;
    }

    pub fn set_fault(&self, fault: Fault) {
        self.lock().fault = fault;
    }

    /// Signs somebody with these gates in, in every browser, or everybody out.
    pub fn sign_in(&self, gates: Option<&[&str]>) {
        self.lock().gates = gates.map(|gates| gates.iter().map(|gate| (*gate).to_owned()).collect());
    }

    pub fn publish(&self, jwk: Value) {
        self.lock().jwks.push(jwk);
    }

    /// How often the path was asked for.
    pub fn calls(&self, path: &str) -> u32 {
        self.lock().calls.get(path).copied().unwrap_or(0)
    }

    /// How many of the campaign's answers were 304.
    pub fn not_modified(&self) -> u32 {
        self.lock().not_modified
    }

    pub async fn stop(&self) {
        self.handle.stop(false).await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked while holding it")
    }
}

type Shared = web::Data<Mutex<State>>;

/// Counts the call; nothing if Masthead is down.
fn enter<'a>(state: &'a Shared, request: &HttpRequest) -> Option<MutexGuard<'a, State>> {
    let mut state = state.lock().expect("no test panicked while holding it");
    *state.calls.entry(request.path().to_owned()).or_default() += 1;
    (state.fault != Fault::Down).then_some(state)
}

fn down() -> HttpResponse {
    HttpResponse::ServiceUnavailable().finish()
}

async fn campaign(request: HttpRequest, state: Shared) -> HttpResponse {
    let Some(mut state) = enter(&state, &request) else { return down() };
    let etag = format!("\"v{}\"", state.count);
    if request.headers().get("if-none-match").is_some_and(|tag| tag.as_bytes() == etag.as_bytes()) {
        state.not_modified += 1;
        return HttpResponse::NotModified().insert_header(("etag", etag)).finish();
    }
    let remaining = (25_000 - state.count).max(0);
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let percent = (state.count as f64 / 25.0).floor() / 10.0;
    let reached = if remaining == 0 { "reached" } else { "live" };
    HttpResponse::Ok().insert_header(("etag", etag)).json(json!({
        "slug": "25000-members", "title": "25,000 members by the end of the year", "pitch": "", "state": reached,
        "outcome": null, "count": state.count, "settling": 0, "goal": 25_000, "start_count": 23_900,
        "percent": percent, "stretch_goals": [],
        "remaining": remaining, "nearly": true, "starts_at": "2026-09-01T00:00:00Z",
        "ends_at": "2027-01-01T00:00:00Z", "time_zone": "Europe/Lisbon", "join_url": "http://x/join", "version": 1,
    }))
}

async fn plans(request: HttpRequest, state: Shared) -> HttpResponse {
    if enter(&state, &request).is_none() {
        return down();
    }
    let price = |minor: i64, interval: &str| json!({ "id": "prc_1", "amount_minor": minor, "currency": "EUR", "interval": interval, "tax": "inside" });
    HttpResponse::Ok().json(json!({ "next_cursor": null, "items": [
        { "slug": "patron", "gates": ["members"], "prices": [price(1500, "month"), price(15_000, "year")] },
        { "slug": "supporter", "gates": ["members"], "prices": [price(700, "month"), price(7000, "year")] },
    ]}))
}

async fn jwks(request: HttpRequest, state: Shared) -> HttpResponse {
    let Some(state) = enter(&state, &request) else { return down() };
    HttpResponse::Ok().json(json!({ "keys": state.jwks }))
}

async fn continue_elsewhere(request: HttpRequest, state: Shared) -> HttpResponse {
    let Some(mut state) = enter(&state, &request) else { return down() };
    let query: HashMap<String, String> =
        url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    let mut back = url::Url::parse(&query["return_to"]).expect("a return address");
    assert_eq!(query["site"], super::SITE);
    back.query_pairs_mut().append_pair("state", &query["state"]);
    if state.gates.is_some() {
        let code = format!("code-{}", state.codes.len() + 1);
        state.codes.insert(code.clone(), (query["code_challenge"].clone(), query["return_to"].clone()));
        back.query_pairs_mut().append_pair("code", &code);
    } else if query.get("prompt").is_some_and(|prompt| prompt == "none") {
        back.query_pairs_mut().append_pair("error", "sign_in_required");
    } else {
        return HttpResponse::Ok().body("Masthead's sign-in page");
    }
    HttpResponse::SeeOther().insert_header(("location", back.as_str())).finish()
}

async fn exchange(
    request: HttpRequest,
    state: Shared,
    signer: web::Data<Signer>,
    body: web::Json<HashMap<String, String>>,
) -> HttpResponse {
    let Some(mut state) = enter(&state, &request) else { return down() };
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, body["code_verifier"].as_bytes()));
    let expected = state.codes.remove(&body["code"]);
    let right = expected == Some((challenge, body["return_to"].clone())) && body["site"] == super::SITE;
    if !right || state.fault == Fault::RefusesCodes {
        return HttpResponse::BadRequest().json(json!({ "code": "continue_code_invalid" }));
    }
    let gates = state.gates.clone().unwrap_or_default();
    let gates: Vec<&str> = gates.iter().map(String::as_str).collect();
    let mut claims = access_claims(&state.url, &gates);
    if state.fault == Fault::IssuesExpired {
        claims["iat"] = json!(claims["iat"].as_i64().expect("a number") - 4200);
        claims["exp"] = json!(claims["exp"].as_i64().expect("a number") - 4200);
    }
    let token = match state.fault {
        Fault::SignsWithUnpublishedKey => Signer::new("key-secret").access(&claims),
        _ => signer.access(&claims),
    };
    HttpResponse::Ok().json(json!({ "access_token": token, "token_type": "Bearer", "expires_in": 600, "gates": gates }))
}
