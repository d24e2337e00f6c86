//! Events of the gateway converge: duplicated, reordered, given twice, the state is the same in the end.

use masthead::{
    domain::id::MemberId,
    flow::{prove_tally, read_member},
    store,
};
use serde_json::Value;

use crate::support::{AppOptions, Card, SeededEntropy, TestApp, TestDatabase, on_both_databases, until};

const CAMPAIGN: &str = "25000-members";

/// What five events of a first payment are about; the others say less.
const TELLING: [&str; 5] = [
    "checkout.session.completed",
    "customer.created",
    "customer.subscription.created",
    "invoice.paid",
    "charge.succeeded",
];

async fn app_without_deliveries(db: TestDatabase) -> TestApp {
    let settings = |config: &mut masthead::config::Config| config.limits.checkouts_per_client_hour = 100_000;
    TestApp::start_with(db, AppOptions { webhooks: false, settings: Box::new(settings), ..AppOptions::default() }).await
}

/// Somebody new pays. Returns their customer's id at the gateway.
async fn pay(app: &TestApp, price_id: &str, number: usize) -> String {
    let email = format!("reader{number}@example.com");
    let page = app.browser().check_out(price_id, Some(&email), Some(CAMPAIGN)).await;
    app.pay(&page, &email, Card::GOOD).await;
    let session_id = page.split('/').next_back().unwrap().split(['?', '#']).next().unwrap();
    let session = app.gateway(&format!("/v1/checkout/sessions/{session_id}")).await;
    session["customer"].as_str().unwrap().to_owned()
}

/// Everything about a member that must not depend on the order of events; lengths of time instead of moments.
async fn outcome(app: &TestApp, customer_id: &str) -> String {
    let mut conn = app.context.store.read().await.unwrap();
    let select = "SELECT member_id FROM gateway_customer WHERE id = $1";
    let member_id: String = sqlx::query_scalar(select).bind(customer_id).fetch_one(&mut *conn).await.unwrap();
    let member_id = MemberId::parse(&member_id).unwrap();
    let campaign = store::campaign::find_by_slug(&mut conn, CAMPAIGN).await.unwrap().unwrap();
    let counted = store::campaign_member::is_counted(&mut conn, &campaign.id, &member_id).await.unwrap();
    let rows = "SELECT delta_members FROM campaign_ledger WHERE member_id = $1 AND campaign_id = $2 ORDER BY id";
    let flips: Vec<i64> = sqlx::query_scalar(rows)
        .bind(member_id.as_str())
        .bind(campaign.id.as_str())
        .fetch_all(&mut *conn)
        .await
        .unwrap();
    drop(conn);
    let profile = read_member::read(&app.context, &member_id).await.unwrap().unwrap();
    let rights: Vec<_> = profile
        .entitlements
        .iter()
        .map(|right| (right.source, right.window.until.map(|until| until.seconds() - right.window.from.seconds())))
        .collect();
    let subscriptions: Vec<_> = profile
        .subscriptions
        .iter()
        .map(|(one, _)| {
            let since = |at: masthead::domain::time::Moment| at.seconds() - one.gateway_created_at.seconds();
            (one.status.clone(), one.paid_until.map(since), one.current_period_end.map(since), one.cancel_at.is_some())
        })
        .collect();
    let payments: Vec<_> = profile.payments.iter().map(|line| (line.kind, line.gross)).collect();
    let verified = profile.member.verified_at.is_some();
    format!("{rights:?} {subscriptions:?} {payments:?} counted {counted} {flips:?} verified {verified}")
}

/// All orders of `0..count`.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let insert = |shorter: Vec<usize>| {
        (0..count).map(move |at| {
            let mut longer = shorter.clone();
            longer.insert(at, count - 1);
            longer
        })
    };
    permutations(count - 1).into_iter().flat_map(insert).collect()
}

/// Some order, with every event twice.
fn shuffled_twice(count: usize, chance: &SeededEntropy) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).chain(0..count).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, chance.below(at as u64 + 1) as usize);
    }
    order
}

async fn deliver(app: &TestApp, events: &[Value], order: &[usize]) {
    for at in order {
        assert_eq!(app.deliver(&events[*at]).await, 200, "{}", events[*at]["type"]);
    }
}

on_both_databases! {
    async fn every_order_of_five_events_ends_alike(db: TestDatabase) {
        let app = app_without_deliveries(db).await;
        let price_id = app.price_id("supporter", "month").await;
        let mut customers = Vec::new();
        for (number, order) in permutations(TELLING.len()).into_iter().enumerate() {
            let customer_id = pay(&app, &price_id, number).await;
            let all = app.newest_events_of(&customer_id).await;
            let kind = |kind: &&str| all.iter().find(|event| event["type"] == *kind).cloned();
            let events: Vec<Value> = TELLING.iter().filter_map(kind).collect();
            assert_eq!(events.len(), TELLING.len(), "{:?}", all.iter().map(|event| &event["type"]).collect::<Vec<_>>());
            deliver(&app, &events, &order).await;
            customers.push((customer_id, order));
        }
        app.caught_up().await;
        let first = outcome(&app, &customers[0].0).await;
        for (customer_id, order) in &customers {
            assert_eq!(outcome(&app, customer_id).await, first, "order {order:?}");
        }
        counted(&app, customers.len() as i64).await;
        app.stop().await;
    }

    async fn renewals_in_any_order_and_twice_end_alike(db: TestDatabase) {
        let app = app_without_deliveries(db).await;
        let price_id = app.price_id("supporter", "month").await;
        let chance = SeededEntropy::new(11);
        let mut customers = Vec::new();
        let mut early = Vec::new();
        for number in 0..20 {
            customers.push(pay(&app, &price_id, number).await);
            early.push(app.newest_events_of(&customers[number]).await);
        }
        // Half of them hear of the payment before the renewal, the others of both together: all in an order of their own.
        for events in early.iter().step_by(2) {
            deliver(&app, events, &shuffled_twice(events.len(), &chance)).await;
        }
        app.clock.advance_business_seconds(31 * 86_400 + 7_200).await;
        for (number, customer_id) in customers.iter().enumerate() {
            // The gateway lists events of the last thirty days alone.
            let late = app.events_of(customer_id).await;
            assert!(late.iter().any(|event| event["type"] == "invoice.paid"), "a renewal brings events of its own");
            let events = if number % 2 == 0 { late } else { [early[number].clone(), late].concat() };
            deliver(&app, &events, &shuffled_twice(events.len(), &chance)).await;
        }
        app.caught_up().await;
        let first = outcome(&app, &customers[0]).await;
        for (number, customer_id) in customers.iter().enumerate() {
            assert_eq!(outcome(&app, customer_id).await, first, "reader {number}");
        }
        counted(&app, customers.len() as i64).await;
        app.stop().await;
    }

    async fn fifty_copies_at_once_have_one_effect(db: TestDatabase) {
        let app = std::sync::Arc::new(app_without_deliveries(db).await);
        let price_id = app.price_id("supporter", "month").await;
        let customer_id = pay(&app, &price_id, 0).await;
        let events = app.events_of(&customer_id).await;
        let mut deliveries = tokio::task::JoinSet::new();
        for event in events.iter().cycle().take(events.len() * 50) {
            let (app, event) = (std::sync::Arc::clone(&app), event.clone());
            deliveries.spawn(async move { app.deliver(&event).await });
        }
        assert!(deliveries.join_all().await.iter().all(|status| *status == 200));
        app.caught_up().await;
        counted(&app, 1).await;
        let mut conn = app.context.store.read().await.unwrap();
        for (table, rows) in [("webhook_event", events.len() as i64), ("payment_ledger", 1), ("entitlement", 1), ("member", 1)] {
            let count = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
            let found: i64 = sqlx::query_scalar(count).fetch_one(&mut *conn).await.unwrap();
            assert_eq!(found, rows, "{table}");
        }
        drop(conn);
        app.mail("reader0@example.com", 1).await;
        assert_eq!(app.mails("reader0@example.com").await.len(), 1, "one welcome");
    }
}

/// The counter shows that many more than the declared offset, and the tally proves.
async fn counted(app: &TestApp, members: i64) {
    until(&format!("{members} members more"), || async {
        let answer = app.browser().get(&format!("/v1/campaigns/{CAMPAIGN}")).await;
        let campaign: Value = answer.json().await.unwrap();
        (campaign["count"] == 24_600 + members).then_some(())
    })
    .await;
    for proof in prove_tally::prove(&app.context).await.unwrap() {
        assert!(proof.holds(), "{proof:?}");
    }
}

#[test]
fn permutations_are_all_and_each_once() {
    let all: std::collections::BTreeSet<Vec<usize>> = permutations(5).into_iter().collect();
    assert_eq!((all.len(), permutations(5).len()), (120, 120));
}
