//! `masthead serve` and `masthead worker`: from nothing to a member, on both databases.

use serde_json::Value;

use crate::support::{
    DatabaseKind, Production, TestDatabase, free_port, on_both_databases,
    production::{MASTER, SIGNING_SECRET, STRIPE_KEY, client, words},
    until,
};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/production.example.toml");

/// Takes the variables out whose settings the file has.
fn without_what_a_file_has(production: &mut Production) {
    for name in ["SECRETS__MASTER", "PAYMENTS__SECRET_KEY", "PAYMENTS__WEBHOOK_SECRETS", "PAYMENTS__LIVE"] {
        production.unset(&format!("MASTHEAD__{name}"));
    }
}

async fn from_nothing(kind: DatabaseKind) {
    let production = Production::bare(TestDatabase::empty(kind).await).await;
    let refused = production.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(words(&refused).contains("run `masthead migrate`"), "{}", words(&refused));
    let refused = production.run(&["serve", "--migrate"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(words(&refused).contains("run `masthead apply newsroom.toml`"), "{}", words(&refused));
    production.apply();
    let mut running = production.serve(&["--config", EXAMPLE]).await;
    let before = production.count().await.unwrap();
    production.pay("ada@example.com").await;
    until("the counter to move", || async { (production.count().await? == before + 1).then_some(()) }).await;
    running.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn from_nothing_to_a_member_on_sqlite() {
    from_nothing(DatabaseKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn from_nothing_to_a_member_on_postgres() {
    from_nothing(DatabaseKind::Postgres).await;
}

on_both_databases! {
    async fn a_worker_apart_works_for_a_process_that_only_serves(db: TestDatabase) {
        let production = Production::new(db).await;
        let web = production.serve(&["--no-worker"]).await;
        let before = production.count().await.unwrap();
        production.pay("ada@example.com").await;
        // The event is stored, and nobody works on it yet.
        let pending = async |production: &Production| {
            let mut conn = production.database.store.read().await.unwrap();
            masthead::store::webhook_event::count(&mut conn, "pending").await.unwrap()
        };
        until("an event that waits", || async { (pending(&production).await > 0).then_some(()) }).await;
        assert_eq!(production.count().await, Some(before));
        let mut worker = production.start("worker.log", &["worker"]);
        until("the counter of the web process to move", || async {
            (production.count().await? == before + 1).then_some(())
        })
        .await;
        until("an empty inbox", || async { (pending(&production).await == 0).then_some(()) }).await;
        worker.signal("TERM");
        assert_eq!(worker.wait(std::time::Duration::from_secs(20)).code(), Some(0), "{}", worker.output());
        drop(web);
    }

    async fn several_serve_one_database(db: TestDatabase) {
        let mut production = Production::new(db).await;
        let _first = production.serve(&["--migrate"]).await;
        let second_port = free_port();
        production.set("MASTHEAD__HTTP__LISTEN", &format!("127.0.0.1:{second_port}"));
        let _second = production.start("second.log", &["serve", "--migrate", "--no-worker"]);
        let second = client(second_port);
        let path = format!("http://localhost:{second_port}/v1/campaigns/25000-members");
        let count = async || second.get(&path).send().await.ok()?.json::<Value>().await.ok()?["count"].as_i64();
        let before = until("the second process", &count).await;
        production.pay("ada@example.com").await;
        until("the second process to show it", || async { (count().await? == before + 1).then_some(()) }).await;
    }

    async fn secrets_may_be_in_files(db: TestDatabase) {
        let mut production = Production::new(db).await;
        let file = |name: &str, text: &str| {
            let path = production.folder.path().join(name);
            std::fs::write(&path, format!("{text}\n")).unwrap();
            path.display().to_string()
        };
        let files = [
            ("SECRETS__MASTER", file("master", MASTER)),
            ("PAYMENTS__SECRET_KEY", file("key", STRIPE_KEY)),
            ("PAYMENTS__WEBHOOK_SECRETS", file("signing", &format!("whsec_AnOlderOneThatIsRolled00\n{SIGNING_SECRET}"))),
            ("DATABASE__URL", file("database", &production.database.url)),
        ];
        without_what_a_file_has(&mut production);
        production.unset("DATABASE_URL");
        for (name, path) in files {
            production.set(&format!("MASTHEAD__{name}_FILE"), &path);
        }
        production.set("MASTHEAD__PAYMENTS__LIVE", "false");
        let running = production.serve(&[]).await;
        let before = production.count().await.unwrap();
        production.pay("ada@example.com").await;
        until("the counter to move", || async { (production.count().await? == before + 1).then_some(()) }).await;
        drop(running);
        // Keys that were sealed under this secret are of no use under another.
        production.unset("MASTHEAD__SECRETS__MASTER_FILE");
        production.set("MASTHEAD__SECRETS__MASTER", "HXjTM47pSaQEX7oaddAwi+ZGoQFctxdyzS2I40Oe+Vm0FG/KKoXgQJv2VrERbMcn");
        let refused = production.run(&["serve"]);
        assert_eq!(refused.status.code(), Some(78), "starting again does not help");
        assert!(words(&refused).contains("another master secret"), "{}", words(&refused));
        let checked = production.run(&["check-config"]);
        assert!(!checked.status.success() && words(&checked).contains("another master secret"), "{}", words(&checked));
    }

    async fn log_lines_are_json_with_the_request_id_that_the_reader_sees(db: TestDatabase) {
        let mut production = Production::new(db).await;
        production.set("MASTHEAD__LOG__REQUESTS", "true");
        let running = production.serve(&[]).await;
        let path = "/v1/campaigns/25000-members?from=ada@example.com";
        let answer = production.client().get(production.address(path)).send().await.unwrap();
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let line = until("the line of the request", || async {
            running.output().lines().find(|line| line.contains(&id)).map(str::to_owned)
        })
        .await;
        for line in running.output().lines() {
            serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        }
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["route"], "/v1/campaigns/{slug}", "{line}");
        assert_eq!((line["level"].as_str(), line["status"].as_u64()), (Some("INFO"), Some(200)), "{line}");
        assert!(line["milliseconds"].is_f64() && line["span"]["request_id"] == id.as_str(), "{line}");
        assert!(!running.output().contains("ada@example.com"), "a query is logged");
    }
}
