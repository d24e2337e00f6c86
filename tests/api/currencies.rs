//! Prices in several currencies: shown by the reader's country as our own proxy tells it, switched by hand, and fixed once paid.

use serde_json::json;

use crate::{
    expect::{CAMPAIGN, fault, good},
    support::{AppOptions, Browser, Card, TestApp, TestDatabase, lasting_newsroom, on_both_databases},
};

const ADA: &str = "ada@example.com";

/// A newsroom that also sells in dollars and pounds, behind a proxy on this machine if it is trusted.
async fn selling_abroad(db: TestDatabase, trusted: bool) -> TestApp {
    let listed = "    { amount_minor = 7000, currency = \"EUR\", interval = \"year\", tax = \"inside\" },\n";
    let abroad = "    { amount_minor = 800, currency = \"USD\", interval = \"month\", tax = \"none\" },\n    \
                  { amount_minor = 600, currency = \"GBP\", interval = \"month\", tax = \"inside\" },\n";
    let newsroom = lasting_newsroom().replacen(listed, &format!("{listed}{abroad}"), 1);
    assert_ne!(newsroom, lasting_newsroom());
    let settings = Box::new(move |config: &mut masthead::config::Config| {
        config.http.country_header = Some("CF-IPCountry".to_owned());
        if trusted {
            config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        }
    });
    TestApp::start_with(db, AppOptions { newsroom, settings, ..AppOptions::default() }).await
}

async fn from(app: &TestApp, path: &str, country: &str) -> String {
    let request = app.http.get(app.address(path)).header("CF-IPCountry", country);
    request.send().await.unwrap().text().await.unwrap()
}

fn sums(page: &str) -> Vec<&str> {
    page.split("price-sum\">").skip(1).filter_map(|rest| rest.split('<').next()).collect()
}

async fn price(app: &TestApp, currency: &str) -> String {
    let plans = good(app.browser().get("/v1/plans").await).await;
    let prices = plans["items"][0]["prices"].as_array().unwrap();
    prices.iter().find(|price| price["currency"] == currency).unwrap()["id"].as_str().unwrap().to_owned()
}

async fn paid(app: &TestApp, currency: &str) -> Browser {
    let browser = app.browser();
    let page = browser.check_out(&price(app, currency).await, Some(ADA), Some(CAMPAIGN)).await;
    app.pay(&page, ADA, Card::GOOD).await;
    app.counted(24_601).await;
    browser
}

on_both_databases! {
    async fn the_country_chooses_what_is_shown_first_and_a_link_another(db: TestDatabase) {
        let app = selling_abroad(db, true).await;
        let euros = ["€7 a month", "€70 a year", "€15 a month", "€150 a year"];
        for (country, shown) in [("PT", &euros[..]), ("US", &["$8 a month"]), ("gb", &["£6 a month"]), ("UA", &euros), ("?", &euros)] {
            assert_eq!(sums(&from(&app, "/join", country).await), shown, "{country}");
        }
        let page = from(&app, "/join?campaign=25000-members", "US").await;
        assert!(page.contains("Prices in USD.") && page.contains("currency=EUR") && page.contains("currency=GBP"), "{page}");
        assert!(!page.contains("/give"), "nothing is given in dollars: {page}");
        assert_eq!(sums(&from(&app, "/join?currency=EUR", "US").await), euros);
        assert_eq!(sums(&from(&app, "/join?currency=JPY", "US").await), ["$8 a month"]);
        let pounds = price(&app, "GBP").await;
        assert_eq!(sums(&from(&app, &format!("/join?price={pounds}"), "US").await), ["£6 a month"]);
        app.stop().await;
    }

    async fn a_country_that_anybody_claims_is_not_believed(db: TestDatabase) {
        let app = selling_abroad(db, false).await;
        assert_eq!(sums(&from(&app, "/join", "US").await).len(), 4);
        app.stop().await;
    }

    async fn who_has_paid_stays_with_that_currency(db: TestDatabase) {
        let app = selling_abroad(db, true).await;
        let browser = paid(&app, "USD").await;
        let page = browser.get("/account").await.text().await.unwrap();
        assert!(page.contains("$8"), "{page}");
        let subscription = app.stripe("subscriptions").await.remove(0);
        let id = subscription["id"].as_str().unwrap().to_owned();
        let request = app.http.delete(format!("{}/v1/subscriptions/{id}", app.sandbox.url()));
        good(request.bearer_auth(crate::support::API_KEY).send().await.unwrap()).await;
        // The clock alone ends the right, and so the count: that the subscription has ended is told by an event.
        app.caught_up().await;
        app.clock.advance_business_seconds(40 * 86_400).await;
        app.counted(24_600).await;

        let page = browser.get("/join").await.text().await.unwrap();
        assert_eq!(sums(&page), ["$8 a month"], "whatever the country");
        assert!(!page.contains("Prices in"), "{page}");
        let other = json!({ "price": price(&app, "EUR").await });
        fault(browser.post("/v1/checkout", &other).await, "price", "currency_fixed").await;
        let answer = browser.submit("/join", &[("price", &price(&app, "EUR").await)]).await;
        assert_eq!(answer.status(), 422);
        assert!(answer.text().await.unwrap().contains("paid in another currency"));
        let same = json!({ "price": price(&app, "USD").await });
        good(browser.post("/v1/checkout", &same).await).await;
        app.stop().await;
    }
}
