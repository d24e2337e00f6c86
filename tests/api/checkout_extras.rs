//! What a checkout offers beside its price: Stripe's tax and VAT ids, promotion codes; each a switch in the settings.

use serde_json::{Value, json};

use crate::{
    expect::CAMPAIGN,
    support::{AppOptions, Browser, TestApp, TestDatabase, on_both_databases},
};

/// The checkout session that Stripe has after a browser asked to pay.
async fn session(app: &TestApp, browser: &Browser, email: Option<&str>) -> Value {
    let price = app.price_id("supporter", "month").await;
    browser.check_out(&price, email, Some(CAMPAIGN)).await;
    app.stripe("checkout/sessions").await.remove(0)
}

on_both_databases! {
    async fn a_checkout_offers_its_price_alone_by_itself(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let plain = session(&app, &app.browser(), Some("ada@example.com")).await;
        assert_eq!(plain["automatic_tax"]["enabled"], json!(false));
        assert_ne!(plain["tax_id_collection"]["enabled"], json!(true));
        assert_ne!(plain["allow_promotion_codes"], json!(true));
        app.stop().await;
    }

    async fn tax_and_vat_ids_are_asked_of_new_and_known_customers(db: TestDatabase) {
        let options = AppOptions { settings: Box::new(|config| config.payments.tax = true), ..AppOptions::default() };
        let app = TestApp::start_with(db, options).await;
        let new = session(&app, &app.browser(), Some("ada@example.com")).await;
        assert_eq!(new["customer"], Value::Null);
        // Stripe refuses this for a known customer unless it may keep the address and the name that are entered.
        let reader = app.browser();
        reader.sign_in(&app, "reader@example.com").await;
        let known = session(&app, &reader, None).await;
        assert_ne!(known["customer"], Value::Null);
        assert_ne!(known["id"], new["id"]);
        for session in [new, known] {
            assert_eq!(session["automatic_tax"]["enabled"], json!(true));
            assert_eq!(session["tax_id_collection"]["enabled"], json!(true));
            assert_ne!(session["allow_promotion_codes"], json!(true));
        }
        app.stop().await;
    }

    async fn promotion_codes_may_be_entered(db: TestDatabase) {
        let settings = Box::new(|config: &mut masthead::config::Config| config.payments.promotion_codes = true);
        let app = TestApp::start_with(db, AppOptions { settings, ..AppOptions::default() }).await;
        let session = session(&app, &app.browser(), Some("ada@example.com")).await;
        assert_eq!(session["allow_promotion_codes"], json!(true));
        assert_eq!(session["automatic_tax"]["enabled"], json!(false));
        app.stop().await;
    }
}
