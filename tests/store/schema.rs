//! Migrations, and that both databases have the same schema.

use std::collections::BTreeMap;

use masthead::store::{self, StoreError};
use sqlx::Row as _;

use crate::support::{DatabaseKind, TestDatabase, on_both_databases};

/// Each table's columns, with their types and whether they may be empty.
type Schema = BTreeMap<String, BTreeMap<String, (String, bool)>>;

async fn schema(db: &TestDatabase) -> Schema {
    let select = match db.kind {
        DatabaseKind::Sqlite => {
            "SELECT t.name AS table_name, c.name AS column_name, c.type AS type, \
             CAST(c.\"notnull\" = 0 AND c.pk = 0 AS INTEGER) AS nullable \
             FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'"
        }
        DatabaseKind::Postgres => {
            "SELECT CAST(table_name AS TEXT) AS table_name, CAST(column_name AS TEXT) AS column_name, \
             CAST(data_type || ' ' || COALESCE(collation_name, '') AS TEXT) AS type, \
             CAST(CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END AS BIGINT) AS nullable \
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let mut conn = db.store.read().await.unwrap();
    let mut schema = Schema::new();
    for row in sqlx::query(select).fetch_all(&mut *conn).await.unwrap() {
        let (table, column): (String, String) = (row.get("table_name"), row.get("column_name"));
        if !table.starts_with("_sqlx") && !table.starts_with("sqlite_") {
            let kind = one_name(row.get::<String, _>("type").trim());
            schema.entry(table).or_default().insert(column, (kind, row.get::<i64, _>("nullable") != 0));
        }
    }
    schema
}

/// The one name that a type has in both: only text in byte order and 64-bit integers are allowed.
fn one_name(kind: &str) -> String {
    match kind {
        "TEXT" | "text C" => "text".to_owned(),
        "INTEGER" | "bigint" => "integer".to_owned(),
        other => format!("{other}: not a type that both databases have"),
    }
}

/// Every index and key that refuses doubles, as sorted lists of columns, by table.
async fn unique_columns(db: &TestDatabase) -> BTreeMap<String, Vec<String>> {
    let select = match db.kind {
        DatabaseKind::Sqlite => {
            "SELECT t.name AS table_name, (SELECT GROUP_CONCAT(name) FROM (SELECT c.name AS name FROM pragma_index_info(i.name) AS c \
             ORDER BY c.name)) AS columns FROM sqlite_master AS t JOIN pragma_index_list(t.name) AS i \
             WHERE t.type = 'table' AND i.\"unique\" = 1 \
             UNION SELECT t.name, c.name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c \
             WHERE t.type = 'table' AND c.pk = 1 AND c.type = 'INTEGER'"
        }
        DatabaseKind::Postgres => {
            "SELECT CAST(t.relname AS TEXT) AS table_name, CAST(STRING_AGG(a.attname, ',' ORDER BY a.attname) AS TEXT) AS columns \
             FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = t.relnamespace \
             JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey) \
             WHERE i.indisunique AND n.nspname = 'public' GROUP BY t.relname, i.indexrelid"
        }
    };
    let mut conn = db.store.read().await.unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in sqlx::query(select).fetch_all(&mut *conn).await.unwrap() {
        let (table, columns): (String, String) = (row.get("table_name"), row.get("columns"));
        if !table.starts_with("_sqlx") {
            found.entry(table).or_default().push(columns);
        }
    }
    for lists in found.values_mut() {
        lists.sort();
        lists.dedup();
    }
    found
}

#[tokio::test]
async fn both_databases_have_the_same_schema() {
    let (sqlite, postgres) =
        (TestDatabase::new(DatabaseKind::Sqlite).await, TestDatabase::new(DatabaseKind::Postgres).await);
    let (ours, theirs) = (schema(&sqlite).await, schema(&postgres).await);
    assert!(ours.len() > 15, "only {} tables seen", ours.len());
    for (table, columns) in &ours {
        assert_eq!(Some(columns), theirs.get(table), "the table {table} differs: mend the younger migration");
    }
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    let (ours, theirs) = (unique_columns(&sqlite).await, unique_columns(&postgres).await);
    for (table, columns) in &ours {
        assert_eq!(Some(columns), theirs.get(table), "what is unique in {table} differs");
    }
    assert_eq!(ours.len(), theirs.len());
}

#[test]
fn a_type_of_one_database_alone_is_seen() {
    assert_ne!(one_name("TEXT"), one_name("text en_US.utf8"));
    assert_ne!(one_name("INTEGER"), one_name("timestamp with time zone"));
    assert_eq!(one_name("TEXT"), one_name("text C"));
}

on_both_databases! {
    async fn migrating_again_changes_nothing(db: TestDatabase) {
        let before = schema(&db).await;
        let mut tx = db.store.begin().await.unwrap();
        store::instance::put(&mut tx, "marker", "kept").await.unwrap();
        tx.commit().await.unwrap();
        db.store.migrate().await.unwrap();
        db.store.check().await.unwrap();
        assert_eq!(schema(&db).await, before);
        let mut conn = db.store.read().await.unwrap();
        assert_eq!(store::instance::find(&mut conn, "marker").await.unwrap().as_deref(), Some("kept"));
    }

    async fn two_processes_may_migrate_at_once(db: TestDatabase) {
        let empty = TestDatabase::empty(db.kind).await;
        let other = empty.another_store().await;
        let (first, second) = tokio::join!(empty.store.migrate(), other.migrate());
        // Who comes second waits, and finds nothing left to do.
        first.unwrap();
        second.unwrap();
        empty.store.check().await.unwrap();
        assert_eq!(schema(&empty).await, schema(&db).await);
    }

    async fn a_database_without_schema_is_behind(db: TestDatabase) {
        let empty = TestDatabase::empty(db.kind).await;
        let error = empty.store.check().await.unwrap_err();
        assert!(matches!(error, StoreError::SchemaBehind), "{error:?}");
    }

    async fn a_schema_from_the_future_is_refused(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        store::instance::put(&mut tx, "min_compatible", "9000").await.unwrap();
        tx.commit().await.unwrap();
        for refused in [db.store.migrate().await, db.store.check().await] {
            let error = refused.unwrap_err();
            assert!(matches!(error, StoreError::SchemaFromTheFuture { min_compatible: 9_000, .. }), "{error:?}");
        }
    }

    async fn a_newer_schema_that_still_bears_this_binary_is_fine(db: TestDatabase) {
        let insert = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                      SELECT 9000, 'newer', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
        let mut tx = db.store.begin().await.unwrap();
        sqlx::query(insert).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        db.store.migrate().await.unwrap();
        db.store.check().await.unwrap();
    }
}
