//! A sandbox on a free port, an HTTP client, a place for its webhooks.

use std::{
    collections::VecDeque,
    net::TcpListener,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use reqwest::{Method, StatusCode, redirect::Policy};
use serde_json::Value;
use stripe_sandbox::{Sandbox, SandboxConfig, WebhookTarget, start};

pub const KEY: &str = "sk_test_it";
pub const SECRET: &str = "whsec_it";

/// A running sandbox with a client for it.
pub struct Bench {
    pub sandbox: Sandbox,
    pub http: reqwest::Client,
    pub url: String,
}

/// A sandbox in memory.
pub async fn bench() -> Bench {
    bench_with(None, None).await
}

/// A sandbox whose webhooks go to a mailbox, and whose state may be kept.
pub async fn bench_with(mailbox: Option<&Mailbox>, state_file: Option<PathBuf>) -> Bench {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let webhook = mailbox.map(|mailbox| WebhookTarget { url: mailbox.url.clone(), secret: SECRET.into() });
    let config =
        SandboxConfig { listener, public_url: url.clone(), api_key: KEY.into(), webhook, state_file, seed: 11 };
    let sandbox = start(config).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    Bench { sandbox, http, url }
}

/// Names and values of a form.
pub type Form<'a> = &'a [(&'a str, &'a str)];

impl Bench {
    /// A request with the right key.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(KEY)
    }

    pub async fn post(&self, path: &str, form: Form<'_>) -> (StatusCode, Value) {
        read(self.request(Method::POST, path).form(form)).await
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> (StatusCode, Value) {
        read(self.request(Method::DELETE, path)).await
    }

    /// A POST that must succeed.
    pub async fn made(&self, path: &str, form: Form<'_>) -> Value {
        let (status, body) = self.post(path, form).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// A GET that must succeed.
    pub async fn found(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// One of the sandbox's own controls, by JSON.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let (status, body) = read(self.http.post(format!("{}{path}", self.url)).json(&body)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// A hosted page: its status, text and headers.
    pub async fn page(&self, address: &str) -> (StatusCode, String, reqwest::header::HeaderMap) {
        let answer = self.http.get(address).send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        (status, answer.text().await.unwrap(), headers)
    }

    /// A hosted page's form: its status, text and where it leads.
    pub async fn submit(&self, address: &str, form: Form<'_>) -> (StatusCode, String, String) {
        let answer = self.http.post(address).form(form).send().await.unwrap();
        let leads = answer.headers().get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
        (answer.status(), answer.text().await.unwrap(), leads)
    }

    /// A monthly price of €7.
    pub async fn price(&self) -> String {
        let product = self.made("/v1/products", &[("name", "Supporter")]).await;
        let form = [
            ("product", product["id"].as_str().unwrap()),
            ("currency", "eur"),
            ("unit_amount", "700"),
            ("recurring[interval]", "month"),
        ];
        text(&self.made("/v1/prices", &form).await["id"])
    }

    /// An open checkout session for that price.
    pub async fn session(&self) -> Value {
        let price = self.price().await;
        let form = [
            ("mode", "subscription"),
            ("line_items[0][price]", price.as_str()),
            ("line_items[0][quantity]", "1"),
            ("success_url", "http://127.0.0.1:9/welcome?s={CHECKOUT_SESSION_ID}"),
            ("cancel_url", "http://127.0.0.1:9/join"),
            ("subscription_data[metadata][ref]", "r1"),
        ];
        self.made("/v1/checkout/sessions", &form).await
    }

    /// Pays a session by a card number.
    pub async fn pay(&self, session: &Value, number: &str) -> (StatusCode, String, String) {
        let form = [
            ("email", "ada@example.com"),
            ("card_number", number),
            ("card_expiry", "12/34"),
            ("card_cvc", "123"),
            ("name", "Ada Reader"),
        ];
        self.submit(session["url"].as_str().unwrap(), &form).await
    }

    /// A completed session: somebody has subscribed by this card.
    pub async fn member(&self, number: &str) -> Value {
        let session = self.session().await;
        let (status, page, _) = self.pay(&session, number).await;
        assert_eq!(status, 303, "{page}");
        self.found(&format!("/v1/checkout/sessions/{}", text(&session["id"]))).await
    }

    /// The subscription of a completed session.
    pub async fn subscription(&self, session: &Value) -> Value {
        self.found(&format!("/v1/subscriptions/{}", text(&session["subscription"]))).await
    }
}

async fn read(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}")))
}

/// A JSON text as an owned one.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

/// A received webhook.
#[derive(Clone, Debug)]
pub struct Letter {
    pub signature: String,
    pub body: String,
    pub event: Value,
    pub at: Instant,
}

/// Receives webhooks, and answers them with what it was told to (200 when it was told nothing).
pub struct Mailbox {
    pub url: String,
    state: Arc<Mutex<MailboxState>>,
    server: actix_web::dev::ServerHandle,
}

#[derive(Default)]
struct MailboxState {
    letters: Vec<Letter>,
    answers: VecDeque<u16>,
}

impl Mailbox {
    pub async fn open() -> Self {
        Self::open_on(TcpListener::bind("127.0.0.1:0").unwrap()).await
    }

    pub async fn open_on(listener: TcpListener) -> Self {
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(MailboxState::default()));
        let shared = Arc::clone(&state);
        let server = HttpServer::new(move || {
            App::new().app_data(web::Data::new(Arc::clone(&shared))).route("/hook", web::post().to(receive))
        });
        let server = server.listen(listener).unwrap().workers(1).disable_signals().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, state, server: handle }
    }

    /// What the next deliveries are answered with, in order.
    pub fn answer_next_with(&self, statuses: &[u16]) {
        self.state.lock().unwrap().answers.extend(statuses);
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.state.lock().unwrap().letters.clone()
    }

    /// Letters about an event type.
    pub fn of_type(&self, event_type: &str) -> Vec<Letter> {
        self.letters().into_iter().filter(|letter| letter.event["type"] == event_type).collect()
    }

    /// Waits (at most five seconds) until this many letters of a type are there.
    pub async fn wait_for(&self, event_type: &str, count: usize) -> Vec<Letter> {
        let end = Instant::now() + Duration::from_secs(5);
        loop {
            let letters = self.of_type(event_type);
            if letters.len() >= count {
                return letters;
            }
            assert!(Instant::now() < end, "{} of {count} {event_type}", letters.len());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub async fn close(self) {
        self.server.stop(false).await;
    }
}

async fn receive(request: HttpRequest, body: String, state: web::Data<Arc<Mutex<MailboxState>>>) -> HttpResponse {
    let header = request.headers().get("Stripe-Signature").map_or("", |value| value.to_str().unwrap_or_default());
    let event = serde_json::from_str(&body).unwrap_or_default();
    let mut state = state.lock().unwrap();
    state.letters.push(Letter { signature: header.to_owned(), body, event, at: Instant::now() });
    let status = state.answers.pop_front().unwrap_or(200);
    HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap()).finish()
}
