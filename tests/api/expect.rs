//! What answers are held to.

use reqwest::{Response, header};
use serde_json::Value;

use crate::support::{Browser, Card, TestApp, until};

/// The campaign of the demo newsroom.
pub const CAMPAIGN: &str = "25000-members";
/// an article of the newspaper that the demo newsroom has registered.
pub const STORY: &str = "http://127.0.0.1:9/stories/fog";

/// A moment of an answer, in unix milliseconds. As texts moments do not compare: they leave out zeros.
pub fn millis(moment: &Value) -> i64 {
    moment.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// Holds an answer to the form of a problem with this status and code. Returns its body.
#[track_caller]
pub fn problem(answer: Response, status: u16, code: &'static str) -> impl Future<Output = Value> {
    let at = std::panic::Location::caller();
    async move {
        let (url, found) = (answer.url().clone(), answer.status().as_u16());
        let form = answer.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
        let text = answer.text().await.unwrap();
        assert_eq!(found, status, "{at}: {url}: {text}");
        assert_eq!(form.as_deref(), Some("application/problem+json"), "{at}: {url}: {text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["code"], code, "{at}: {text}");
        assert_eq!(body["status"], status, "{at}: {text}");
        assert!(body["type"].as_str().unwrap().ends_with(&code.replace('_', "-")), "{at}: {text}");
        assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()), "{at}: {text}");
        assert!(body["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{at}: {text}");
        body
    }
}

/// Holds an answer to 422 `invalid_input` that names this one field with this code.
#[track_caller]
pub fn fault(answer: Response, field: &'static str, code: &'static str) -> impl Future<Output = ()> {
    let at = std::panic::Location::caller();
    let held = problem(answer, 422, "invalid_input");
    async move {
        let body = held.await;
        let faults = body["errors"].as_array().unwrap();
        assert_eq!(faults.len(), 1, "{at}: {body}");
        assert_eq!((&faults[0]["field"], &faults[0]["code"]), (&field.into(), &code.into()), "{at}: {body}");
        assert!(faults[0]["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{at}: {body}");
    }
}

/// The body of an answer that succeeded.
#[track_caller]
pub fn good(answer: Response) -> impl Future<Output = Value> {
    let at = std::panic::Location::caller();
    async move {
        let (url, status) = (answer.url().clone(), answer.status());
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{at}: {url} answered {status}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

impl TestApp {
    /// The campaign as everybody sees it.
    pub async fn campaign(&self) -> Value {
        let address = self.address(&format!("/v1/campaigns/{CAMPAIGN}"));
        good(self.http.get(address).send().await.unwrap()).await
    }

    /// Waits until the counter shows this.
    pub async fn counted(&self, count: i64) {
        until(&format!("the counter at {count}"), || async { (self.campaign().await["count"] == count).then_some(()) })
            .await;
    }

    /// A browser that has just paid for a month as a Supporter and is signed in.
    pub async fn member(&self, email: &str) -> Browser {
        let browser = self.browser();
        let price_id = self.price_id("supporter", "month").await;
        let page = browser.check_out(&price_id, Some(email), Some(CAMPAIGN)).await;
        let welcome = self.pay(&page, email, Card::GOOD).await;
        until("the payment to sign in", || async {
            browser.get(&welcome).await;
            browser.me().await.filter(|me| me["entitlements"].as_array().is_some_and(|rights| !rights.is_empty()))
        })
        .await;
        browser
    }

    /// What the sandbox holds of a kind, by Stripe's own API.
    pub async fn stripe(&self, path: &str) -> Vec<Value> {
        let address = format!("{}/v1/{path}", self.sandbox.url());
        let answer = self.http.get(address).bearer_auth(crate::support::API_KEY).send().await.unwrap();
        good(answer).await["data"].as_array().unwrap().clone()
    }

    /// Makes or changes something at the sandbox, as staff would in its dashboard.
    pub async fn make(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let address = format!("{}/v1/{path}", self.sandbox.url());
        let request = self.http.post(address).bearer_auth(crate::support::API_KEY);
        good(request.form(form).send().await.unwrap()).await
    }
}
