//! `masthead statement`: what moved, by the service's own ledger, against the payment service's own books.

use std::{
    collections::BTreeMap,
    process::{Command, Output},
};

use crate::{
    gifts,
    give::{give as pay_once, selling_a_year},
    price_move,
    support::{AppOptions, TestApp, TestDatabase, on_both_databases, until},
};

fn statement(app: &TestApp, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    let url = &app.database.url;
    command.arg("statement").args(options).env("DATABASE_URL", url).env("RUST_BACKTRACE", "0").output().unwrap()
}

/// The lines as columns by name.
#[track_caller]
fn lines(output: &Output) -> Vec<BTreeMap<String, String>> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let mut rows = text.split_terminator("\r\n").map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = rows.next().unwrap();
    rows.map(|row| {
        assert_eq!(row.len(), header.len(), "{row:?}");
        header.iter().cloned().zip(row).collect()
    })
    .collect()
}

fn only<'a>(lines: &'a [BTreeMap<String, String>], line: &str) -> Vec<&'a BTreeMap<String, String>> {
    lines.iter().filter(|one| one["line"] == line).collect()
}

/// The year that the service's business clock and the payment service's are in.
async fn year(app: &TestApp) -> String {
    let created = app.stripe("balance_transactions").await[0]["created"].as_i64().unwrap();
    masthead::domain::time::Moment::from_seconds(created).in_zone("Europe/Kyiv").strftime("%Y").to_string()
}

/// A decimal amount of two places in minor units.
fn minor(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

/// A newsroom that sells in dollars too, with tax on top.
pub async fn taxing_dollars_on_top(db: TestDatabase) -> TestApp {
    let dollars = "    { amount_minor = 800, currency = \"USD\", interval = \"month\", tax = \"on_top\" },\n";
    let listed = "    { amount_minor = 7000, currency = \"EUR\", interval = \"year\", tax = \"inside\" },\n";
    let newsroom = AppOptions::default().newsroom.replacen(listed, &format!("{listed}{dollars}"), 1);
    let settings = Box::new(|config: &mut masthead::config::Config| config.payments.tax = true);
    TestApp::start_with(db, AppOptions { newsroom, settings, ..AppOptions::default() }).await
}

/// Pays a price of the Supporter's from a country; `shown` is what the page has to show, in minor units.
pub async fn pay_from(app: &TestApp, email: &str, amount_minor: i64, (country, shown): (&str, &str)) {
    let plans: serde_json::Value = app.http.get(app.address("/v1/plans")).send().await.unwrap().json().await.unwrap();
    let prices = plans["items"][0]["prices"].as_array().unwrap();
    let price = prices.iter().find(|price| price["amount_minor"] == amount_minor).unwrap();
    let browser = app.browser();
    let page = browser.check_out(price["id"].as_str().unwrap(), Some(email), None).await;
    let form = [
        ("email", email),
        ("card_number", "4242 4242 4242 4242"),
        ("card_expiry", "12/34"),
        ("card_cvc", "123"),
        ("name", "A Reader"),
        ("country", country),
        ("shown", shown),
    ];
    let paid = app.http.post(page).form(&form).send().await.unwrap();
    assert_eq!(paid.status(), 303, "{email}: {}", paid.text().await.unwrap());
}

async fn rows_posted(app: &TestApp, rows: i64) {
    until(&format!("{rows} rows of the payment ledger"), || async {
        let mut conn = app.database.store.read().await.unwrap();
        let sums = masthead::store::payment_ledger::sum(&mut conn, "EUR").await.unwrap();
        (sums.rows == rows).then_some(())
    })
    .await;
}

on_both_databases! {
    async fn a_statement_says_what_the_payment_service_says(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.member("ada@example.com").await;
        app.member("ben@example.com").await;
        rows_posted(&app, 2).await;
        let charge = app.stripe("charges").await[0]["id"].as_str().unwrap().to_owned();
        let refund = app.make("refunds", &[("charge", &charge), ("amount", "199")]).await;
        rows_posted(&app, 3).await;

        let year = year(&app).await;
        let all = lines(&statement(&app, &["--year", &year, "--summary"]));
        let theirs = app.stripe("balance_transactions?limit=100").await;
        let total = |key: &str| {
            let minor: i64 = theirs.iter().map(|row| row[key].as_i64().unwrap()).sum();
            format!("{}.{:02}", minor / 100, minor % 100)
        };
        let totals = only(&all, "total");
        assert_eq!((totals.len(), totals[0]["currency"].as_str(), totals[0]["opening"].as_str()), (1, "EUR", "0.00"));
        let ours = ["gross", "fee", "net", "closing"].map(|column| totals[0][column].clone());
        assert_eq!(ours, [total("amount"), total("fee"), total("net"), total("net")]);
        let plans = only(&all, "plan");
        assert_eq!((plans.len(), plans[0]["plan"].as_str(), plans[0]["rows"].as_str()), (1, "supporter", "3"));
        // A column of the movements adds up to what came in, since no sum stands in it.
        let rows = lines(&statement(&app, &["--year", &year]));
        assert!(rows.iter().all(|row| !row.contains_key("line")), "{rows:?}");
        for (column, key) in [("gross", "amount"), ("fee", "fee"), ("net", "net")] {
            let ours: i64 = rows.iter().map(|row| minor(&row[column])).sum();
            assert_eq!(ours, theirs.iter().map(|row| row[key].as_i64().unwrap()).sum::<i64>(), "{column}");
        }
        let mut ids: Vec<&str> = rows.iter().map(|row| row["balance_transaction"].as_str()).collect();
        let mut their_ids: Vec<&str> = theirs.iter().map(|row| row["id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        their_ids.sort_unstable();
        assert_eq!(ids, their_ids);
        let back: Vec<_> = rows.iter().filter(|row| row["movement"] == "refund").collect();
        assert_eq!(back.len(), 1);
        let told = ["gross", "charge", "source", "plan", "kind", "months"].map(|column| back[0][column].as_str());
        assert_eq!(told, ["-1.99", charge.as_str(), refund["id"].as_str().unwrap(), "supporter", "membership", ""]);
        assert!(rows.iter().all(|row| row["invoice"].starts_with("in_") && row["price"].starts_with("prc_")), "{rows:?}");

        // One member's, by address and by id, holds nobody else's.
        let hers = lines(&statement(&app, &["--year", &year, "--member", "ada@example.com"]));
        let (id, number) = (hers[0]["member"].as_str(), hers[0]["member_number"].as_str());
        assert!(id.starts_with("mem_") && hers.iter().all(|row| row["member"] == id) && hers.len() < 3, "{hers:?}");
        assert!(["1", "2"].contains(&number) && hers.iter().all(|row| row["member_number"] == number), "{hers:?}");
        assert_eq!(lines(&statement(&app, &["--year", &year, "--member", id])).len(), hers.len());
        // A year later nothing moves, and what was left is what it opens and closes with.
        let next = (year.parse::<i32>().unwrap() + 1).to_string();
        let file = tempfile::tempdir().unwrap().keep().join("next.csv");
        let written = statement(&app, &["--year", &next, "--summary", "--out", file.to_str().unwrap()]);
        assert!(written.status.success() && written.stdout.is_empty());
        let later = lines(&Output { stdout: std::fs::read(&file).unwrap(), ..written });
        assert_eq!((later.len(), &later[0]["opening"], &later[0]["closing"]), (1, &total("net"), &total("net")));

        assert!(lines(&statement(&app, &["--year", &next])).is_empty());
        let bare = statement(&app, &[]);
        let said = String::from_utf8_lossy(&bare.stderr).into_owned();
        assert!(!bare.status.success() && said.contains("--month") && said.contains("--year"), "{said}");

        for (options, words) in [
            (vec!["--month", "2026-13"], "not a month"),
            (vec!["--year", "26"], "not a year"),
            (vec!["--year", "2026", "--member", "nobody@example.com"], "no member"),
            (vec!["--year", "2026", "--member", "nobody"], "neither"),
        ] {
            let refused = statement(&app, &options);
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(!refused.status.success() && said.lines().count() == 1 && said.contains(words), "{options:?}: {said}");
        }
        app.stop().await;
    }

    async fn sums_by_plan_currency_and_tax_rate_add_up_to_the_payment_services_books(db: TestDatabase) {
        let app = taxing_dollars_on_top(db).await;
        for (email, amount, country, shown) in [
            ("ada@example.com", 700, "DE", "700"),
            ("ben@example.com", 700, "FR", "700"),
            ("cleo@example.com", 800, "FR", "960"),
            ("dora@example.com", 7_000, "UA", "7000"),
        ] {
            pay_from(&app, email, amount, (country, shown)).await;
        }
        let charges = app.stripe("charges").await;
        let charge = charges.iter().find(|charge| charge["currency"] == "usd").unwrap()["id"].as_str().unwrap().to_owned();
        app.make("refunds", &[("charge", &charge), ("amount", "480")]).await;
        rows_posted(&app, 3).await;
        until("the dollars' rows", || async {
            let mut conn = app.database.store.read().await.unwrap();
            (masthead::store::payment_ledger::sum(&mut conn, "USD").await.unwrap().rows == 2).then_some(())
        })
        .await;
        let added = price_move::masthead(&app, &[
            "member", "add", "--email", "eve@example.com", "--plan", "patron", "--until", "2098-12-31",
            "--amount-minor", "15000", "--currency", "EUR", "--reference", "bank; 7",
        ]);
        assert!(added.status.success(), "{}", price_move::said(&added));

        let year = year(&app).await;
        let summary = lines(&statement(&app, &["--year", &year, "--summary"]));
        assert!(summary.iter().all(|line| line["line"] != "row" && !line.contains_key("balance_transaction")), "{summary:?}");
        let rates = only(&summary, "rate");
        let told: Vec<[&str; 6]> = rates
            .iter()
            .map(|rate| ["plan", "currency", "tax_rate", "rows", "gross", "tax"].map(|column| rate[column].as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ["supporter", "EUR", "", "1", "70.00", "0.00"],
                ["supporter", "EUR", "19", "1", "7.00", "1.12"],
                ["supporter", "EUR", "20", "1", "7.00", "1.17"],
                ["supporter", "USD", "20", "2", "4.80", "0.80"],
            ]
        );
        // Per currency the rows, the rates and the total are the payment service's balance transactions.
        let theirs = app.stripe("balance_transactions?limit=100").await;
        let rows = lines(&statement(&app, &["--year", &year]));
        let (noted, moved): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row["movement"] == "offline");
        for currency in ["EUR", "USD"] {
            let of = |line: &str| if line == "row" { moved.clone() } else { only(&summary, line) };
            let own = |line: &str| of(line).into_iter().filter(|row| row["currency"] == currency).collect::<Vec<_>>();
            let sum = |line: &str, column: &str| own(line).iter().map(|row| minor(&row[column])).sum::<i64>();
            let booked = theirs.iter().filter(|row| row["currency"] == currency.to_lowercase());
            for (column, key) in [("gross", "amount"), ("fee", "fee"), ("net", "net")] {
                let total: i64 = booked.clone().map(|row| row[key].as_i64().unwrap()).sum();
                assert_eq!([sum("row", column), sum("rate", column), sum("total", column)], [total; 3], "{currency} {column}");
            }
            assert_eq!(sum("row", "tax"), sum("rate", "tax"), "{currency}");
            assert_eq!(own("row").len(), booked.count(), "{currency}");
        }
        let ids: Vec<bool> = moved.iter().map(|row| row["balance_transaction"].starts_with("txn_") && row["charge"].starts_with("ch_")).collect();
        assert!(ids.iter().all(|is_there| *is_there));
        // What came another way stands beside it.
        let mut kinds: Vec<[&str; 3]> = moved.iter().map(|row| ["movement", "kind", "months"].map(|name| row[name].as_str())).collect();
        kinds.sort_unstable();
        let monthly = ["payment", "membership", "1"];
        assert_eq!(kinds, [monthly, monthly, monthly, ["payment", "membership", "12"], ["refund", "membership", ""]]);
        let offline = only(&summary, "offline_total");
        assert_eq!((offline.len(), offline[0]["gross"].as_str(), offline[0]["currency"].as_str()), (1, "150.00", "EUR"));
        let told = ["plan", "gross", "reference", "kind", "member_number", "net"].map(|column| noted[0][column].as_str());
        assert_eq!(told, ["patron", "150.00", "bank; 7", "membership", "5", ""]);

        let page = statement(&app, &["--year", &year, "--format", "html"]);
        let page = String::from_utf8(page.stdout).unwrap();
        for part in ["<h1>Statement ", "The Harbour Ledger", "19 %", "no tax", "150.00", "bank; 7", "Patron", "Opening balance", "Membership, 12 months", "Member no. 5", "txn_", "in_", "@media print"] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(!page.contains("<script") && !page.contains("<link") && !page.contains("http"), "it needs nothing beside it");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("givers");
        let written = statement(&app, &["--year", &year, "--givers", path.to_str().unwrap()]);
        assert_eq!(String::from_utf8_lossy(&written.stdout).trim(), "Pages written: 5. Members who were erased, and left out: 0.");
        let eve = noted[0]["member"].as_str();
        let letter = std::fs::read_to_string(path.join(format!("5-{eve}.html"))).unwrap();
        assert!(letter.contains("eve@example.com") && letter.contains("Paid by bank transfer or in cash: €150"), "{letter}");
        assert!(letter.contains("EUR: €150<") && !letter.contains("ada@example.com") && !letter.contains("<link"), "{letter}");
        let short = statement(&app, &["--year", &year, "--format", "html", "--summary"]);
        let short = String::from_utf8(short.stdout).unwrap();
        assert!(short.contains("19 %") && short.contains("150.00") && !short.contains("txn_"), "{short}");
        app.stop().await;
    }

    async fn a_key_that_may_not_read_tax_rates_still_keeps_the_books(db: TestDatabase) {
        let settings = Box::new(|config: &mut masthead::config::Config| config.payments.tax = true);
        let app = TestApp::start_with(db, AppOptions { settings, ..AppOptions::default() }).await;
        let refusals = serde_json::json!([{ "path": "/v1/tax_rates", "status": 403, "permission": "rak_tax_rate_read" }]);
        let address = format!("{}/_sandbox/refusals", app.sandbox.url());
        assert!(app.http.post(address).json(&refusals).send().await.unwrap().status().is_success());
        pay_from(&app, "ada@example.com", 700, ("DE", "700")).await;
        rows_posted(&app, 1).await;
        let year = year(&app).await;
        let row = lines(&statement(&app, &["--year", &year]));
        assert_eq!(["tax", "tax_rate"].map(|column| row[0][column].as_str()), ["1.12", "?"]);
        app.stop().await;
    }

    async fn gifts_and_what_is_paid_once_can_be_told_apart_and_spread(db: TestDatabase) {
        let app = selling_a_year(db).await;
        gifts::give(&app, &app.browser(), serde_json::json!({})).await;
        rows_posted(&app, 1).await;
        let charge = app.stripe("charges").await[0]["id"].as_str().unwrap().to_owned();
        app.make("refunds", &[("charge", &charge), ("amount", "199")]).await;
        rows_posted(&app, 2).await;
        pay_once(&app, &app.browser(), "supporter", None).await;
        pay_once(&app, &app.browser(), "contribution", Some(2_000)).await;
        rows_posted(&app, 4).await;
        let year = year(&app).await;
        let rows = lines(&statement(&app, &["--year", &year]));
        let mut told: Vec<_> = rows.iter().map(|row| ["movement", "kind", "months"].map(|name| row[name].as_str())).collect();
        told.sort_unstable();
        let wanted = [
            ["payment", "contribution", ""],
            ["payment", "contribution", "12"],
            ["payment", "gift", "12"],
            ["refund", "gift", ""],
        ];
        assert_eq!(told, wanted);
        let prices = price_move::said(&price_move::masthead(&app, &["prices", "list"]));
        let sold_once = prices.lines().find(|line| line.contains("EUR 60.00 once, opens 12 months")).expect(&prices);
        assert!(sold_once.ends_with("made at each checkout"), "{prices}");
        app.stop().await;
    }

    async fn a_members_year_holds_what_came_by_bank_transfer(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let added = price_move::masthead(&app, &[
            "member", "add", "--email", "ada@example.com", "--plan", "supporter", "--until", "2098-12-31",
            "--amount-minor", "7000", "--currency", "EUR",
        ]);
        assert!(added.status.success(), "{}", price_move::said(&added));
        let ada = app.browser();
        ada.sign_in(&app, "ada@example.com").await;
        let year = app.clock.business().in_zone("Europe/Lisbon").strftime("%Y").to_string();
        let page = ada.get(&format!("/account/statement/{year}")).await.text().await.unwrap();
        assert!(page.contains("Paid by bank transfer or in cash: €70") && page.contains("EUR: €70<"), "{page}");
        app.stop().await;
    }

    async fn a_member_prints_a_year_of_payments_and_nobody_elses(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let ada = app.member("ada@example.com").await;
        let ben = app.member("ben@example.com").await;
        rows_posted(&app, 2).await;
        let year = year(&app).await;
        let path = format!("/account/statement/{year}");
        let account = ada.get("/account").await.text().await.unwrap();
        assert!(account.contains(&path), "{account}");
        let page = ada.get(&path).await;
        assert_eq!(page.headers()["cache-control"], "private, no-store");
        let page = page.text().await.unwrap();
        assert!(page.contains("ada@example.com") && !page.contains("ben@example.com"), "{page}");
        assert_eq!(page.matches("Paid: €7").count(), 1, "{page}");
        assert!(page.contains("EUR: €7<"), "{page}");
        let charge = app.stripe("charges").await[0]["id"].as_str().unwrap().to_owned();
        app.make("refunds", &[("charge", &charge), ("amount", "199")]).await;
        rows_posted(&app, 3).await;
        let both = ada.get(&path).await.text().await.unwrap() + &ben.get(&path).await.text().await.unwrap();
        assert_eq!(both.matches("Sent back to you: −€1.99").count(), 1, "{both}");
        assert_eq!((both.matches("EUR: €5.01<").count(), both.matches("EUR: €7<").count()), (1, 1), "{both}");
        let before = ada.get("/account/statement/1999").await.text().await.unwrap();
        assert!(before.contains("Nothing was paid"), "{before}");
        assert_eq!(ada.get("/account/statement/99").await.status(), 404);
        let stranger = app.browser().get(&path).await;
        let place = stranger.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
        assert!(stranger.status() == 303 && place.as_deref().is_some_and(|place| place.contains("/sign-in")), "{place:?}");
        app.stop().await;
    }
}
