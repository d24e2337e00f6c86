//! Refusals: status, type, code, parameter, and no change to anything.

use reqwest::Method;
use serde_json::json;

use crate::support::bench;

#[tokio::test]
async fn keys() {
    let bench = bench().await;
    let url = format!("{}/v1/customers", bench.url);
    assert_eq!(bench.http.get(&url).send().await.unwrap().status(), 401);
    let wrong = bench.http.get(&url).bearer_auth("sk_test_other").send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    assert!(!wrong.text().await.unwrap().contains("sk_test_other"), "the key is masked");
    let basic = bench.http.get(&url).basic_auth(crate::support::KEY, None::<&str>).send().await.unwrap();
    assert_eq!(basic.status(), 200);
}

#[tokio::test]
async fn parameters_are_read_strictly() {
    let bench = bench().await;
    for (path, form, code, param) in [
        ("/v1/customers", ("shade", "red"), "parameter_unknown", "shade"),
        ("/v1/customers", ("address[planet]", "Mars"), "parameter_unknown", "address[planet]"),
        ("/v1/products", ("active", "true"), "parameter_missing", "name"),
        ("/v1/products", ("name", ""), "parameter_invalid_empty", "name"),
        ("/v1/prices", ("unit_amount", "1.5"), "parameter_invalid_integer", "unit_amount"),
        ("/v1/prices", ("recurring[interval_count]", "2"), "parameter_missing", "recurring[interval]"),
    ] {
        let (status, body) = bench.post(path, &[form]).await;
        let error = &body["error"];
        assert_eq!((status.as_u16(), &error["code"], &error["param"]), (400, &json!(code), &json!(param)), "{body}");
        assert_eq!(error["type"], "invalid_request_error");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    for (path, form) in [
        ("/v1/customers", ("metadata", "x")),
        ("/v1/customers", ("preferred_locales", "x")),
        ("/v1/customers", ("email[a]", "x")),
        ("/v1/products", ("active", "perhaps")),
        ("/v1/prices", ("tax_behavior", "odd")),
        ("/v1/customers", ("email", "no address")),
    ] {
        assert_eq!(bench.post(path, &[form]).await.0, 400, "{form:?}");
    }
    assert_eq!(bench.found("/v1/events").await["data"], json!([]), "nothing happened");
}

#[tokio::test]
async fn what_is_not_there() {
    let bench = bench().await;
    let (status, body) = bench.get("/v1/customers/cus_none").await;
    assert_eq!((status.as_u16(), &body["error"]["code"]), (404, &json!("resource_missing")));
    assert_eq!(body["error"]["message"], "No such customer: 'cus_none'");
    let (status, body) = bench.get("/v1/no_such_thing").await;
    assert_eq!((status.as_u16(), &body["error"]["type"]), (404, &json!("invalid_request_error")));
    let price = bench.price().await;
    assert_eq!(bench.get(&format!("/v1/customers/{price}")).await.0, 404, "another type's id");
}

#[tokio::test]
async fn other_content_types_and_versions() {
    let bench = bench().await;
    let json_body =
        bench.request(Method::POST, "/v1/customers").json(&json!({"email": "a@b.io"})).send().await.unwrap();
    assert_eq!(json_body.status(), 400);
    let old = bench.request(Method::GET, "/v1/customers").header("Stripe-Version", "2020-08-27").send().await.unwrap();
    assert_eq!(old.status(), 400);
    let good = bench.request(Method::GET, "/v1/customers").send().await.unwrap();
    assert_eq!(good.headers()["stripe-version"], stripe_sandbox::API_VERSION);
    assert!(good.headers()["request-id"].to_str().unwrap().starts_with("req_"));
}

#[tokio::test]
async fn a_refused_call_is_taken_back_whole() {
    let bench = bench().await;
    let price = bench.price().await;
    let before = bench.found("/v1/events").await["data"].as_array().unwrap().len();
    let customer = bench.made("/v1/customers", &[]).await;
    // The call makes a subscription and an invoice, and then finds that the card is declined.
    let form = [
        ("customer", customer["id"].as_str().unwrap()),
        ("items[0][price]", price.as_str()),
        ("default_payment_method", "pm_card_chargeDeclined"),
        ("payment_behavior", "error_if_incomplete"),
    ];
    assert_eq!(bench.post("/v1/subscriptions", &form).await.0, 402);
    for list in ["subscriptions?status=all", "invoices", "charges", "payment_methods"] {
        assert_eq!(bench.found(&format!("/v1/{list}")).await["data"], json!([]), "{list}");
    }
    assert_eq!(bench.found("/v1/events").await["data"].as_array().unwrap().len(), before + 1);
}
