//! The billing portal and the invoice's page: another card, another plan, paying what is open.

use serde_json::{Value, json};

use crate::{
    clock::period_end,
    support::{Bench, bench, text},
    switching::price_of,
};

const GOOD: &[(&str, &str)] =
    &[("card_number", "5555 5555 5555 4444"), ("card_expiry", "11/35"), ("card_cvc", "123"), ("name", "Ada Reader")];

fn card(number: &str) -> Vec<(&str, &str)> {
    [&[("card_number", number)], &GOOD[1..]].concat()
}

/// The portal's address for a member, under a configuration with these features.
async fn portal(bench: &Bench, session: &Value, features: &[(&str, &str)]) -> String {
    let configuration = bench.made("/v1/billing_portal/configurations", features).await;
    let form = [("customer", &*text(&session["customer"])), ("configuration", &*text(&configuration["id"]))];
    text(&bench.made("/v1/billing_portal/sessions", &form).await["url"])
}

const CARD: (&str, &str) = ("features[payment_method_update][enabled]", "true");
const CANCEL: (&str, &str) = ("features[subscription_cancel][enabled]", "true");

#[tokio::test]
async fn another_card_pays_from_now_on_and_a_bad_one_is_told() {
    let bench = bench().await;
    let session = bench.member("4000000000000341").await;
    let address = portal(&bench, &session, &[CARD]).await;
    let page = bench.page(&address).await.1;
    assert!(page.contains("Change the card") && !page.contains("Cancel subscription") && !page.contains("Invoices"));
    let page = bench.page(&format!("{address}/card")).await.1;
    assert!(page.contains("You pay by the card ending in 0341 now."), "{page}");
    let wrong = [("card_number", "4242"), ("name", "Ada <Reader>")];
    let (status, page, _) = bench.submit(&format!("{address}/card"), &wrong).await;
    assert_eq!(status, 422);
    assert!(page.contains("aria-invalid=\"true\"") && page.contains("Ada &#60;Reader&#62;"), "{page}");
    let (status, page, _) = bench.submit(&format!("{address}/card"), &card("4000000000009995")).await;
    assert_eq!(status, 402);
    assert!(page.contains("Your card has insufficient funds."), "{page}");
    assert_eq!(
        bench.subscription(&session).await["default_payment_method"],
        bench.found("/v1/charges").await["data"][0]["payment_method"]
    );
    let (status, _, leads) = bench.submit(&format!("{address}/card"), GOOD).await;
    assert_eq!((status.as_u16(), address.ends_with(&leads)), (303, true));
    let after = bench
        .found(&format!(
            "/v1/subscriptions/{}?expand[]=default_payment_method&expand[]=customer",
            text(&session["subscription"])
        ))
        .await;
    let method = &after["default_payment_method"];
    assert_eq!((&method["card"]["last4"], &method["card"]["exp_year"]), (&json!("4444"), &json!(2035)));
    assert_eq!(after["customer"]["invoice_settings"]["default_payment_method"], method["id"]);
    bench.control("/_sandbox/clock/advance", json!({"to": period_end(&after) + 3600})).await;
    assert_eq!(bench.subscription(&session).await["status"], "active", "the renewal is paid by it");
}

/// A portal that offers a dearer plan and a year, settled like this.
async fn offering(bench: &Bench, session: &Value, proration: &str) -> (String, String, String) {
    let (patron, yearly) =
        (price_of(bench, "1500", "month", "eur").await, price_of(bench, "7000", "year", "eur").await);
    let dollars = price_of(bench, "800", "month", "usd").await;
    let mut features = vec![
        CARD,
        ("features[subscription_update][enabled]", "true"),
        ("features[subscription_update][default_allowed_updates][0]", "price"),
        ("features[subscription_update][proration_behavior]", proration),
    ];
    let mut owned = Vec::new();
    for (index, price) in [&patron, &yearly, &dollars].into_iter().enumerate() {
        let product = text(&bench.found(&format!("/v1/prices/{price}")).await["product"]);
        let at = format!("features[subscription_update][products][{index}]");
        owned.push((format!("{at}[product]"), product));
        owned.push((format!("{at}[prices][0]"), price.clone()));
    }
    features.extend(owned.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    (portal(bench, session, &features).await, patron, yearly)
}

#[tokio::test]
async fn another_plan_says_what_it_costs_and_then_costs_that() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let subscription = text(&session["subscription"]);
    let (address, _, yearly) = offering(&bench, &session, "create_prorations").await;
    assert!(bench.page(&address).await.1.contains("Change the plan"));
    let page = bench.page(&format!("{address}/plan/{subscription}")).await.1;
    assert!(page.contains("€15.00 a month") && page.contains("€70.00 a year") && !page.contains('$'), "{page}");
    bench.control("/_sandbox/clock/advance", json!({"seconds": 10 * 86_400})).await;
    // Ten days later the first link is too old.
    let address = reopened(&bench, &session).await;
    let page = bench.page(&format!("{address}/plan/{subscription}/{yearly}")).await.1;
    assert!(page.contains("Unused time on Supporter") && page.contains("Change and pay €65."), "{page}");
    assert_eq!(bench.found("/v1/invoices").await["data"].as_array().unwrap().len(), 1, "asking costs nothing");
    let shown = page.split("Change and pay €").nth(1).unwrap()[..5].replace('.', "");
    let (status, _, leads) = bench.submit(&format!("{address}/plan/{subscription}/{yearly}"), &[]).await;
    assert_eq!((status.as_u16(), address.ends_with(&leads)), (303, true));
    let paid = bench.found("/v1/invoices").await["data"][0].clone();
    assert_eq!((paid["amount_paid"].to_string(), &paid["billing_reason"]), (shown, &json!("subscription_update")));
    assert!(bench.page(&address).await.1.contains("€70.00 a year"));
}

/// Another session for the newest configuration.
async fn reopened(bench: &Bench, session: &Value) -> String {
    let known = bench.found("/v1/billing_portal/configurations?is_default=false").await["data"][0]["id"].clone();
    let form = [("customer", &*text(&session["customer"])), ("configuration", &*text(&known))];
    text(&bench.made("/v1/billing_portal/sessions", &form).await["url"])
}

#[tokio::test]
async fn a_plan_that_the_card_does_not_pay_changes_nothing() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let subscription = text(&session["subscription"]);
    let before = bench.subscription(&session).await;
    let (address, patron, _) = offering(&bench, &session, "always_invoice").await;
    bench.control("/_sandbox/next_payment", json!({"customer": session["customer"], "outcome": "decline"})).await;
    let plan = format!("{address}/plan/{subscription}/{patron}");
    let (status, page, _) = bench.submit(&plan, &[]).await;
    assert_eq!(status, 402);
    assert!(page.contains("Your card was declined.") && page.contains("Nothing has changed") && page.contains("/card"));
    assert_eq!(bench.subscription(&session).await, before);
    let nowhere = format!("{address}/plan/{subscription}/price_none");
    assert_eq!(bench.submit(&nowhere, &[]).await.0, 303, "what is not offered is not sold");
    assert_eq!(bench.subscription(&session).await, before);
}

#[tokio::test]
async fn a_portal_may_end_a_subscription_at_once() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let subscription = text(&session["subscription"]);
    let address = portal(&bench, &session, &[CANCEL, ("features[subscription_cancel][mode]", "immediately")]).await;
    let page = bench.page(&format!("{address}/cancel/{subscription}")).await.1;
    assert!(page.contains("at once"), "{page}");
    bench.submit(&format!("{address}/cancel/{subscription}"), &[]).await;
    assert_eq!(bench.subscription(&session).await["status"], "canceled");
    let other = bench.member("4242424242424242").await;
    let path = format!("/v1/subscriptions/{}", text(&other["subscription"]));
    bench.made(&path, &[("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", "4000000000")]).await;
    let paused = portal(&bench, &other, &[CARD]).await;
    assert!(bench.page(&paused).await.1.contains("nothing is taken until <strong>2 October 2096</strong>"));
    let closed = portal(&bench, &session, &[CARD]).await;
    assert!(bench.page(&closed).await.1.contains("Ended on"));
}

#[tokio::test]
async fn a_configuration_offers_only_what_there_is() {
    let bench = bench().await;
    let price = bench.price().await;
    let other = text(&bench.made("/v1/products", &[("name", "Other")]).await["id"]);
    let none = [("features[subscription_update][enabled]", "true")];
    let foreign = [
        ("features[subscription_update][enabled]", "true"),
        ("features[subscription_update][products][0][product]", other.as_str()),
        ("features[subscription_update][products][0][prices][0]", &price),
    ];
    for form in [&none[..], &foreign[..]] {
        let (status, error) = bench.post("/v1/billing_portal/configurations", form).await;
        assert_eq!(
            (status.as_u16(), &error["error"]["param"]),
            (400, &json!("features[subscription_update][products]"))
        );
    }
}

/// A member whose renewal was not paid: the session and the open invoice.
async fn owing(bench: &Bench, card: &str) -> (Value, Value) {
    let session = bench.member(card).await;
    let end = period_end(&bench.subscription(&session).await);
    bench.control("/_sandbox/clock/advance", json!({"to": end + 3600})).await;
    let latest = text(&bench.subscription(&session).await["latest_invoice"]);
    (session, bench.found(&format!("/v1/invoices/{latest}")).await)
}

#[tokio::test]
async fn an_open_invoice_is_paid_on_its_page() {
    let bench = bench().await;
    let (session, invoice) = owing(&bench, "4000000000000341").await;
    let address = text(&invoice["hosted_invoice_url"]);
    let portal = portal(&bench, &session, &[CARD]).await;
    assert!(bench.page(&portal).await.1.contains(&address), "the portal leads there");
    assert!(bench.page(&address).await.1.contains("Pay €7.00 by the card ending in 0341"));
    let (status, page, _) = bench.submit(&address, &card("4000000000000002")).await;
    assert_eq!(status, 402);
    assert!(page.contains("Your card was declined."), "{page}");
    assert_eq!(bench.submit(&address, &card("1234")).await.0, 422);
    assert_eq!(bench.submit(&address, GOOD).await.0, 303);
    assert_eq!(bench.subscription(&session).await["status"], "active");
    let page = bench.page(&address).await.1;
    assert!(page.contains("<strong>Paid</strong>") && !page.contains("<form"), "{page}");
    assert_eq!(bench.submit(&address, GOOD).await.0, 303, "a second press pays nothing");
    assert_eq!(
        bench.found("/v1/charges").await["data"].as_array().unwrap().iter().filter(|one| one["paid"] == true).count(),
        2
    );
    assert_eq!(bench.submit(&format!("{address}x"), GOOD).await.0, 404);
}

#[tokio::test]
async fn a_renewal_that_asks_for_its_payer_is_approved_on_the_invoices_page() {
    let bench = bench().await;
    bench.control("/_sandbox/settings", json!({"retry_days": [3]})).await;
    let session = bench.session().await;
    let (_, _, leads) = bench.pay(&session, "4000002760003184").await;
    bench.submit(&format!("{}{leads}", bench.url), &[("outcome", "approve")]).await;
    let session = bench.found(&format!("/v1/checkout/sessions/{}", text(&session["id"]))).await;
    let end = period_end(&bench.subscription(&session).await);
    bench.control("/_sandbox/clock/advance", json!({"to": end + 3600})).await;
    let subscription = bench.subscription(&session).await;
    assert_eq!(subscription["status"], "past_due");
    let invoice = bench.found(&format!("/v1/invoices/{}", text(&subscription["latest_invoice"]))).await;
    let told = crate::money_back::told(&bench, &invoice).await;
    assert!(told.contains(&"invoice.payment_action_required".into()), "{told:?}");
    let address = text(&invoice["hosted_invoice_url"]);
    let (status, _, leads) = bench.submit(&address, &[("with", "known")]).await;
    assert_eq!((status.as_u16(), leads.ends_with("/approve")), (303, true));
    let approve = format!("{}{leads}", bench.url);
    assert!(bench.page(&approve).await.1.contains("3184"));
    let (status, page, _) = bench.submit(&approve, &[("outcome", "fail")]).await;
    assert_eq!(status, 402, "{page}");
    bench.submit(&address, &[("with", "known")]).await;
    assert_eq!(bench.submit(&approve, &[("outcome", "approve")]).await.0, 303);
    assert_eq!(bench.subscription(&session).await["status"], "active");
}

#[tokio::test]
async fn the_next_payment_goes_as_arranged_once() {
    let bench = bench().await;
    let first = bench.member("4242424242424242").await;
    let second = bench.member("4000000000000341").await;
    let arrange = async |body: Value| bench.control("/_sandbox/next_payment", body).await;
    arrange(json!({"customer": first["customer"], "outcome": "decline"})).await;
    let kept = arrange(json!({"customer": second["customer"], "outcome": "succeed"})).await;
    assert_eq!((&kept["outcome"], &kept["status"]), (&json!("succeed"), &json!("waiting")));
    let end = period_end(&bench.subscription(&second).await);
    bench.control("/_sandbox/clock/advance", json!({"to": end + 3700})).await;
    assert_eq!(bench.subscription(&first).await["status"], "past_due");
    assert_eq!(bench.subscription(&second).await["status"], "active");
    bench.control("/_sandbox/clock/advance", json!({"seconds": 3 * 86_400})).await;
    assert_eq!(bench.subscription(&first).await["status"], "active", "the retry is as the card is");

    arrange(json!({"outcome": "authentication"})).await;
    arrange(json!({"outcome": "decline"})).await;
    let session = bench.session().await;
    assert_eq!(bench.pay(&session, "4242424242424242").await.0, 402, "anybody's, and the newest counts");
    assert_eq!(bench.pay(&session, "4242424242424242").await.0, 303);
    arrange(json!({"outcome": "authentication"})).await;
    let session = bench.session().await;
    let (_, _, leads) = bench.pay(&session, "4242424242424242").await;
    assert!(leads.ends_with("/authenticate"), "{leads}");
    assert_eq!(bench.submit(&format!("{}{leads}", bench.url), &[("outcome", "approve")]).await.0, 303);
    arrange(json!({"outcome": "succeed"})).await;
    let session = bench.session().await;
    assert_eq!(bench.pay(&session, "4000000000000002").await.0, 303);
    let address = format!("{}/_sandbox/next_payment", bench.url);
    assert_eq!(bench.submit(&address, &[("outcome", "explode")]).await.0, 400);
    assert_eq!(bench.submit(&address, &[("outcome", "decline"), ("customer", "cus_none")]).await.0, 404);
}

#[tokio::test]
async fn a_flow_leads_to_one_page_and_from_it_where_it_says() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let (customer, subscription) = (text(&session["customer"]), text(&session["subscription"]));
    let (_, patron, _) = offering(&bench, &session, "always_invoice").await;
    let known = text(&bench.found("/v1/billing_portal/configurations?is_default=false").await["data"][0]["id"]);
    let item = text(&bench.subscription(&session).await["items"]["data"][0]["id"]);
    let base = [
        ("customer", customer.as_str()),
        ("configuration", &known),
        ("flow_data[after_completion][type]", "redirect"),
        ("flow_data[after_completion][redirect][return_url]", "http://127.0.0.1:9/account?done"),
    ];
    let card = [&base[..], &[("flow_data[type]", "payment_method_update")]].concat();
    let made = bench.made("/v1/billing_portal/sessions", &card).await;
    assert_eq!(made["flow"]["type"], "payment_method_update");
    assert!(bench.page(&text(&made["url"])).await.1.contains("Use this card"));
    let (_, _, leads) = bench.submit(&text(&made["url"]), GOOD).await;
    assert_eq!(leads, "http://127.0.0.1:9/account?done");
    let confirm = [
        ("flow_data[type]", "subscription_update_confirm"),
        ("flow_data[subscription_update_confirm][subscription]", subscription.as_str()),
        ("flow_data[subscription_update_confirm][items][0][id]", &item),
        ("flow_data[subscription_update_confirm][items][0][price]", &patron),
    ];
    let made = bench.made("/v1/billing_portal/sessions", &[&base[..], &confirm].concat()).await;
    let (_, _, leads) = bench.submit(&text(&made["url"]), &[]).await;
    assert_eq!(leads, "http://127.0.0.1:9/account?done");
    assert_eq!(bench.subscription(&session).await["items"]["data"][0]["price"]["id"], json!(patron));
    let stranger = text(&bench.member("4242424242424242").await["subscription"]);
    let foreign =
        [("flow_data[type]", "subscription_cancel"), ("flow_data[subscription_cancel][subscription]", &*stranger)];
    assert_eq!(bench.post("/v1/billing_portal/sessions", &[&base[..], &foreign].concat()).await.0, 400);
    assert_eq!(bench.post("/v1/billing_portal/sessions", &[&base[..], &foreign[..1]].concat()).await.0, 400);
}
