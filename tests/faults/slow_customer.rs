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

on_both_databases! {
    async fn one_customer_who_takes_long_holds_up_nobody_else(db: TestDatabase) {
        let (send, receive) = mpsc::channel();
        let settings = move |config: &mut masthead::config::Config| {
            let proxy = HangingProxy::start(address_of(&config.payments.api_url));
            config.payments.api_url = format!("http://{}/", proxy.address);
            send.send(proxy).unwrap();
        };
        let app = TestApp::start_with(db, AppOptions { settings: Box::new(settings), ..AppOptions::default() }).await;
        let wire = receive.recv().unwrap();
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
