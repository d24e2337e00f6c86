//! Fault 57: a disk that is full is told as 503; nothing is half written; once there is room, all goes on.

use std::{fs, path::Path, process::Command};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sqlx::Row as _;

use crate::support::{
    AppOptions, DatabaseKind, Production, TestApp, TestDatabase, on_both_databases, production::CAMPAIGN, until,
};

/// More pages than any test fills.
const MANY_PAGES: i64 = 1_000_000;

/// Makes the database refuse to grow, or lets it grow again. On SQLite by its own limit of pages, which the one connection that
/// writes keeps until it is replaced; on PostgreSQL by a trigger that raises what a full disk raises.
async fn set_full(app: &TestApp, is_full: bool) {
    let mut tx = app.context.store.begin().await.unwrap();
    match (app.database.kind, is_full) {
        (DatabaseKind::Sqlite, _) => {
            let pages = if is_full { 1 } else { MANY_PAGES };
            sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")))
                .fetch_all(&mut *tx)
                .await
                .unwrap();
        }
        (DatabaseKind::Postgres, true) => {
            let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                          $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$";
            sqlx::query(refuse).execute(&mut *tx).await.unwrap();
            let trigger = "CREATE TRIGGER full_disk BEFORE INSERT ON outbox EXECUTE FUNCTION refuse()";
            sqlx::query(trigger).execute(&mut *tx).await.unwrap();
        }
        (DatabaseKind::Postgres, false) => {
            sqlx::query("DROP FUNCTION refuse() CASCADE").execute(&mut *tx).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

async fn ask(client: &Client, base_url: &str, email: &str) -> (StatusCode, String) {
    let answer = client.post(format!("{base_url}/v1/sign-in")).json(&json!({ "email": email })).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// Asks as new people until the database refuses. How many it took.
async fn fill(client: &Client, base_url: &str) -> usize {
    for number in 0..4_000 {
        let (status, text) = ask(client, base_url, &format!("reader{number}@example.com")).await;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let problem: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(problem["code"], "database_unavailable", "{problem}");
            return number;
        }
        assert_eq!(status, StatusCode::ACCEPTED, "{text}");
    }
    panic!("the disk did not fill");
}

/// Whoever asked has a mail, and whoever has a mail asked: no cause without its effect.
async fn assert_whole(db: &TestDatabase) {
    let select = "SELECT (SELECT COUNT(*) FROM attempt) AS attempts, (SELECT COUNT(*) FROM outbox) AS messages, \
                  (SELECT COUNT(*) FROM person) AS people";
    let mut conn = db.store.read().await.unwrap();
    let row = sqlx::query(select).fetch_one(&mut *conn).await.unwrap();
    let [attempts, messages, people]: [i64; 3] = ["attempts", "messages", "people"].map(|column| row.get(column));
    assert!(attempts > 0 && attempts == messages && people == attempts, "{attempts} {messages} {people}");
}

fn patient() -> AppOptions {
    let settings = |config: &mut masthead::config::Config| {
        config.limits.sign_in_requests_per_client_hour = 100_000;
        config.limits.sign_in_mails_total_hour = 100_000;
    };
    AppOptions { settings: Box::new(settings), ..AppOptions::default() }
}

on_both_databases! {
    async fn a_database_that_cannot_grow_is_told_and_got_over(db: TestDatabase) {
        let app = TestApp::start_with(db, patient()).await;
        assert_eq!(ask(&app.http, &app.base_url, "ada@example.com").await.0, StatusCode::ACCEPTED);
        set_full(&app, true).await;
        fill(&app.http, &app.base_url).await;
        for path in ["/healthz", "/.well-known/jwks.json", &format!("/v1/campaigns/{CAMPAIGN}"), "/"] {
            assert_eq!(app.http.get(app.address(path)).send().await.unwrap().status(), StatusCode::OK, "{path}");
        }
        set_full(&app, false).await;
        assert_eq!(ask(&app.http, &app.base_url, "grace@example.com").await.0, StatusCode::ACCEPTED);
        app.mail("grace@example.com", 1).await;
        assert_whole(&app.database).await;
        app.stop().await;
    }
}

/// A folder on a small disk of its own, taken away when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// None where this user may mount nothing.
    fn mount(mebibytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={mebibytes}m");
        let mut command = Command::new("mount");
        let mounted = command.args(["-t", "tmpfs", "-o", &size, "masthead-small-disk"]).arg(folder.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the room that is left, and a page more.
    fn fill(&self) {
        let mut junk = fs::File::create(self.path().join("junk")).unwrap();
        let block = [0_u8; 4096];
        while std::io::Write::write_all(&mut junk, &block).is_ok() {}
    }

    fn clear(&self) {
        fs::remove_file(self.path().join("junk")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that is on its way out may still have a file open.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_small_disk_that_fills_up_is_told_and_got_over() {
    // Without the right to mount there is the test above, which needs none.
    let Some(disk) = SmallDisk::mount(6) else {
        assert!(!is_root(), "root cannot mount a tmpfs here");
        return;
    };
    let mut production = Production::bare(TestDatabase::empty(DatabaseKind::Sqlite).await).await;
    production.set("DATABASE_URL", &format!("sqlite://{}", disk.path().join("masthead.db").display()));
    production.set("MASTHEAD__LIMITS__SIGN_IN_REQUESTS_PER_CLIENT_HOUR", "100000");
    production.apply();
    let running = production.serve(&[]).await;
    let before = production.count().await.unwrap();
    disk.fill();
    fill(&production.client(), &production.base_url).await;
    for path in ["/healthz", "/.well-known/jwks.json", &format!("/v1/campaigns/{CAMPAIGN}")] {
        let answer = production.client().get(production.address(path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    disk.clear();
    let (status, text) = ask(&production.client(), &production.base_url, "ada@example.com").await;
    assert_eq!(status, StatusCode::ACCEPTED, "{text}: {}", running.output());
    production.pay("ada@example.com").await;
    until("the counter to move", || async { (production.count().await? == before + 1).then_some(()) }).await;
    drop(running);
    let proof = production.run(&["recount"]);
    assert!(proof.status.success(), "{}", crate::support::production::words(&proof));
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}
