//! Fault 63: a migration that is killed at any step is gone through again; an old program and a new schema live together for as
//! long as the schema says so.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};

use crate::{
    cutting_proxy::{CuttingProxy, Lost},
    support::{DatabaseKind, Production, TestDatabase, on_both_databases, production::words, until},
};

/// Every message of PostgreSQL's wire has such a byte: each run of bytes from the client is a step.
const ANY_STEP: &[u8] = b"\0";
/// Far more steps than there are.
const STEPS_MAX: i64 = 400;

async fn tables(db: &TestDatabase) -> Vec<String> {
    let select = match db.kind {
        DatabaseKind::Sqlite => "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
        DatabaseKind::Postgres => {
            "SELECT CAST(table_name || '.' || column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public' ORDER BY 1"
        }
    };
    let mut conn = db.store.read().await.unwrap();
    sqlx::query_scalar(select).fetch_all(&mut *conn).await.unwrap()
}

/// Whatever the killed one has left: the same command, again, makes it whole.
async fn assert_resumable(production: &Production, wanted: &[String], what: &str) {
    let check = production.database.store.check().await;
    assert!(matches!(check, Ok(()) | Err(masthead::store::StoreError::SchemaBehind)), "{what}: {check:?}");
    let again = production.run(&["migrate"]);
    assert!(again.status.success(), "{what}: {}", words(&again));
    assert_eq!(tables(&production.database).await, wanted, "{what}");
    production.database.store.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_migration_of_postgres_that_is_killed_at_any_step_is_gone_through_again() {
    let wanted = tables(&TestDatabase::new(DatabaseKind::Postgres).await).await;
    let mut production = Production::bare(TestDatabase::empty(DatabaseKind::Postgres).await).await;
    let mut kills = 0;
    for step in 1..STEPS_MAX {
        // Before the server has heard of it, and after it has done it and nobody heard.
        let lost = if step % 2 == 0 { Lost::Request } else { Lost::Reply };
        production.database = TestDatabase::empty(DatabaseKind::Postgres).await;
        let mut url = url::Url::parse(&production.database.url).unwrap();
        let upstream: SocketAddr = format!("127.0.0.1:{}", url.port().unwrap()).parse().unwrap();
        let wire = CuttingProxy::start(upstream, ANY_STEP);
        wire.cut(lost, step);
        url.set_port(Some(wire.address.port())).unwrap();
        production.set("DATABASE_URL", url.as_str());
        let mut migrating = production.start("migrate.log", &["migrate"]);
        until("the step, or the end", || {
            let is_over = wire.cuts() > 0 || migrating.has_ended();
            async move { is_over.then_some(()) }
        })
        .await;
        migrating.kill();
        let is_past_the_end = wire.cuts() == 0;
        production.set("DATABASE_URL", &production.database.url.clone());
        assert_resumable(&production, &wanted, &format!("{lost:?} at step {step}")).await;
        if is_past_the_end {
            break;
        }
        kills += 1;
    }
    assert!((15..STEPS_MAX - 2).contains(&kills), "{kills} kills");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_migration_of_sqlite_that_is_killed_at_any_moment_is_gone_through_again() {
    let wanted = tables(&TestDatabase::new(DatabaseKind::Sqlite).await).await;
    let mut production = Production::bare(TestDatabase::empty(DatabaseKind::Sqlite).await).await;
    let (mut caught, mut whole) = (0, 0);
    for step in 0..400 {
        production.database = TestDatabase::empty(DatabaseKind::Sqlite).await;
        production.set("DATABASE_URL", &production.database.url.clone());
        let mut migrating = production.start("migrate.log", &["migrate"]);
        // The moment that counts is when it has begun to write; from there on, ever later.
        let folder = production.database.url.trim_start_matches("sqlite://").to_owned();
        let wal = std::path::PathBuf::from(format!("{folder}-wal"));
        let mut has_begun = || std::fs::metadata(&wal).is_ok_and(|file| file.len() > 0) || migrating.has_ended();
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while !has_begun() && std::time::Instant::now() < deadline {
            std::hint::spin_loop();
        }
        std::thread::sleep(Duration::from_micros(step * 100));
        migrating.kill();
        let is_whole = production.database.store.check().await.is_ok();
        assert_resumable(&production, &wanted, &format!("killed at step {step}")).await;
        (caught, whole) = if is_whole { (caught, whole + 1) } else { (caught + 1, 0) };
        if whole == 5 {
            break;
        }
    }
    assert!(caught > 0, "no migration was caught under way");
}

on_both_databases! {
    async fn an_old_program_lives_with_a_newer_schema_until_the_schema_says_no(db: TestDatabase) {
        let production = Production::new(db).await;
        let mut old = production.serve(&[]).await;
        let before = production.count().await.unwrap();
        // What a newer program's migration does first: it expands.
        let mut tx = production.database.store.begin().await.unwrap();
        for statement in [
            "ALTER TABLE member ADD COLUMN nickname TEXT",
            "CREATE TABLE badge (id TEXT PRIMARY KEY)",
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 9000, 'newer', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        ] {
            sqlx::query(statement).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        production.pay("ada@example.com").await;
        until("the counter to move", || async { (production.count().await? == before + 1).then_some(()) }).await;
        old.kill();
        let mut old = production.serve(&["--migrate"]).await;
        assert_eq!(production.count().await, Some(before + 1));
        // Much later it contracts, and says so.
        let mut tx = production.database.store.begin().await.unwrap();
        masthead::store::instance::put(&mut tx, "min_compatible", "9000").await.unwrap();
        tx.commit().await.unwrap();
        let answer = production.client().get(production.address("/readyz")).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        assert_eq!((&body["status"], &body["errors"][0]["field"]), (&json!(503), &json!("schema")), "{body}");
        old.kill();
        for arguments in [&["serve"][..], &["serve", "--migrate"], &["worker"], &["migrate"]] {
            let refused = production.run(arguments);
            assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
            assert!(words(&refused).contains("newer masthead"), "{arguments:?}: {}", words(&refused));
        }
    }
}
