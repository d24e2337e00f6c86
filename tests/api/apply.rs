//! `masthead apply` beside a service that runs: what is shown, what is changed, what is refused.

use std::{
    fs,
    process::{Command, Output},
};

use masthead::store;
use serde_json::Value;

use crate::{
    expect::CAMPAIGN,
    support::{AppOptions, PAPER_URL, TestApp, TestDatabase, on_both_databases, until},
};

/// Runs `masthead apply` with options on a declaration.
fn apply(url: &str, newsroom: &str, options: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("newsroom.toml");
    fs::write(&file, newsroom).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.arg("apply").arg(&file).args(options).env("DATABASE_URL", url).env("RUST_BACKTRACE", "0");
    command.output().unwrap()
}

#[track_caller]
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[track_caller]
fn refused(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    text
}

fn demo() -> String {
    AppOptions::default().newsroom.replace("{paper_url}", PAPER_URL)
}

async fn version(db: &TestDatabase) -> i64 {
    let mut conn = db.store.read().await.unwrap();
    store::campaign::find_by_slug(&mut conn, CAMPAIGN).await.unwrap().unwrap().version
}

async fn audit_rows(db: &TestDatabase) -> i64 {
    let mut conn = db.store.read().await.unwrap();
    let count = "SELECT COUNT(*) FROM audit WHERE action = 'newsroom.applied'";
    sqlx::query_scalar(count).fetch_one(&mut *conn).await.unwrap()
}

#[test]
fn looking_does_not_make_the_database_that_is_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("masthead.db");
    let shown = said(&apply(&format!("sqlite://{}", file.display()), &demo(), &["--dry-run"]));
    assert!(shown.contains("+ plans[supporter]: \"Supporter\"") && shown.contains("no database yet"), "{shown}");
    assert!(!file.exists());
}

#[test]
fn every_fault_is_named_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("masthead.db");
    let url = format!("sqlite://{}", file.display());
    for (from, to, words) in [
        ("accent = ", "acent = ", &["acent", "unknown"][..]),
        ("slug = \"patron\"", "slug = \"supporter\"", &["plans[supporter].slug", "twice"]),
        ("accent = \"#0b5c6b\"", "accent = \"teal;}body{display:none\"", &["newsroom.accent", "#0b5c6b"]),
        (
            "time_zone = \"Europe/Lisbon\"",
            "time_zone = \"Lisbon\"",
            &["newsroom.time_zone", "campaigns[25000-members].time_zone"],
        ),
        (
            "gates = [\"members\"]",
            "gates = [\"memebrs\"]",
            &["plans[supporter].gates", "plans[patron].gates", "memebrs"],
        ),
        ("amount_minor = 700,", "amount_minor = 0,", &["plans[supporter].prices[0].amount_minor"]),
        (
            "interval = \"year\", tax",
            "interval = \"year\", opens_months = 12, tax",
            &["plans[supporter].prices[1].opens_months", "once"],
        ),
        (
            "minimum_minor = 300",
            "minimum_minor = 3000",
            &["plans[contribution].prices[0].amount_minor", "suggestions_minor"],
        ),
        ("currency = \"EUR\"", "currency = \"EURO\"", &["plans[supporter].prices[0].currency"]),
        ("interval = \"year\"", "interval = \"yearly\"", &["interval", "yearly"]),
        (
            "amount_minor = 7000, currency = \"EUR\", interval = \"year\"",
            "amount_minor = 700, currency = \"eur\", interval = \"month\"",
            &["prices[1]", "twice"],
        ),
        ("goal_members = 25000", "goal_members = -1", &["campaigns[25000-members].goal_members"]),
        (
            "ends_at = \"2027-01-01T00:00:00+00:00\"",
            "ends_at = \"2026-01-01T00:00:00+00:00\"",
            &["ends_at", "after starts_at"],
        ),
        ("origins = [\"http://127.0.0.1:9\"]", "origins = [\"http://127.0.0.1:9/\"]", &["sites[demo-paper].origins"]),
        ("title = \"Supporter\"", "title = \" \"", &["plans[supporter].title"]),
        ("members = 24600", "members = \"many\"", &["members"]),
    ] {
        let newsroom = demo().replace(from, to);
        assert_ne!(newsroom, demo(), "{from}");
        let told = refused(&apply(&url, &newsroom, &[]));
        for word in words.iter().chain(&["nothing was changed"]) {
            assert!(told.contains(word), "no {word:?} in: {told}");
        }
    }
    assert!(!file.exists(), "a database was made");
}

on_both_databases! {
    async fn applying_twice_changes_nothing_more(db: TestDatabase) {
        let first = said(&apply(&db.url, &demo(), &[]));
        assert!(first.contains("+ campaigns[25000-members]"), "{first}");
        let before = (version(&db).await, audit_rows(&db).await);
        assert_eq!(before.1, 1);
        assert!(said(&apply(&db.url, &demo(), &["--dry-run"])).contains("Nothing would change."));
        assert!(said(&apply(&db.url, &demo(), &[])).contains("applied already"));
        assert_eq!((version(&db).await, audit_rows(&db).await), before);
    }

    async fn what_is_no_longer_declared_stays_and_is_named(db: TestDatabase) {
        let site = "[[sites]]\nslug = \"islands\"\nname = \"The Islands\"\naudience = \"islands\"\n\
            origins = [\"https://islands.example\"]\nreturn_to = [\"https://islands.example/\"]\n\n[[campaigns]]";
        said(&apply(&db.url, &demo().replacen("[[campaigns]]", site, 1), &[]));
        let renamed = demo().replace("slug = \"patron\"", "slug = \"benefactor\"");
        assert_ne!(renamed, demo());
        for options in [&["--dry-run"][..], &[]] {
            let shown = said(&apply(&db.url, &renamed, options));
            for name in ["plans[patron]", "sites[islands]"] {
                assert!(shown.contains(&format!("{name} is not in the file and stays as it is.")), "{name}: {shown}");
            }
            assert!(shown.contains("prices = []") && !shown.contains("plans[supporter] is not"), "{shown}");
        }
        assert!(!said(&apply(&db.url, &demo(), &[])).contains("sites[demo-paper] is not"));
    }

    async fn a_dry_run_shows_what_applying_then_does(db: TestDatabase) {
        said(&apply(&db.url, &demo(), &[]));
        let before = version(&db).await;
        let changed = demo()
            .replace("title = \"Supporter\"", "title = \"Friend\"")
            .replace("accent = \"#0b5c6b\"", "accent = \"#000080\"")
            .replace("goal_members = 25000", "goal_members = 26000")
            .replace("amount_minor = 700,", "amount_minor = 800,")
            .replace("author = \"Ines Calder, membership\"", "author = \"Ada\"")
            .replace("public = true", "public = false");
        let shown = said(&apply(&db.url, &changed, &["--dry-run"]));
        let lines: Vec<&str> = shown.lines().filter(|line| line.starts_with(['+', '-', '~'])).collect();
        assert_eq!(lines.len(), 7, "{shown}");
        for line in [
            "~ plans[supporter].title: \"Supporter\" -> \"Friend\"",
            "~ campaigns[25000-members].goal_members: 25000 -> 26000",
            "~ campaigns[25000-members].public: true -> false",
            "- plans[supporter].prices: 700 EUR (minor units) per month, tax inside",
            "+ plans[supporter].prices: 800 EUR (minor units) per month, tax inside",
        ] {
            assert!(lines.contains(&line), "no {line:?} in: {shown}");
        }
        assert_eq!((version(&db).await, audit_rows(&db).await), (before, 1), "looking changed something");

        let applied = said(&apply(&db.url, &changed, &[]));
        assert!(lines.iter().all(|line| applied.contains(line)), "{applied}");
        assert!(said(&apply(&db.url, &changed, &["--dry-run"])).contains("Nothing would change."));
        let back = said(&apply(&db.url, &demo(), &[]));
        assert!(back.contains("+ plans[supporter].prices: 700 EUR"), "{back}");
    }

    async fn a_price_that_subscriptions_are_billed_by_goes_off_sale_on_purpose_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let dearer = demo().replace("amount_minor = 700,", "amount_minor = 800,");
        let url = app.database.url.clone();
        let shown = said(&apply(&url, &dearer, &["--dry-run"]));
        assert!(shown.contains("1 subscription is billed by it and keeps it") && shown.contains("--confirm"), "{shown}");
        let told = refused(&apply(&url, &dearer, &[]));
        assert!(told.contains("nothing was changed") && told.contains("1 subscription is billed"), "{told}");
        assert_eq!(app.plan_amounts("supporter").await, [700, 7_000]);
        let applied = said(&apply(&url, &dearer, &["--confirm"]));
        assert!(applied.contains("Applied"), "{applied}");
        until("the new price to be on sale", || async {
            (app.plan_amounts("supporter").await == [800, 7_000]).then_some(())
        })
        .await;
        assert_eq!(member.me().await.unwrap()["subscription"]["price"]["amount_minor"], 700, "who pays it keeps it");

        let closed = dearer.replace("gates = [\"members\"]", "gates = []");
        let told = refused(&apply(&url, &closed, &[]));
        assert!(told.contains("- plans[supporter].gates: members (1 member loses it)"), "{told}");
        app.stop().await;
    }

    async fn the_result_of_a_campaign_that_has_ended_stays(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.clock.advance_business_seconds(120 * 86_400).await;
        // The clock ends it; the worker's next turn freezes its result.
        until("the result to be frozen", || async {
            let mut conn = app.database.store.read().await.ok()?;
            store::campaign::find_by_slug(&mut conn, CAMPAIGN).await.ok()??.frozen_members
        })
        .await;
        let url = app.database.url.clone();
        for (from, to, field) in [
            ("goal_members = 25000", "goal_members = 24000", "goal_members"),
            ("2027-01-01T", "2028-01-01T", "ends_at"),
            ("members = 24600", "members = 25600", "offset"),
        ] {
            let told = refused(&apply(&url, &demo().replace(from, to), &["--confirm"]));
            assert!(told.contains(&format!("campaigns[25000-members].{field}")) && told.contains("frozen"), "{told}");
        }
        assert_eq!(app.campaign().await["count"], 24_600);
        said(&apply(&url, &demo().replace("25,000 members by the end of the year", "What we did in 2026"), &[]));
        app.stop().await;
    }

    async fn a_running_service_follows(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let changed = demo()
            .replace("name = \"The Harbour Ledger\"\ntagline", "name = \"The Evening Tide\"\ntagline")
            .replace("#0b5c6b", "#102030");
        said(&apply(&app.database.url, &changed, &[]));
        let page = async |path: &str| app.browser().get(path).await.text().await.unwrap();
        until("the new name and colour", || async {
            let there = page("/").await.contains("The Evening Tide") && page("/assets/theme.css").await.contains("#102030");
            there.then_some(())
        })
        .await;
        app.stop().await;
    }

    async fn a_milestone_that_was_reached_stays_so(db: TestDatabase) {
        let near = demo().replace("count = 24700", "count = 24601");
        let app = TestApp::start_with(db, AppOptions { newsroom: near.clone(), ..AppOptions::default() }).await;
        app.member("ada@example.com").await;
        let reached = until("the milestone", || async {
            let at = app.campaign().await["milestones"][0]["reached_at"].clone();
            at.is_string().then_some(at)
        })
        .await;
        let renamed = near.replace("The court desk opens again", "The court desk is open");
        said(&apply(&app.database.url, &renamed, &[]));
        let milestone: Value = until("the new words", || async {
            let milestone = app.campaign().await["milestones"][0].clone();
            (milestone["title"] == "The court desk is open").then_some(milestone)
        })
        .await;
        assert_eq!(milestone["reached_at"], reached);
        app.stop().await;
    }
}

impl TestApp {
    /// What a plan's prices are, in minor units, the smallest first.
    async fn plan_amounts(&self, slug: &str) -> Vec<i64> {
        let plans: Value = self.http.get(self.address("/v1/plans")).send().await.unwrap().json().await.unwrap();
        let plan = plans["items"].as_array().unwrap().iter().find(|plan| plan["slug"] == slug).unwrap();
        let prices = plan["prices"].as_array().unwrap();
        let mut amounts: Vec<i64> = prices.iter().map(|price| price["amount_minor"].as_i64().unwrap()).collect();
        amounts.sort_unstable();
        amounts
    }
}
