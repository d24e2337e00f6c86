//! `masthead ledger check`: the payment ledger against the payment service's own list, what is missing, and what is nobody of ours'.

use masthead::{
    domain::{
        id::PaymentEntryId,
        payment::{Movement, MovementKind},
        time::Moment,
    },
    store::{self, payment_ledger::Owner},
};
use serde_json::Value;

use crate::{
    expect::good,
    price_move::{masthead, said},
    support::{API_KEY, AppOptions, SeededEntropy, TestApp, TestDatabase, on_both_databases, until},
};

/// A newsroom that no webhook reaches: what happens at the payment service is known when it is asked.
async fn deaf(database: TestDatabase) -> TestApp {
    TestApp::start_with(database, AppOptions { webhooks: false, ..AppOptions::default() }).await
}

async fn post(app: &TestApp, path: &str, form: &[(&str, &str)]) -> Value {
    let request = app.http.post(format!("{}/v1/{path}", app.sandbox.url())).bearer_auth(API_KEY);
    good(request.form(form).send().await.unwrap()).await
}

/// What somebody else sells with the same account. Returns its balance transaction.
async fn foreign(app: &TestApp) -> String {
    let customer = post(app, "customers", &[("email", "shop@example.com")]).await;
    let method =
        post(app, "payment_methods/pm_card_visa/attach", &[("customer", customer["id"].as_str().unwrap())]).await;
    let form = [
        ("product_data[name]", "Mugs"),
        ("currency", "eur"),
        ("unit_amount", "4200"),
        ("recurring[interval]", "month"),
    ];
    let price = post(app, "prices", &form).await;
    let form = [
        ("customer", customer["id"].as_str().unwrap()),
        ("default_payment_method", method["id"].as_str().unwrap()),
        ("items[0][price]", price["id"].as_str().unwrap()),
    ];
    let sold = post(app, "subscriptions", &form).await;
    assert_eq!(sold["status"], "active", "{sold}");
    app.stripe("balance_transactions").await[0]["id"].as_str().unwrap().to_owned()
}

/// A row of the ledger as nobody would post it.
async fn post_by_hand(app: &TestApp, id: &str, amount_minor: i64, seconds: i64) {
    let movement = Movement {
        balance_transaction_id: id.to_owned(),
        kind: MovementKind::Other,
        subscription_ref: None,
        invoice_ref: None,
        charge_ref: None,
        source_ref: None,
        checkout_ref: None,
        gross: masthead::domain::money::Money {
            amount_minor,
            currency: masthead::domain::money::Currency::parse("EUR").unwrap(),
        },
        tax_minor: 0,
        tax_rate: None,
        fee_minor: 0,
        net_minor: amount_minor,
        occurred_at: Moment::from_seconds(seconds),
    };
    let mut tx = app.context.store.begin().await.unwrap();
    let entry_id = PaymentEntryId::mint(app.clock.wall(), &SeededEntropy::new(77 + amount_minor.unsigned_abs()));
    assert!(
        store::payment_ledger::append(&mut tx, &entry_id, &movement, &Owner::default(), app.clock.wall())
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
}

async fn rows(app: &TestApp) -> i64 {
    let mut conn = app.database.store.read().await.unwrap();
    store::payment_ledger::sum(&mut conn, "EUR").await.unwrap().rows
}

on_both_databases! {
    async fn what_is_missing_is_named_added_and_then_there(db: TestDatabase) {
        let app = deaf(db).await;
        app.member("ada@example.com").await;
        until("the payment's row", || async { (rows(&app).await == 1).then_some(()) }).await;
        let sound = masthead(&app, &["ledger", "check"]);
        assert!(sound.status.success(), "{}", said(&sound));
        assert!(said(&sound).contains("Alike: 1. Missing: 0. Extra: 0. Different: 0. Foreign, and left alone: 0."), "{}", said(&sound));

        let charge = app.stripe("charges").await[0]["id"].as_str().unwrap().to_owned();
        post(&app, "refunds", &[("charge", &charge), ("amount", "199")]).await;
        let refund = app.stripe("balance_transactions").await[0]["id"].as_str().unwrap().to_owned();
        let shop = foreign(&app).await;
        let found = masthead(&app, &["ledger", "check"]);
        let words = said(&found);
        assert_eq!(found.status.code(), Some(1), "{words}");
        assert!(words.contains(&format!("missing: {refund} EUR -1.99 refund ")), "{words}");
        assert!(words.contains(&format!("foreign: {shop} EUR 42.00 charge ")), "{words}");
        assert!(words.contains("Alike: 1. Missing: 1. Extra: 0. Different: 0. Foreign, and left alone: 1."), "{words}");
        assert_eq!(rows(&app).await, 1, "nothing is added unasked");

        let repaired = masthead(&app, &["ledger", "check", "--repair"]);
        assert!(repaired.status.success() && said(&repaired).contains("Rows added: 1 of 1."), "{}", said(&repaired));
        assert_eq!(rows(&app).await, 2);
        let again = masthead(&app, &["ledger", "check"]);
        assert!(again.status.success() && said(&again).contains("Alike: 2. Missing: 0."), "{}", said(&again));
        // Before there was anything.
        let none = masthead(&app, &["ledger", "check", "--year", "1999"]);
        assert!(none.status.success() && said(&none).contains("Alike: 0. Missing: 0."), "{}", said(&none));
        let wrong = masthead(&app, &["ledger", "check", "--month", "1999-13"]);
        assert!(!wrong.status.success() && said(&wrong).contains("not a month"), "{}", said(&wrong));
        app.stop().await;
    }

    async fn a_row_that_says_otherwise_and_one_that_nobody_has_are_named_and_stay(db: TestDatabase) {
        let app = deaf(db).await;
        app.member("ada@example.com").await;
        let charge = app.stripe("charges").await[0]["id"].as_str().unwrap().to_owned();
        post(&app, "refunds", &[("charge", &charge), ("amount", "199")]).await;
        let refund = app.stripe("balance_transactions").await[0].clone();
        let (id, seconds) = (refund["id"].as_str().unwrap(), refund["created"].as_i64().unwrap());
        post_by_hand(&app, id, -299, seconds).await;
        post_by_hand(&app, "txn_of_nobody", 500, seconds).await;
        for arguments in [vec!["ledger", "check"], vec!["ledger", "check", "--repair"]] {
            let found = masthead(&app, &arguments);
            let words = said(&found);
            assert_eq!(found.status.code(), Some(1), "{words}");
            assert!(words.contains(&format!("different: {id} gross is -299 in the ledger, -199 at Stripe")), "{words}");
            assert!(words.contains("extra: txn_of_nobody is in the ledger and not at Stripe"), "{words}");
        }
        assert_eq!(rows(&app).await, 3);
        app.stop().await;
    }

    async fn more_than_a_page_is_compared(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.member("ada@example.com").await;
        let charge = app.stripe("charges").await[0]["id"].as_str().unwrap().to_owned();
        for _ in 0..104 {
            post(&app, "refunds", &[("charge", &charge), ("amount", "1")]).await;
        }
        until("all rows", || async { (rows(&app).await == 105).then_some(()) }).await;
        let found = masthead(&app, &["ledger", "check"]);
        assert!(found.status.success() && said(&found).contains("Alike: 105. Missing: 0. Extra: 0."), "{}", said(&found));
        app.stop().await;
    }
}
