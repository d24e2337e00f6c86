//! What the store itself promises: transactions, snapshots, connections.

use std::time::Duration;

use masthead::store::{self, Dialect, Store, StoreError};

use crate::support::{DatabaseKind, TestDatabase, on_both_databases};

on_both_databases! {
    async fn what_is_not_committed_leaves_nothing(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        store::instance::put(&mut tx, "marker", "one").await.unwrap();
        drop(tx);
        let mut conn = db.store.read().await.unwrap();
        assert_eq!(store::instance::find(&mut conn, "marker").await.unwrap(), None);
    }

    async fn what_is_committed_is_seen_by_another_store(db: TestDatabase) {
        let other = db.another_store().await;
        let mut tx = db.store.begin().await.unwrap();
        store::instance::put(&mut tx, "marker", "one").await.unwrap();
        let before = store::instance::find(&mut other.read().await.unwrap(), "marker").await.unwrap();
        tx.commit().await.unwrap();
        let after = store::instance::find(&mut other.read().await.unwrap(), "marker").await.unwrap();
        assert_eq!((before, after.as_deref()), (None, Some("one")));
    }

    async fn a_snapshot_sees_one_moment(db: TestDatabase) {
        let mut snapshot = db.store.begin_snapshot().await.unwrap();
        assert_eq!(store::instance::find(&mut snapshot, "marker").await.unwrap(), None);
        let mut tx = db.store.begin().await.unwrap();
        store::instance::put(&mut tx, "marker", "one").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store::instance::find(&mut snapshot, "marker").await.unwrap(), None);
        drop(snapshot);
        let mut conn = db.store.read().await.unwrap();
        assert_eq!(store::instance::find(&mut conn, "marker").await.unwrap().as_deref(), Some("one"));
    }

    async fn two_processes_that_write_wait_for_each_other(db: TestDatabase) {
        let other = db.another_store().await;
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..40 {
            let store = if number % 2 == 0 { db.store.clone() } else { other.clone() };
            tasks.spawn(async move {
                let mut tx = store.begin().await.unwrap();
                let used = store::budget::take(&mut tx, "a", "x", 0).await.unwrap();
                tx.commit().await.unwrap();
                used
            });
        }
        let mut used = tasks.join_all().await;
        used.sort_unstable();
        assert_eq!(used, (1..=40).collect::<Vec<i64>>());
    }

    async fn a_begin_that_is_given_up_leaves_a_clean_connection(db: TestDatabase) {
        for _ in 0..60 {
            let store = db.store.clone();
            let task = tokio::spawn(async move {
                let mut tx = store.begin().await.unwrap();
                store::instance::put(&mut tx, "marker", "one").await.unwrap();
                std::future::pending::<()>().await;
            });
            tokio::task::yield_now().await;
            task.abort();
            // Ended by the abort, whatever it was at.
            let _ = task.await;
        }
        for number in 0..20 {
            let mut tx = db.store.begin().await.unwrap();
            assert_eq!(store::budget::take(&mut tx, "a", "x", 0).await.unwrap(), number + 1);
            tx.commit().await.unwrap();
        }
        let mut conn = db.store.read().await.unwrap();
        assert_eq!(store::instance::find(&mut conn, "marker").await.unwrap(), None);
    }

    async fn the_store_knows_its_dialect_and_closes(db: TestDatabase) {
        let expected = if db.kind == DatabaseKind::Sqlite { Dialect::Sqlite } else { Dialect::Postgres };
        assert_eq!(db.store.dialect(), expected);
        db.store.close().await;
        assert!(db.store.read().await.is_err_and(|error| error.is_unavailable()));
    }
}

#[tokio::test]
async fn another_scheme_is_named() {
    let error = Store::open("mysql://somewhere/db", Duration::from_secs(1)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Url(scheme) if scheme == "mysql"), "{error}");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_said_to_be_away_in_time() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://nobody@{}/none", taken.local_addr().unwrap());
    let began = std::time::Instant::now();
    let error = Store::open(&url, Duration::from_millis(300)).await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert!(began.elapsed() < Duration::from_secs(5), "bounded by the acquire time-out");
}
