//! `masthead statement`: what moved, by the service's own ledger, against the payment service's own books.

use std::{
    collections::BTreeMap,
    process::{Command, Output},
};

use crate::{
    expect::good,
    support::{API_KEY, TestApp, TestDatabase, on_both_databases, until},
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
        let refund = app.http.post(format!("{}/v1/refunds", app.sandbox.url())).bearer_auth(API_KEY);
        let refund = good(refund.form(&[("charge", charge.as_str()), ("amount", "199")]).send().await.unwrap()).await;
        rows_posted(&app, 3).await;

        let year = year(&app).await;
        let all = lines(&statement(&app, &["--year", &year]));
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
        let rows = only(&all, "row");
        let mut ids: Vec<&str> = rows.iter().map(|row| row["balance_transaction"].as_str()).collect();
        let mut their_ids: Vec<&str> = theirs.iter().map(|row| row["id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        their_ids.sort_unstable();
        assert_eq!(ids, their_ids);
        let back: Vec<_> = rows.iter().filter(|row| row["kind"] == "refund").collect();
        assert_eq!(back.len(), 1);
        let told = ["gross", "charge", "source", "plan"].map(|column| back[0][column].as_str());
        assert_eq!(told, ["-1.99", charge.as_str(), refund["id"].as_str().unwrap(), "supporter"]);
        assert!(rows.iter().all(|row| row["invoice"].starts_with("in_") && row["price"].starts_with("prc_")), "{rows:?}");

        // One member's, by address and by id, holds nobody else's.
        let hers = lines(&statement(&app, &["--year", &year, "--member", "ada@example.com"]));
        let hers = only(&hers, "row");
        let id = hers[0]["member"].as_str();
        assert!(id.starts_with("mem_") && hers.iter().all(|row| row["member"] == id) && hers.len() < 3, "{hers:?}");
        let by_id = lines(&statement(&app, &["--year", &year, "--member", id]));
        assert_eq!(only(&by_id, "row").len(), hers.len());
        // A year later nothing moves, and what was left is what it opens and closes with.
        let next = (year.parse::<i32>().unwrap() + 1).to_string();
        let file = tempfile::tempdir().unwrap().keep().join("next.csv");
        let written = statement(&app, &["--year", &next, "--out", file.to_str().unwrap()]);
        assert!(written.status.success() && written.stdout.is_empty());
        let later = lines(&Output { stdout: std::fs::read(&file).unwrap(), ..written });
        assert_eq!((later.len(), &later[0]["opening"], &later[0]["closing"]), (1, &total("net"), &total("net")));

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
        let refund = app.http.post(format!("{}/v1/refunds", app.sandbox.url())).bearer_auth(API_KEY);
        good(refund.form(&[("charge", charge.as_str()), ("amount", "199")]).send().await.unwrap()).await;
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
