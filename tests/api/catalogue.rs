//! Products, prices and the portal at the gateway: made once, found again, and of one account.

use std::net::TcpListener;

use masthead::{
    app,
    config::{Config, read_declaration},
    domain::actor::Actor,
    flow::{
        Context,
        apply_newsroom::{self, Consent},
        fold_counter,
        prepare_payments::{self, PrepareError},
        replay_events::{self, Pace},
        sync_catalogue,
    },
    store,
    token::MasterSecret,
};
use serde_json::Value;
use stripe_sandbox::{Sandbox, SandboxConfig};

use crate::{
    expect::{CAMPAIGN, good},
    support::{AppOptions, Card, PAPER_URL, SeededEntropy, TestApp, TestClock, TestDatabase, on_both_databases},
};

const LIVE_KEY: &str = "sk_live_51TheNewspapersOwnAccount";

async fn forget_ids(app: &TestApp) {
    let (now, wall) = (app.context.clock.business(), app.context.clock.wall());
    let mut tx = app.context.store.begin().await.unwrap();
    store::gateway_account::forget_objects(&mut tx, now, wall).await.unwrap();
    tx.commit().await.unwrap();
}

async fn another_sandbox(api_key: &str) -> Sandbox {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let public_url = format!("http://{}", listener.local_addr().unwrap());
    let api_key = api_key.to_owned();
    let config = SandboxConfig { listener, public_url, api_key, webhook: None, state_file: None, seed: 2 };
    stripe_sandbox::start(config).await.unwrap()
}

/// A context on a database with a key for a sandbox, as a process of its own would have.
async fn context_of(database: &TestDatabase, sandbox: &Sandbox, key: &str) -> Context {
    let mut config = Config::defaults().unwrap();
    config.database.url.clone_from(&database.url);
    config.payments.secret_key = key.to_owned();
    config.payments.api_url = format!("{}/", sandbox.url());
    let clock = TestClock::new(sandbox).for_flows();
    let secret = MasterSecret::new(&[7; 32]).unwrap();
    app::context(&config, secret, clock, std::sync::Arc::new(SeededEntropy::new(9))).await.unwrap()
}

async fn list(sandbox: &Sandbox, key: &str, path: &str) -> Vec<Value> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(format!("{}/v1/{path}", sandbox.url())).bearer_auth(key);
    good(request.send().await.unwrap()).await["data"].as_array().unwrap().clone()
}

async fn tally(context: &Context) -> i64 {
    fold_counter::fold(context).await.unwrap();
    let mut conn = context.store.read().await.unwrap();
    store::campaign::list(&mut conn).await.unwrap()[0].tally_members
}

on_both_databases! {
    async fn what_was_made_is_found_again_however_long_ago(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (products, prices) = (app.stripe("products?limit=100").await, app.stripe("prices?limit=100").await);
        assert_eq!((products.len(), prices.len()), (3, 4), "an amount of the payer's own is made with each checkout");
        assert!(products.iter().all(|product| product["id"].as_str().unwrap().starts_with("masthead_pln_")));
        for price in &prices {
            assert_eq!(price["lookup_key"], price["metadata"]["masthead_price"], "{price}");
            assert_eq!(price["tax_behavior"], "inclusive", "{price}");
        }
        let mut names: Vec<&str> = prices.iter().map(|price| price["nickname"].as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["patron / month", "patron / year", "supporter / month", "supporter / year"]);
        assert_eq!(sync_catalogue::sync(&app.context).await.unwrap(), 0);

        // The answers were lost, and the gateway has forgotten the idempotency keys too.
        app.clock.advance_business_seconds(2 * 86_400).await;
        forget_ids(&app).await;
        assert_eq!(sync_catalogue::sync(&app.context).await.unwrap(), 4);
        assert_eq!((app.stripe("products?limit=100").await, app.stripe("prices?limit=100").await), (products, prices));
        app.stop().await;
    }

    async fn a_plan_that_is_renamed_is_renamed_at_the_gateway(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let ids = |products: &[Value]| -> Vec<Value> { products.iter().map(|one| one["id"].clone()).collect() };
        let before = app.stripe("products").await;
        let newsroom = AppOptions::default().newsroom.replace("title = \"Supporter\"", "title = \"Friend\"");
        let declaration = read_declaration(&newsroom, &[("paper_url", PAPER_URL)]).unwrap();
        apply_newsroom::apply(&app.context, &declaration, &Actor::CommandLine, Consent::NotGiven).await.unwrap();
        assert_eq!(sync_catalogue::sync(&app.context).await.unwrap(), 0);
        let after = app.stripe("products").await;
        assert_eq!(ids(&after), ids(&before));
        assert!(after.iter().any(|one| one["name"] == "Friend"), "{after:?}");
        app.stop().await;
    }

    async fn what_is_declared_anew_is_at_the_gateway_by_itself_and_in_its_portal(db: TestDatabase) {
        let app = TestApp::start(db).await;
        prepare_payments::furnish(&app.context).await.unwrap();
        let portal = async || {
            let all = app.stripe("billing_portal/configurations").await;
            let ours: Vec<Value> = all.into_iter().filter(|one| one["metadata"]["masthead"] == "portal").collect();
            assert_eq!(ours.len(), 1);
            let products = ours[0]["features"]["subscription_update"]["products"].as_array().unwrap().clone();
            products.iter().flat_map(|product| product["prices"].as_array().unwrap().clone()).collect::<Vec<_>>()
        };
        let before = portal().await;
        assert_eq!(before.len(), 4, "two plans by month and by year; an amount of the payer's own is nobody's to switch to");
        prepare_payments::furnish_if_changed(&app.context).await.unwrap();
        assert_eq!(portal().await, before);

        let declared = AppOptions::default().newsroom.replace("amount_minor = 700,", "amount_minor = 800,");
        let declaration = read_declaration(&declared, &[("paper_url", PAPER_URL)]).unwrap();
        apply_newsroom::apply(&app.context, &declaration, &Actor::CommandLine, Consent::Given).await.unwrap();
        prepare_payments::furnish_if_changed(&app.context).await.unwrap();
        let on_sale = app.stripe("prices?active=true&limit=100").await;
        let new = on_sale.iter().find(|price| price["unit_amount"] == 800).expect("the new price is at the gateway");
        let offered = portal().await;
        assert!(offered.contains(&new["id"]) && offered.len() == 4, "{offered:?}");
        let archived = app.stripe("prices?active=false&limit=100").await;
        assert!(archived.iter().any(|price| price["unit_amount"] == 700), "{archived:?}");
        app.stop().await;
    }

    async fn a_price_off_sale_is_archived_at_the_gateway_and_who_pays_it_keeps_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.member("ada@example.com").await;
        let paid = app.stripe("subscriptions").await[0]["items"]["data"][0]["price"]["id"].clone();
        let (unit, lookup_key) = {
            let all = app.stripe("prices?limit=100").await;
            let price = all.iter().find(|price| price["id"] == paid).unwrap();
            (price["unit_amount"].as_i64().unwrap(), price["lookup_key"].as_str().unwrap().to_owned())
        };
        let dearer = AppOptions::default().newsroom.replace(&format!("amount_minor = {unit},"), &format!("amount_minor = {},", unit + 100));
        let declaration = read_declaration(&dearer, &[("paper_url", PAPER_URL)]).unwrap();
        apply_newsroom::apply(&app.context, &declaration, &Actor::CommandLine, Consent::Given).await.unwrap();
        assert!(sync_catalogue::sync(&app.context).await.unwrap() >= 1);
        let off_sale = async || app.stripe("prices?active=false&limit=100").await;
        let archived = off_sale().await;
        assert!(archived.iter().any(|price| price["id"] == paid), "{archived:?}");
        let on_sale = app.stripe("prices?active=true&limit=100").await;
        assert!(on_sale.iter().any(|price| price["unit_amount"] == unit + 100), "{on_sale:?}");
        assert!(on_sale.iter().all(|price| price["lookup_key"] != lookup_key.as_str()));
        assert_eq!(sync_catalogue::sync(&app.context).await.unwrap(), 0);
        assert_eq!(off_sale().await, archived);

        app.clock.advance_business_seconds(32 * 86_400).await;
        app.caught_up().await;
        let renewed = app.stripe("subscriptions").await;
        assert_eq!((renewed[0]["status"].as_str(), &renewed[0]["items"]["data"][0]["price"]["id"]), (Some("active"), &paid));
        let charges = app.stripe("charges").await;
        assert_eq!(charges.iter().map(|charge| charge["amount"].as_i64().unwrap()).collect::<Vec<_>>(), [unit, unit]);
        app.stop().await;
    }

    async fn the_portal_is_configured_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let ours = async || -> Vec<Value> {
            let all = app.stripe("billing_portal/configurations").await;
            all.into_iter().filter(|one| one["metadata"]["masthead"] == "portal").collect()
        };
        assert!(ours().await.is_empty());
        let member = app.member("ada@example.com").await;
        for _ in 0..2 {
            good(member.post("/v1/billing-portal", &serde_json::json!({})).await).await;
        }
        let made = ours().await;
        assert_eq!(made.len(), 1);
        let features = &made[0]["features"];
        assert_eq!(features["subscription_cancel"]["mode"], "at_period_end");
        for feature in ["subscription_cancel", "payment_method_update", "invoice_history", "customer_update"] {
            assert_eq!(features[feature]["enabled"], true, "{feature}");
        }
        let update = &features["subscription_update"];
        assert_eq!((&update["enabled"], update["products"].as_array().map(Vec::len)), (&serde_json::json!(true), Some(2)));
        assert_eq!(features["customer_update"]["allowed_updates"], serde_json::json!(["address", "tax_id"]));
        let mut tx = app.context.store.begin().await.unwrap();
        store::instance::forget(&mut tx, "payment_portal_configuration").await.unwrap();
        tx.commit().await.unwrap();
        good(member.post("/v1/billing-portal", &serde_json::json!({})).await).await;
        assert_eq!(ours().await, made, "found again by its mark");
        app.stop().await;
    }

    async fn from_test_mode_to_live_nothing_bought_with_a_test_card_counts(db: TestDatabase) {
        let app = TestApp::start(db).await;
        prepare_payments::settle_account(&app.context).await.unwrap();
        app.member("ada@example.com").await;
        app.counted(24_601).await;
        app.caught_up().await;
        let database = app.stop().await;

        let live = another_sandbox(LIVE_KEY).await;
        let context = context_of(&database, &live, LIVE_KEY).await;
        prepare_payments::settle_account(&context).await.unwrap();
        prepare_payments::furnish(&context).await.unwrap();
        assert_eq!(tally(&context).await, 24_600);
        let prices = list(&live, LIVE_KEY, "prices").await;
        assert!(prices.len() == 4 && prices.iter().all(|price| price["livemode"] == true), "{prices:?}");
        // A second start with the same key changes nothing.
        prepare_payments::settle_account(&context).await.unwrap();
        assert_eq!(tally(&context).await, 24_600);

        // The same reader joins with real money.
        let (url, key) = (format!("{}/", live.url()), LIVE_KEY.to_owned());
        let settings = move |config: &mut Config| (config.payments.api_url, config.payments.secret_key) = (url, key);
        let options = AppOptions { settings: Box::new(settings), seed: 3, ..AppOptions::default() };
        let app = TestApp::start_with(database, options).await;
        let browser = app.browser();
        let price = app.price_id("supporter", "month").await;
        let page = browser.check_out(&price, Some("ada@example.com"), Some(CAMPAIGN)).await;
        assert!(page.starts_with(live.url()), "{page}");
        app.pay(&page, "ada@example.com", Card::GOOD).await;
        assert!(replay_events::replay(&app.context, &Pace::INSTEAD_OF_WEBHOOKS).await.unwrap().found >= 2);
        app.counted(24_601).await;

        // A test key on a live database is a mistake: nothing is let go of.
        let test = another_sandbox("sk_test_51AnotherAccountAltogether").await;
        let mistaken = context_of(&app.database, &test, "sk_test_51AnotherAccountAltogether").await;
        let refused = prepare_payments::settle_account(&mistaken).await.unwrap_err();
        assert!(matches!(refused, PrepareError::OtherAccount { .. }), "{refused}");
        assert!(refused.to_string().contains("in live mode") && refused.to_string().contains("in test mode"), "{refused}");
        let other_live = another_sandbox("sk_live_51AnotherAccountAltogether").await;
        let mistaken = context_of(&app.database, &other_live, "sk_live_51AnotherAccountAltogether").await;
        assert!(prepare_payments::settle_account(&mistaken).await.is_err());
        assert_eq!(tally(&app.context).await, 24_601);
        app.stop().await;
    }

    async fn a_key_that_stripe_does_not_know_is_told(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let wrong = context_of(&app.database, &app.sandbox, "sk_test_51RolledLongAgo").await;
        let refused = prepare_payments::settle_account(&wrong).await.unwrap_err();
        assert!(matches!(refused, PrepareError::Key(_)), "{refused}");
        assert!(refused.to_string().contains("does not know the key") && !refused.to_string().contains("51Rolled"));
        app.stop().await;
    }
}
