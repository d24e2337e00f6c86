//! Forms that are refused come back with everything that is wrong at the top, said together; and what pages say of dates, limits and tax.

use reqwest::{Response, StatusCode};

use crate::{
    expect::problem,
    notices::{ADA, newsroom},
    sign_in_limits::away_from_the_hours_end,
    support::{AppOptions, Browser, TestApp, TestDatabase, lasting_newsroom, on_both_databases},
};

/// Holds an answer to a form that is shown again with these fields at fault, each of which is on the page.
#[track_caller]
fn shown_again(answer: Response, ids: &[&str]) -> impl Future<Output = String> {
    let (at, wanted) = (std::panic::Location::caller(), ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
    async move {
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{at}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("<title>Error: "), "{at}: {page}");
        let summary = page.split("role=\"alert\"").nth(1).expect("a summary").split("</div>").next().unwrap();
        let found: Vec<&str> = summary.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(found, wanted, "{at}: {summary}");
        assert!(page.find("role=\"alert\"") < page.find("<h1"), "{at}: it stands at the top");
        assert!(found.iter().all(|id| page.contains(&format!(" id=\"{id}\""))), "{at}: {page}");
        page
    }
}

/// The form that this price's own amount is typed in.
async fn give(browser: &Browser, price: &str, amount: &str, email: &str) -> Response {
    let own = format!("own-{price}");
    let chosen = format!("{price}:own");
    browser.submit("/give", &[("price", &chosen), (&own, amount), ("email", email)]).await
}

fn limited_to(checkouts: u32) -> AppOptions {
    let settings = move |config: &mut masthead::config::Config| config.limits.checkouts_per_client_hour = checkouts;
    AppOptions { settings: Box::new(settings), ..AppOptions::default() }
}

on_both_databases! {
    async fn every_form_says_at_once_what_is_wrong_with_it(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = app.browser();
        let join = browser.submit("/join", &[("price", "any"), ("email", "nobody")]).await;
        shown_again(join, &["price-1", "email"]).await;

        let price = app.price_id("contribution", "once").await;
        let own = format!("own-{price}");
        let page = shown_again(give(&browser, &price, "1", "nobody").await, &[own.as_str(), "email"]).await;
        assert!(page.contains("Choose €3 or more.") && page.contains("value=\"1\""), "{page}");
        shown_again(give(&browser, &price, "much", "nobody").await, &[own.as_str(), "email"]).await;
        assert_eq!(give(&browser, &price, "3", ADA).await.status(), 303);

        let price = app.price_id("supporter", "year").await;
        let long = "x".repeat(1_001);
        let gift = [("price", price.as_str()), ("recipient", "ben"), ("from", "A\u{7}"), ("message", &long), ("on", "soon")];
        shown_again(browser.submit("/gift", &gift).await, &["recipient", "on", "from", "message", "email"]).await;

        shown_again(browser.submit("/cancel", &[("on", "soon")]).await, &["kind-1", "name", "email", "on"]).await;
        shown_again(browser.submit("/cancel/confirm", &[("kind", "ordinary"), ("email", ADA)]).await, &["name"]).await;
        shown_again(browser.submit("/sign-in", &[("email", "nobody")]).await, &["email"]).await;
        assert_eq!(browser.submit("/sign-in", &[("email", "somebody@example.com")]).await.status(), 303);
        shown_again(browser.submit("/sign-in/code", &[("code", "12")]).await, &["code"]).await;

        let reader = app.browser();
        reader.sign_in(&app, ADA).await;
        shown_again(reader.submit("/gift/redeem", &[("code", "nothing")]).await, &["code"]).await;
        shown_again(reader.submit("/account/email", &[("email", "nobody")]).await, &["email"]).await;
        let page = reader.get("/account").await.text().await.unwrap();
        assert!(!page.contains("Error: ") && !page.contains("role=\"alert\""), "{page}");
        app.stop().await;
    }

    async fn a_day_that_is_over_or_too_far_ahead_is_called_so(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = app.browser();
        let price = app.price_id("supporter", "year").await;
        for (on, said) in [("2020-01-01", "That day is over."), ("2099-01-01", "That day is too far ahead.")] {
            let gift = [("price", price.as_str()), ("email", ADA), ("recipient", "ben@example.com"), ("on", on)];
            let page = shown_again(browser.submit("/gift", &gift).await, &["on"]).await;
            assert!(page.contains(said), "{on}: {page}");
            let declared = [("kind", "ordinary"), ("name", "Ada"), ("email", ADA), ("on", on)];
            let page = shown_again(browser.submit("/cancel", &declared).await, &["on"]).await;
            assert!(page.contains(said), "{on}: {page}");
        }
        let today = app.clock.business().in_zone("Europe/Lisbon").date();
        for path in ["/gift", "/cancel"] {
            let page = browser.get(path).await.text().await.unwrap();
            assert!(page.contains(&format!(" min=\"{today}\" max=\"")), "{path}: {page}");
        }
        let gift = [("price", price.as_str()), ("email", ADA), ("recipient", "ben@example.com"), ("on", &today.to_string())];
        assert_eq!(browser.submit("/gift", &gift).await.status(), 303, "today is at once");
        app.stop().await;
    }

    async fn a_limit_says_how_long_it_lasts(db: TestDatabase) {
        let app = TestApp::start_with(db, limited_to(1)).await;
        away_from_the_hours_end(&app);
        let browser = app.browser();
        let price = app.price_id("supporter", "month").await;
        let form = [("price", price.as_str()), ("email", ADA)];
        assert_eq!(browser.submit("/join", &form).await.status(), 303);
        let minutes = |answer: &Response| {
            let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            match seconds.div_ceil(60) {
                1 => "Try again in one minute.".to_owned(),
                minutes => format!("Try again in {minutes} minutes."),
            }
        };
        let answer = browser.submit("/join", &form).await;
        assert_eq!(answer.status(), 429);
        let said = minutes(&answer);
        let page = answer.text().await.unwrap();
        assert!(page.contains(&said) && !page.contains("Wait a minute"), "{said}: {page}");
        let answer = browser.post("/v1/checkout", &serde_json::json!({ "price": price, "email": ADA })).await;
        let said = minutes(&answer);
        let body = problem(answer, 429, "rate_limited").await;
        assert!(body["detail"].as_str().unwrap().contains(&said), "{said}: {body}");
        app.stop().await;
    }

    async fn tax_on_top_is_spoken_of_where_somebody_adds_it(db: TestDatabase) {
        let listed = "amount_minor = 700, currency = \"EUR\", interval = \"month\", tax = \"inside\"";
        let declared = lasting_newsroom().replace(listed, &listed.replace("inside", "on_top"));
        assert_ne!(declared, lasting_newsroom());
        let app = TestApp::start_with(db, AppOptions { newsroom: declared, ..AppOptions::default() }).await;
        for path in ["/join", "/gift"] {
            let page = app.browser().get(path).await.text().await.unwrap();
            assert!(page.contains("VAT included.") && !page.contains("VAT is added"), "{path}: {page}");
        }
        app.stop().await;
    }

    async fn tax_on_top_is_told_when_it_is_added(db: TestDatabase) {
        let listed = "amount_minor = 700, currency = \"EUR\", interval = \"month\", tax = \"inside\"";
        let newsroom = lasting_newsroom().replace(listed, &listed.replace("inside", "on_top"));
        let settings = Box::new(|config: &mut masthead::config::Config| config.payments.tax = true);
        let app = TestApp::start_with(db, AppOptions { newsroom, settings, ..AppOptions::default() }).await;
        let page = app.browser().get("/join").await.text().await.unwrap();
        assert!(page.contains("VAT is added when you pay."), "{page}");
        app.stop().await;
    }

    async fn whoever_is_signed_in_finds_name_and_address_in_the_form_to_cancel(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let stranger = app.browser().get("/cancel").await.text().await.unwrap();
        assert!(stranger.contains("name=\"email\" value=\"\""), "{stranger}");
        let member = app.browser();
        member.post("/v1/sign-in", &serde_json::json!({ "email": ADA, "name": "Ada Lovelace" })).await;
        let code = app.mail(ADA, 1).await.code.unwrap();
        assert_eq!(member.submit("/sign-in/code", &[("code", &code)]).await.status(), 303);
        let page = member.get("/cancel?kind=withdrawal").await.text().await.unwrap();
        for filled in ["name=\"name\" value=\"Ada Lovelace\"", &format!("name=\"email\" value=\"{ADA}\"")] {
            assert!(page.contains(filled), "{filled}: {page}");
        }
        assert!(!page.contains("readonly") && page.contains("value=\"withdrawal\" required checked"), "{page}");
        app.stop().await;
    }

    async fn the_foot_of_every_page_says_where_to_write(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for path in ["/", "/join", "/sign-in", "/cancel", "/nowhere"] {
            let page = app.browser().get(path).await.text().await.unwrap();
            assert!(page.contains("href=\"mailto:members@harbour-ledger.example\""), "{path}: {page}");
        }
        app.stop().await;
    }
}
