//! A browser without a screen: cookies of its own, forms, an Origin.

use reqwest::{Response, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};

use super::{Mail, TestApp, until};

/// A reader's browser. Redirects are not followed: tests look at them.
pub struct Browser {
    pub http: reqwest::Client,
    base_url: String,
}

/// A card as typed into the sandbox's hosted page.
#[derive(Clone, Copy, Debug)]
pub struct Card(pub &'static str);

impl Card {
    /// Pays.
    pub const GOOD: Self = Self("4242 4242 4242 4242");
    /// Is declined.
    pub const DECLINED: Self = Self("4000 0000 0000 0002");
}

impl TestApp {
    /// A browser with an empty cookie jar.
    pub fn browser(&self) -> Browser {
        Browser { http: client(&self.base_url), base_url: self.base_url.clone() }
    }

    /// Pays on the sandbox's hosted page. Returns where it leads.
    pub async fn pay(&self, checkout_url: &str, email: &str, card: Card) -> String {
        let answer = self.submit_card(checkout_url, email, card).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "the hosted page refused {card:?}");
        location(&answer)
    }

    /// Sends the hosted page's form, whatever comes of it.
    pub async fn submit_card(&self, checkout_url: &str, email: &str, card: Card) -> Response {
        let form = [
            ("email", email),
            ("card_number", card.0),
            ("card_expiry", "12/34"),
            ("card_cvc", "123"),
            ("name", "A Reader"),
        ];
        self.http.post(checkout_url).form(&form).send().await.unwrap()
    }

    /// The id of the price of a plan for an interval, as `GET /v1/plans` gives it.
    pub async fn price_id(&self, plan: &str, interval: &str) -> String {
        let plans: Value = self.http.get(self.address("/v1/plans")).send().await.unwrap().json().await.unwrap();
        let of_plan = plans["items"].as_array().unwrap().iter().find(|item| item["slug"] == plan).unwrap();
        let price = of_plan["prices"].as_array().unwrap().iter().find(|price| price["interval"] == interval).unwrap();
        price["id"].as_str().unwrap().to_owned()
    }
}

impl Browser {
    /// A page or an API answer of Masthead.
    pub async fn get(&self, path: &str) -> Response {
        self.http.get(self.address(path)).send().await.unwrap()
    }

    /// JSON from one of Masthead's own pages.
    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.http.post(self.address(path)).header(header::ORIGIN, self.origin()).json(body).send().await.unwrap()
    }

    /// A form from one of Masthead's own pages.
    pub async fn submit(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.http.post(self.address(path)).header(header::ORIGIN, self.origin()).form(form).send().await.unwrap()
    }

    /// Starts a checkout. Returns the hosted page's address.
    pub async fn check_out(&self, price_id: &str, email: Option<&str>, campaign: Option<&str>) -> String {
        let mut body = json!({ "price": price_id });
        for (key, value) in [("email", email), ("campaign", campaign)] {
            if let Some(value) = value {
                body[key] = json!(value);
            }
        }
        let answer = self.post("/v1/checkout", &body).await;
        let status = answer.status();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(status, 201, "{answer}");
        answer["checkout_url"].as_str().unwrap().to_owned()
    }

    /// Signs in by the code in the mail.
    pub async fn sign_in(&self, app: &TestApp, email: &str) {
        let before: Vec<String> = app.mails(email).await.into_iter().map(|mail| mail.id).collect();
        let answer = self.post("/v1/sign-in", &json!({ "email": email })).await;
        assert_eq!(answer.status(), 202);
        // Receipts may come in between, some of them with codes of their own.
        let asked_for = |mail: &Mail| mail.subject.starts_with("Sign in") && !before.contains(&mail.id);
        let mail =
            until("the mail to sign in with", || async { app.mails(email).await.into_iter().find(asked_for) }).await;
        let code = mail.code.expect("a sign-in mail has a code");
        let answer = self.post("/v1/sign-in/verify", &json!({ "code": code })).await;
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    /// `GET /v1/me`; none when not signed in.
    pub async fn me(&self) -> Option<Value> {
        let answer = self.get("/v1/me").await;
        match answer.status() {
            StatusCode::OK => Some(answer.json().await.unwrap()),
            StatusCode::UNAUTHORIZED => None,
            other => panic!("GET /v1/me answered {other}"),
        }
    }

    pub fn address(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base_url) }
    }

    fn origin(&self) -> String {
        url::Url::parse(&self.base_url).unwrap().origin().ascii_serialization()
    }
}

/// Where an answer leads.
pub fn location(answer: &Response) -> String {
    answer.headers().get(header::LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned()
}

/// A client that goes to the service by its name without asking a name server.
pub fn client(base_url: &str) -> reqwest::Client {
    let url = url::Url::parse(base_url).unwrap();
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], url.port_or_known_default().unwrap()));
    let builder = reqwest::Client::builder().no_proxy().cookie_store(true).redirect(Policy::none());
    builder.resolve(url.host_str().unwrap(), address).build().unwrap()
}
