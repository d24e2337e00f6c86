//! The pages: plainly a sandbox, without scripts, safe, and doing what their buttons say.

use serde_json::json;

use crate::{
    clock::period_end,
    support::{bench, text},
};

#[tokio::test]
async fn every_page_says_that_it_is_a_sandbox_and_runs_no_script() {
    let bench = bench().await;
    let session = bench.session().await;
    let paid = bench.member("4242424242424242").await;
    let customer = text(&paid["customer"]);
    let portal = bench
        .made("/v1/billing_portal/sessions", &[("customer", &customer), ("return_url", "http://127.0.0.1:9/")])
        .await;
    let invoice = bench.found(&format!("/v1/invoices/{}", text(&paid["invoice"]))).await;
    let charge = bench.found("/v1/charges").await["data"][0].clone();
    let subscription = text(&paid["subscription"]);
    for address in [
        format!("{}/", bench.url),
        text(&session["url"]),
        text(&portal["url"]),
        format!("{}/cancel/{subscription}", text(&portal["url"])),
        format!("{}/card", text(&portal["url"])),
        text(&invoice["hosted_invoice_url"]),
        text(&charge["receipt_url"]),
    ] {
        let (status, page, headers) = bench.page(&address).await;
        assert_eq!(status, 200, "{address}: {page}");
        assert!(page.contains("Sandbox: no money moves"), "{address}");
        assert!(!page.contains("<script") && !page.contains("style=\""), "{address}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
    assert_eq!(bench.page(&format!("{}/nowhere", bench.url)).await.0, 404);
    assert_eq!(bench.page(&format!("{}/c/pay/cs_test_none", bench.url)).await.0, 404);
}

#[tokio::test]
async fn names_are_escaped() {
    let bench = bench().await;
    let product = bench.made("/v1/products", &[("name", "<b>&\"x")]).await;
    let form = [
        ("mode", "payment"),
        ("line_items[0][price_data][currency]", "eur"),
        ("line_items[0][price_data][unit_amount]", "100"),
        ("line_items[0][price_data][product]", product["id"].as_str().unwrap()),
        ("line_items[0][quantity]", "1"),
        ("success_url", "http://127.0.0.1:9/"),
    ];
    let session = bench.made("/v1/checkout/sessions", &form).await;
    let page = bench.page(session["url"].as_str().unwrap()).await.1;
    assert!(page.contains("&#60;b&#62;&#38;&#34;x"), "{page}");
}

#[tokio::test]
async fn the_portal_cancels_with_a_question_and_takes_it_back() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let customer = text(&session["customer"]);
    let subscription = text(&session["subscription"]);
    let portal = bench
        .made("/v1/billing_portal/sessions", &[("customer", &customer), ("return_url", "http://127.0.0.1:9/account")])
        .await;
    let address = text(&portal["url"]);
    let page = bench.page(&address).await.1;
    assert!(
        page.contains("€7.00 a month")
            && page.contains("Next payment on")
            && page.contains("http://127.0.0.1:9/account"),
        "{page}"
    );
    bench.page(&format!("{address}/cancel/{subscription}")).await;
    assert_eq!(bench.subscription(&session).await["cancel_at_period_end"], false, "asking changes nothing");
    bench.submit(&format!("{address}/cancel/{subscription}"), &[]).await;
    assert_eq!(bench.subscription(&session).await["cancel_at_period_end"], true);
    assert!(bench.page(&address).await.1.contains("It lasts until"));
    bench.submit(&format!("{address}/resume/{subscription}"), &[]).await;
    let resumed = bench.subscription(&session).await;
    assert_eq!((&resumed["cancel_at_period_end"], &resumed["cancel_at"]), (&json!(false), &json!(null)));
}

#[tokio::test]
async fn the_portal_lets_nobody_else_in() {
    let bench = bench().await;
    let (mine, other) = (bench.member("4242424242424242").await, bench.member("4242424242424242").await);
    let portal = bench.made("/v1/billing_portal/sessions", &[("customer", &text(&mine["customer"]))]).await;
    let address = text(&portal["url"]);
    bench.submit(&format!("{address}/cancel/{}", text(&other["subscription"])), &[]).await;
    assert_eq!(bench.subscription(&other).await["cancel_at_period_end"], false);
    assert_eq!(bench.page(&format!("{}/p/session/test_guess", bench.url)).await.0, 404);
    bench.control("/_sandbox/clock/advance", json!({"seconds": 3601})).await;
    assert_eq!(bench.page(&address).await.0, 404, "the link works for an hour");
}

#[tokio::test]
async fn the_front_page_moves_the_clock_to_the_next_renewal() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let end = period_end(&bench.subscription(&session).await);
    let (status, _, leads) = bench.submit(&format!("{}/_sandbox/advance", bench.url), &[("step", "renewal")]).await;
    assert_eq!((status.as_u16(), leads.as_str()), (303, "/"));
    assert_eq!(bench.found("/_sandbox/clock").await["now"], json!(end + 3600));
    assert_eq!(bench.found("/v1/invoices?status=paid").await["data"].as_array().unwrap().len(), 2);
    let page = bench.page(&format!("{}/", bench.url)).await.1;
    assert!(page.contains("ada@example.com") && page.contains("invoice.paid"), "{page}");
    assert_eq!(bench.submit(&format!("{}/_sandbox/advance", bench.url), &[("step", "century")]).await.0, 400);
}

#[tokio::test]
async fn the_front_page_fails_a_payment_and_has_webhooks_misbehave() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let customer = text(&session["customer"]);
    let front = format!("{}/", bench.url);
    let next = format!("{front}_sandbox/page/next_payment");
    let form = |outcome| [("customer", customer.as_str()), ("outcome", outcome)];
    assert_eq!(bench.submit(&next, &form("decline")).await.2, "/#customers");
    assert!(bench.page(&front).await.1.contains("Will fail: let it go as usual"));
    bench.submit(&next, &form("usual")).await;
    assert!(bench.page(&front).await.1.contains("Fail the next payment of ada@example.com"));
    bench.submit(&next, &form("decline")).await;
    bench.submit(&format!("{front}_sandbox/advance"), &[("step", "renewal")]).await;
    assert_eq!(bench.subscription(&session).await["status"], "past_due");
    assert!(bench.page(&front).await.1.contains("Fail the next payment of"), "it holds for one payment");
    assert_eq!(bench.submit(&next, &form("century")).await.0, 400);
    assert_eq!(bench.submit(&next, &[("customer", "cus_none"), ("outcome", "decline")]).await.0, 400);
    let webhooks = format!("{front}_sandbox/page/webhooks");
    assert!(bench.page(&front).await.1.contains("They arrive once, in order, at once."));
    assert_eq!(bench.submit(&webhooks, &[("manner", "lost")]).await.2, "/#webhooks");
    assert!(bench.page(&front).await.1.contains("None arrives."));
    bench.control("/_sandbox/chaos", json!({"delay": 0.25})).await;
    assert!(bench.page(&front).await.1.contains("as was set by POST"));
    assert_eq!(bench.submit(&webhooks, &[("manner", "madly")]).await.0, 400);
}
