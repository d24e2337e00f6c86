//! `Idempotency-Key`: one effect, one answer.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Bench, Form, bench};

async fn send(bench: &Bench, path: &str, key: &str, form: Form<'_>) -> Response {
    bench.request(Method::POST, path).header("Idempotency-Key", key).form(form).send().await.unwrap()
}

#[tokio::test]
async fn replays_the_same_answer() {
    let bench = bench().await;
    let first = send(&bench, "/v1/customers", "k1", &[("email", "a@b.io")]).await;
    let id = first.headers()["request-id"].clone();
    let first: Value = first.json().await.unwrap();
    let again = send(&bench, "/v1/customers", "k1", &[("email", "a@b.io")]).await;
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(again.headers()["original-request"], id);
    assert_eq!(first, again.json::<Value>().await.unwrap());
    assert_eq!(bench.found("/v1/customers").await["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn refuses_the_key_for_anything_else() {
    let bench = bench().await;
    send(&bench, "/v1/customers", "k2", &[("email", "a@b.io")]).await;
    for (path, email) in [("/v1/customers", "other@b.io"), ("/v1/products", "a@b.io")] {
        let name = if path == "/v1/products" { "name" } else { "email" };
        let answer = send(&bench, path, "k2", &[(name, email)]).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["type"], "idempotency_error");
    }
}

#[tokio::test]
async fn many_at_once_have_one_effect() {
    let bench = bench().await;
    let calls = (0..20).map(|_| async {
        send(&bench, "/v1/customers", "k3", &[("email", "a@b.io")]).await.json::<Value>().await.unwrap()
    });
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(bench.found("/v1/customers").await["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_decline_is_replayed_and_a_bad_parameter_is_not() {
    let bench = bench().await;
    let price = bench.price().await;
    let customer = bench.made("/v1/customers", &[]).await;
    let form = [
        ("customer", customer["id"].as_str().unwrap()),
        ("items[0][price]", price.as_str()),
        ("default_payment_method", "pm_card_chargeDeclined"),
        ("payment_behavior", "error_if_incomplete"),
    ];
    assert_eq!(send(&bench, "/v1/subscriptions", "k4", &form).await.status(), 402);
    let again = send(&bench, "/v1/subscriptions", "k4", &form).await;
    assert_eq!((again.status().as_u16(), again.headers().contains_key("idempotent-replayed")), (402, true));
    assert_eq!(send(&bench, "/v1/customers", "k5", &[("shade", "red")]).await.status(), 400);
    assert_eq!(send(&bench, "/v1/customers", "k5", &[("name", "Red")]).await.status(), 200);
}

#[tokio::test]
async fn keys_are_forgotten_after_a_day() {
    let bench = bench().await;
    send(&bench, "/v1/customers", "k6", &[("email", "a@b.io")]).await;
    bench.control("/_sandbox/clock/advance", json!({"seconds": 86_400})).await;
    let answer = send(&bench, "/v1/customers", "k6", &[("email", "other@b.io")]).await;
    assert_eq!(answer.status(), 200);
}
