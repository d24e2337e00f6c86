//! The payment service is slow about one customer: the others do not wait for them.

use std::sync::mpsc;

use masthead::store;

use crate::{
    hanging_proxy::{HangingProxy, Wire},
    lost_reply::{address_of, counted, stripe},
    support::{API_KEY, AppOptions, Card, TestApp, TestDatabase, on_both_databases, until},
};

async fn join(app: &TestApp, email: &str) {
    let price = app.price_id("supporter", "month").await;
    let page = app.browser().check_out(&price, Some(email), Some("25000-members")).await;
    app.pay(&page, email, Card::GOOD).await;
}

/// A service whose wire to the payment service is as it is told.
async fn behind_a_wire(db: TestDatabase) -> (TestApp, HangingProxy) {
    let (send, receive) = mpsc::channel();
    let settings = move |config: &mut masthead::config::Config| {
        let proxy = HangingProxy::start(address_of(&config.payments.api_url));
        config.payments.api_url = format!("http://{}/", proxy.address);
        send.send(proxy).unwrap();
    };
    let app = TestApp::start_with(db, AppOptions { settings: Box::new(settings), ..AppOptions::default() }).await;
    (app, receive.recv().unwrap())
}

on_both_databases! {
    async fn once_the_gateway_answers_again_nobody_waits_for_the_end_of_a_pause(db: TestDatabase) {
        let (app, wire) = behind_a_wire(db).await;
        let price = app.price_id("supporter", "month").await;
        let mut pages = Vec::new();
        for number in 0..6 {
            let email = format!("reader{number}@example.com");
            pages.push((app.browser().check_out(&price, Some(&email), Some("25000-members")).await, email));
        }
        wire.set(Wire::Broken);
        for (page, email) in &pages {
            app.pay(page, email, Card::GOOD).await;
        }
        let mut customers = Vec::new();
        for session in stripe(&app, "checkout/sessions").await {
            customers.push(session["customer"].as_str().unwrap().to_owned());
        }
        for customer in &customers {
            until("everybody to have been looked for in vain", || async {
                let mut conn = app.context.store.read().await.unwrap();
                (store::webhook_event::max_attempts(&mut conn, customer).await.unwrap() > 0).then_some(())
            })
            .await;
        }
        let mut tx = app.context.store.begin().await.unwrap();
        let in_an_hour = app.context.clock.wall().plus_seconds(3_600);
        let session = stripe(&app, "checkout/sessions").await.remove(0)["id"].as_str().unwrap().to_owned();
        for key in [&customers[0], &session] {
            store::webhook_event::retry_at(&mut tx, key, in_an_hour, "away").await.unwrap();
        }
        tx.commit().await.unwrap();
        wire.set(Wire::Whole);
        counted(&app, 24_606).await;
        app.stop().await;
    }

    async fn one_customer_who_takes_long_holds_up_nobody_else(db: TestDatabase) {
        let (app, wire) = behind_a_wire(db).await;
        join(&app, "ada@example.com").await;
        counted(&app, 24_601).await;
        let charge = stripe(&app, "charges").await.remove(0);
        let customer = charge["customer"].as_str().unwrap().to_owned();
        wire.hang_about(&customer);
        let form = [("charge", charge["id"].as_str().unwrap())];
        let refund = app.http.post(format!("{}/v1/refunds", app.sandbox.url())).bearer_auth(API_KEY).form(&form);
        assert_eq!(refund.send().await.unwrap().status(), 200);
        until("the refund to be looked at", || async { (wire.held() > 0).then_some(()) }).await;

        join(&app, "ben@example.com").await;
        counted(&app, 24_602).await;
        let tried = store::webhook_event::max_attempts(&mut app.context.store.read().await.unwrap(), &customer).await;
        assert_eq!(tried.unwrap(), 0, "the first one was not given up in the meantime");
        wire.set(Wire::Whole);
        counted(&app, 24_601).await;
        app.stop().await;
    }
}
