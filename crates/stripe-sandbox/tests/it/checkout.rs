//! The hosted checkout: what each card does, and what it leaves behind.

use serde_json::json;

use crate::support::{bench, text};

#[tokio::test]
async fn a_good_card_completes_the_session_and_leads_on() {
    let bench = bench().await;
    let session = bench.session().await;
    let id = text(&session["id"]);
    let (status, _, leads) = bench.pay(&session, "4242 4242 4242 4242").await;
    assert_eq!((status.as_u16(), leads), (303, format!("http://127.0.0.1:9/welcome?s={id}")));
    let paid = bench.found(&format!("/v1/checkout/sessions/{id}")).await;
    assert_eq!((&paid["status"], &paid["payment_status"]), (&json!("complete"), &json!("paid")));
    assert_eq!(paid["customer_details"]["email"], "ada@example.com");
    let subscription = bench.subscription(&paid).await;
    assert_eq!(subscription["status"], "active");
    assert_eq!(subscription["metadata"], json!({"ref": "r1"}));
    let charges = bench
        .found(&format!("/v1/charges?customer={}&expand[]=data.balance_transaction", text(&paid["customer"])))
        .await;
    let booked = &charges["data"][0]["balance_transaction"];
    assert_eq!([&booked["amount"], &booked["fee"], &booked["net"]], [&json!(700), &json!(36), &json!(664)]);
}

#[tokio::test]
async fn a_declined_card_takes_nothing_and_leaves_the_session_open() {
    let bench = bench().await;
    for (number, says) in [
        ("4000000000000002", "Your card was declined."),
        ("4000000000009995", "insufficient funds"),
        ("4000000000000069", "has expired"),
        ("4000000000000127", "security code is incorrect"),
    ] {
        let session = bench.session().await;
        let (status, page, _) = bench.pay(&session, number).await;
        assert_eq!(status, 402);
        assert!(page.contains(says) && page.contains("Nothing was taken"), "{page}");
        assert!(page.contains("Ada Reader") && page.contains("ada@example.com"), "what was typed is kept");
        assert!(!page.contains(&format!("value=\"{number}")) && !page.contains("value=\"123\""), "card data is not");
        let after = bench.found(&format!("/v1/checkout/sessions/{}", text(&session["id"]))).await;
        assert_eq!([&after["status"], &after["payment_status"]], [&json!("open"), &json!("unpaid")]);
        assert!(after["subscription"].is_null() && after["customer"].is_null());
    }
    assert_eq!(bench.found("/v1/customers").await["data"], json!([]));
    assert_eq!(bench.found("/v1/subscriptions?status=all").await["data"], json!([]));
    assert_eq!(bench.found("/v1/balance_transactions").await["data"], json!([]));
    assert_eq!(bench.found("/v1/charges").await["data"][0]["status"], "failed");
}

#[tokio::test]
async fn another_card_after_a_decline_pays_once() {
    let bench = bench().await;
    let session = bench.session().await;
    assert_eq!(bench.pay(&session, "4000000000000002").await.0, 402);
    assert_eq!(bench.pay(&session, "4242424242424242").await.0, 303);
    let intents = bench.found("/v1/payment_intents").await;
    assert_eq!(intents["data"].as_array().unwrap().len(), 1);
    let (status, page, _) = bench.pay(&session, "4242424242424242").await;
    assert_eq!(status, 200);
    assert!(page.contains("paid here already"), "{page}");
    assert_eq!(bench.found("/v1/subscriptions").await["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn two_presses_at_once_pay_once() {
    let bench = bench().await;
    let session = bench.session().await;
    let both =
        futures_util::future::join(bench.pay(&session, "4242424242424242"), bench.pay(&session, "4242424242424242"));
    let (first, second) = both.await;
    let mut statuses = [first.0.as_u16(), second.0.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 303]);
    assert_eq!(bench.found("/v1/balance_transactions").await["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn wrong_fields_are_named_and_nothing_happens() {
    let bench = bench().await;
    let session = bench.session().await;
    let url = text(&session["url"]);
    let good = [
        ("email", "a@b.io"),
        ("card_number", "4242424242424242"),
        ("card_expiry", "12/34"),
        ("card_cvc", "123"),
        ("name", "A"),
    ];
    for (field, bad) in [
        ("email", "nobody"),
        ("card_number", "4111111111111112"),
        ("card_expiry", "01/20"),
        ("card_cvc", "12"),
        ("name", " "),
    ] {
        let form: Vec<_> =
            good.iter().map(|(name, value)| (*name, if *name == field { bad } else { *value })).collect();
        let (status, page, _) = bench.submit(&url, &form).await;
        assert_eq!(status, 422, "{field}");
        assert!(page.contains(&format!("href=\"#{field}\"")), "{field}: {page}");
    }
    assert_eq!(bench.found("/v1/payment_intents").await["data"], json!([]));
}

#[tokio::test]
async fn authentication_approved_and_refused() {
    let bench = bench().await;
    let session = bench.session().await;
    let (status, _, leads) = bench.pay(&session, "4000002500003155").await;
    assert_eq!(status, 303);
    let address = format!("{}{leads}", bench.url);
    assert!(bench.page(&address).await.1.contains("is this you?"));
    assert_eq!(bench.found("/v1/payment_intents").await["data"][0]["status"], "requires_action");
    assert_eq!(bench.submit(&address, &[("outcome", "fail")]).await.0, 402);
    assert_eq!(bench.found("/v1/subscriptions?status=all").await["data"], json!([]));
    bench.pay(&session, "4000002500003155").await;
    let (status, _, leads) = bench.submit(&address, &[("outcome", "approve")]).await;
    assert_eq!(status, 303);
    assert!(leads.starts_with("http://127.0.0.1:9/welcome"));
    assert_eq!(bench.found("/v1/subscriptions").await["data"][0]["status"], "active");
}

#[tokio::test]
async fn a_known_customer_is_not_made_anew() {
    let bench = bench().await;
    let customer = text(&bench.made("/v1/customers", &[("email", "known@example.com")]).await["id"]);
    let price = bench.price().await;
    let form = [
        ("mode", "subscription"),
        ("customer", customer.as_str()),
        ("line_items[][price]", price.as_str()),
        ("line_items[][quantity]", "1"),
        ("success_url", "http://127.0.0.1:9/"),
    ];
    let session = bench.made("/v1/checkout/sessions", &form).await;
    let page = bench.page(session["url"].as_str().unwrap()).await.1;
    assert!(page.contains("value=\"known@example.com\" readonly"), "{page}");
    assert_eq!(bench.pay(&session, "4242424242424242").await.0, 303);
    assert_eq!(bench.found("/v1/customers").await["data"].as_array().unwrap().len(), 1);
    let invoices = bench.found(&format!("/v1/invoices?customer={customer}")).await;
    assert_eq!(invoices["data"][0]["customer_email"], "known@example.com");
}

#[tokio::test]
async fn lines_that_bill_differently_are_refused() {
    let bench = bench().await;
    let month = bench.price().await;
    let product = text(&bench.found(&format!("/v1/prices/{month}")).await["product"]);
    let form = [("product", product.as_str()), ("currency", "eur"), ("unit_amount", "5000")];
    let once = text(&bench.made("/v1/prices", &form).await["id"]);
    let yearly = [&form[..], &[("recurring[interval]", "year")]].concat();
    let year = text(&bench.made("/v1/prices", &yearly).await["id"]);
    for (mode, prices) in
        [("subscription", [&month, &year]), ("subscription", [&month, &once]), ("payment", [&once, &month])]
    {
        let form = [
            ("mode", mode),
            ("line_items[0][price]", prices[0].as_str()),
            ("line_items[0][quantity]", "1"),
            ("line_items[1][price]", prices[1].as_str()),
            ("line_items[1][quantity]", "1"),
            ("success_url", "http://127.0.0.1:9/"),
        ];
        let (status, body) = bench.post("/v1/checkout/sessions", &form).await;
        assert_eq!((status.as_u16(), &body["error"]["param"]), (400, &json!("line_items")), "{mode} {prices:?}");
    }
    assert_eq!(bench.found("/v1/checkout/sessions").await["data"], json!([]));
}
