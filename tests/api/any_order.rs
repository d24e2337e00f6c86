//! Events in every order: what is stored, and what is told, is the same.

use serde_json::Value;

use crate::{
    expect::{CAMPAIGN, good},
    support::{API_KEY, AppOptions, Card, TestApp, TestDatabase, on_both_databases, signature},
};

/// Of each life these are delivered, in an order of its own.
const KINDS: [&str; 5] = [
    "checkout.session.completed",
    "customer.subscription.created",
    "invoice.paid",
    "charge.refunded",
    "customer.subscription.deleted",
];

fn orders(of: Vec<usize>) -> Vec<Vec<usize>> {
    if of.len() < 2 {
        return vec![of];
    }
    let mut all = Vec::new();
    for (place, first) in of.iter().enumerate() {
        let rest: Vec<usize> =
            of.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, one)| *one).collect();
        all.extend(orders(rest).into_iter().map(|rest| [vec![*first], rest].concat()));
    }
    all
}

/// Joins, gets half of the money back and is cancelled, while no event gets through. Returns the customer.
async fn live(app: &TestApp, price: &str, email: &str) -> String {
    let browser = app.browser();
    let page = browser.check_out(price, Some(email), Some(CAMPAIGN)).await;
    app.pay(&page, email, Card::GOOD).await;
    let subscription = app.stripe("subscriptions?limit=1").await.remove(0);
    let customer = subscription["customer"].as_str().unwrap().to_owned();
    let charge = app.stripe(&format!("charges?customer={customer}")).await.remove(0);
    let at = |path: &str| format!("{}/v1/{path}", app.sandbox.url());
    let form = [("charge", charge["id"].as_str().unwrap()), ("amount", "350")];
    app.make("refunds", &form).await;
    let path = format!("subscriptions/{}", subscription["id"].as_str().unwrap());
    good(app.http.delete(at(&path)).bearer_auth(API_KEY).send().await.unwrap()).await;
    customer
}

/// The events of a customer's life, in the order of `KINDS`.
async fn events(app: &TestApp, customer: &str) -> Vec<String> {
    let all = app.stripe("events?limit=100").await;
    let of = |kind: &str| {
        let is_it = |event: &&Value| event["type"] == kind && event["data"]["object"]["customer"] == customer;
        all.iter().find(is_it).unwrap_or_else(|| panic!("no {kind}")).to_string()
    };
    KINDS.iter().map(|kind| of(kind)).collect()
}

async fn deliver(app: &TestApp, body: &str) {
    let now = app.clock.wall().seconds();
    let signed = signature(body, now);
    let request = app.http.post(app.address("/webhooks/stripe")).header("stripe-signature", signed);
    assert_eq!(request.body(body.to_owned()).send().await.unwrap().status(), 200);
}

/// What is stored of a customer, without ids and moments, and what was told.
async fn outcome(app: &TestApp, customer: &str, email: &str) -> String {
    let mut conn = app.context.store.read().await.unwrap();
    let select = "SELECT subscription.status || ' ended ' || CAST(subscription.ended_at IS NOT NULL AS TEXT) || ' settled ' || \
         CAST(entitlement.settled_at IS NOT NULL AS TEXT) || ' over ' || CAST(entitlement.valid_until <= $2 AS TEXT) \
         FROM subscription JOIN entitlement ON entitlement.subscription_id = subscription.id \
         WHERE subscription.gateway_customer_id = $1";
    let now = app.clock.business().millis();
    let stored: Vec<String> = sqlx::query_scalar(select).bind(customer).bind(now).fetch_all(&mut *conn).await.unwrap();
    let select = "SELECT payment_ledger.kind || ' ' || CAST(gross_minor AS TEXT) FROM payment_ledger \
         JOIN gateway_customer ON gateway_customer.member_id = payment_ledger.member_id WHERE gateway_customer.id = $1 ORDER BY 1";
    let rows: Vec<String> = sqlx::query_scalar(select).bind(customer).fetch_all(&mut *conn).await.unwrap();
    drop(conn);
    let mut told: Vec<String> = app.mails(email).await.into_iter().map(|mail| mail.subject).collect();
    told.sort();
    format!("{stored:?} {rows:?} {told:?}")
}

on_both_databases! {
    // Fault 2.
    async fn five_events_in_every_order_come_to_the_same(db: TestDatabase) {
        let settings = |config: &mut masthead::config::Config| config.limits.checkouts_per_client_hour = 1_000;
        let app = TestApp::start_with(db, AppOptions { webhooks: false, settings: Box::new(settings), ..AppOptions::default() }).await;
        let price = app.price_id("supporter", "month").await;
        let mut lives = Vec::new();
        for (number, order) in orders((0..KINDS.len()).collect()).into_iter().enumerate() {
            let email = format!("reader{number}@example.com");
            let customer = live(&app, &price, &email).await;
            let events = events(&app, &customer).await;
            for place in &order {
                deliver(&app, &events[*place]).await;
                // Each is worked off by itself: none hides behind another.
                app.caught_up().await;
            }
            lives.push((order, customer, email));
        }
        assert_eq!(lives.len(), 120);
        app.mail_is_out().await;
        let mut wanted = None;
        for (order, customer, email) in &lives {
            let found = outcome(&app, customer, email).await;
            let wanted = wanted.get_or_insert_with(|| found.clone());
            assert_eq!(&found, wanted, "{order:?}");
        }
        assert!(wanted.unwrap().starts_with("[\"canceled"), "{lives:?}");
        // What is paid for goes on until its end: each of them counts, once.
        assert_eq!(app.campaign().await["count"], 24_720);
        app.stop().await;
    }
}
