//! Once a day everything at the payment service is compared with what is stored.

use masthead::flow::{
    Context, Phase, Stop, prove_tally,
    sweep_objects::{self, Sweep},
};

use crate::{
    expect::CAMPAIGN,
    support::{AppOptions, Card, TestApp, TestDatabase, lasting_newsroom, on_both_databases},
};

const DAY_SECONDS: i64 = 86_400;

fn silent() -> AppOptions {
    AppOptions { webhooks: false, newsroom: lasting_newsroom(), ..AppOptions::default() }
}

async fn pay(app: &TestApp, email: &str) {
    let price = app.price_id("supporter", "year").await;
    let page = app.browser().check_out(&price, Some(email), Some(CAMPAIGN)).await;
    app.pay(&page, email, Card::GOOD).await;
}

async fn swept(app: &TestApp) -> (u64, u64) {
    let Sweep { customers, repaired, finished_millis, .. } = sweep_objects::run(&app.context).await.unwrap().unwrap();
    assert!(finished_millis.is_some());
    (customers, repaired)
}

async fn repairs(app: &TestApp) -> i64 {
    let mut conn = app.context.store.read().await.unwrap();
    let select = "SELECT COUNT(*) FROM audit WHERE action = 'reconciliation.repaired'";
    sqlx::query_scalar(select).fetch_one(&mut *conn).await.unwrap()
}

on_both_databases! {
    // Fault 3.
    async fn what_no_event_tells_any_more_is_found_by_its_object(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        for name in ["ada", "ben", "cleo"] {
            pay(&app, &format!("{name}@example.com")).await;
        }
        // Stripe keeps events for thirty days.
        app.clock.advance_business_seconds(40 * DAY_SECONDS).await;
        assert_eq!(app.campaign().await["count"], 24_600);
        assert_eq!(swept(&app).await, (3, 3));
        app.counted(24_603).await;
        assert_eq!(repairs(&app).await, 3, "each repair is written down");
        assert_eq!(swept(&app).await, (3, 0), "nothing is left to put right");

        let subscription = app.stripe("subscriptions").await[0]["id"].as_str().unwrap().to_owned();
        app.make(&format!("subscriptions/{subscription}"), &[("cancel_at_period_end", "true")]).await;
        assert_eq!(swept(&app).await, (3, 1));
        for proof in prove_tally::prove(&app.context).await.unwrap() {
            assert!(proof.holds(), "{proof:?}");
        }
        app.stop().await;
    }

    // Fault 3.
    async fn a_payment_made_once_is_found_by_its_charge_and_somebody_elses_is_not(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        let price = app.price_id("contribution", "once").await;
        let page = app.browser().check_out(&price, Some("ada@example.com"), None).await;
        app.pay(&page, "ada@example.com", Card::GOOD).await;
        let ours = app.stripe("charges").await.remove(0);
        let customer = ours["customer"].as_str().unwrap();
        for reference in ["", "chk_0190a1b2c3d47e5f8a9b0c1d2e3f4a5b"] {
            let mut form = vec![("mode", "payment"), ("customer", customer), ("success_url", "https://other.example/")];
            form.extend([("line_items[0][quantity]", "1"), ("line_items[0][price_data][currency]", "eur")]);
            form.extend([("line_items[0][price_data][unit_amount]", "900"), ("line_items[0][price_data][product_data][name]", "Mug")]);
            let name = "payment_intent_data[metadata][masthead_checkout]";
            form.extend((!reference.is_empty()).then_some((name, reference)));
            let session = app.make("checkout/sessions", &form).await;
            app.pay(session["url"].as_str().unwrap(), "ada@example.com", Card::GOOD).await;
        }
        app.clock.advance_business_seconds(40 * DAY_SECONDS).await;
        assert_eq!(swept(&app).await, (1, 1));
        assert_eq!(swept(&app).await, (1, 0));
        let mut conn = app.context.store.read().await.unwrap();
        let rows: Vec<i64> =
            sqlx::query_scalar("SELECT gross_minor FROM payment_ledger").fetch_all(&mut *conn).await.unwrap();
        assert_eq!(rows, [2_000]);
        drop(conn);
        app.make("refunds", &[("charge", ours["id"].as_str().unwrap())]).await;
        assert_eq!(swept(&app).await, (1, 1));
        // Half a year on, the charge is too old to change.
        app.clock.advance_business_seconds(200 * DAY_SECONDS).await;
        assert_eq!(swept(&app).await, (0, 0));
        app.stop().await;
    }

    async fn what_is_somebody_elses_is_left_alone(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        pay(&app, "ada@example.com").await;
        assert_eq!(swept(&app).await, (1, 1));
        let ours = app.stripe("subscriptions").await[0].clone();
        let price = ours["items"]["data"][0]["price"]["id"].as_str().unwrap();
        // Another product in the same account sells to the same address, and staff sell our price by hand.
        let method = ("default_payment_method", "pm_card_visa");
        for reference in ["", "chk_0190a1b2c3d47e5f8a9b0c1d2e3f4a5b"] {
            let customer = app.make("customers", &[("email", "ada@example.com")]).await;
            let customer = customer["id"].as_str().unwrap();
            app.make("payment_methods/pm_card_visa/attach", &[("customer", customer)]).await;
            let form = [("customer", customer), ("items[0][price]", price), method, ("metadata[masthead_checkout]", reference)];
            app.make("subscriptions", &form).await;
        }
        assert_eq!(swept(&app).await, (2, 0), "a reference that is not ours is looked at, and is nobody");
        app.counted(24_601).await;
        let mut conn = app.context.store.read().await.unwrap();
        for (table, rows) in [("subscription", 1), ("payment_ledger", 1), ("member", 1)] {
            let count = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
            assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *conn).await.unwrap(), rows, "{table}");
        }
        drop(conn);
        let live = app.stripe("subscriptions").await;
        assert_eq!(live.len(), 3, "nobody's subscription was cancelled");
        app.stop().await;
    }

    async fn one_that_was_stopped_on_its_way_is_gone_on_with(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        pay(&app, "ada@example.com").await;
        sweep_objects::work(&app.context).await.unwrap();
        app.clock.advance_wall_seconds(DAY_SECONDS + 1);
        let stopping = Context { stop: Stop::default(), ..app.context.clone() };
        stopping.stop.advance(Phase::Asked);
        sweep_objects::work(&stopping).await.unwrap();
        let last = sweep_objects::last(&app.context).await.unwrap().unwrap();
        assert_eq!((last.finished_millis, last.customers, repairs(&app).await), (None, 0, 0));
        while sweep_objects::work(&app.context).await.unwrap() {}
        let last = sweep_objects::last(&app.context).await.unwrap().unwrap();
        assert_eq!((last.finished_millis.is_some(), last.customers, last.repaired), (true, 1, 1));
        app.stop().await;
    }

    async fn it_comes_once_a_day_and_by_one_process_at_a_time(db: TestDatabase) {
        let app = TestApp::start_with(db, silent()).await;
        assert!(!sweep_objects::work(&app.context).await.unwrap());
        pay(&app, "ada@example.com").await;
        assert!(!sweep_objects::work(&app.context).await.unwrap());
        assert_eq!(repairs(&app).await, 0, "a day has not passed");
        app.clock.advance_wall_seconds(DAY_SECONDS + 1);
        while sweep_objects::work(&app.context).await.unwrap() {}
        app.counted(24_601).await;
        assert_eq!(repairs(&app).await, 1);
        let last = sweep_objects::last(&app.context).await.unwrap().unwrap();
        assert_eq!((last.customers, last.repaired), (1, 1));

        // Somebody is at it: nobody else begins.
        let mut tx = app.context.store.begin().await.unwrap();
        let busy = serde_json::json!({
            "begun_millis": 0, "finished_millis": null, "customers": 0, "repaired": 0, "after": null,
            "leased_until_millis": app.clock.wall().millis() + 60_000,
        });
        masthead::store::instance::put(&mut tx, "object_sweep", &busy.to_string()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sweep_objects::run(&app.context).await.unwrap(), None);
        assert!(!sweep_objects::work(&app.context).await.unwrap());
        app.stop().await;
    }
}
