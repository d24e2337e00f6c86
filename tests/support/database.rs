//! A fresh, migrated database for one test, gone when the test ends.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use masthead::store::Store;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, postgres::PgConnection};

/// How long a test waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(20);
/// The number under which the making of the template is locked, on the whole cluster.
const TEMPLATE_LOCK: i64 = 7_203_114;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseKind {
    Sqlite,
    Postgres,
}

/// A migrated database of its own, dropped with this.
pub struct TestDatabase {
    pub kind: DatabaseKind,
    /// What `[database] url` would be.
    pub url: String,
    /// Opened already.
    pub store: Store,
    _place: Place,
}

enum Place {
    Elsewhere,
    Folder { _folder: tempfile::TempDir },
    Cluster { admin_url: String, name: String },
}

impl TestDatabase {
    /// A database with the schema of this version and nothing in it.
    pub async fn new(kind: DatabaseKind) -> Self {
        let (url, place) = match kind {
            DatabaseKind::Sqlite => sqlite_file(),
            DatabaseKind::Postgres => copy_of_template().await,
        };
        let store = Store::open(&url, ACQUIRE_TIMEOUT).await.expect("a fresh database opens");
        if kind == DatabaseKind::Sqlite {
            store.migrate().await.expect("a fresh database can be migrated");
        }
        Self { kind, url, store, _place: place }
    }

    /// A database without any schema, not yet opened by a store of ours.
    pub async fn empty(kind: DatabaseKind) -> Self {
        let (url, place) = match kind {
            DatabaseKind::Sqlite => sqlite_file(),
            DatabaseKind::Postgres => {
                let admin_url = admin_url();
                let mut admin = connect(&admin_url).await;
                let name = create(&mut admin, None).await;
                (url_of(&admin_url, &name), Place::Cluster { admin_url, name })
            }
        };
        let store = Store::open(&url, ACQUIRE_TIMEOUT).await.expect("a fresh database opens");
        Self { kind, url, store, _place: place }
    }

    /// A database that was put at a place by other means; it is left there.
    pub async fn found(kind: DatabaseKind, url: String) -> Self {
        let store = Store::open(&url, ACQUIRE_TIMEOUT).await.expect("a database that is there opens");
        Self { kind, url, store, _place: Place::Elsewhere }
    }

    /// Another store on the same database, as another process would have.
    pub async fn another_store(&self) -> Store {
        Store::open(&self.url, ACQUIRE_TIMEOUT).await.expect("the database opens twice")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Cluster { admin_url, name } = self else { return };
        let (admin_url, name) = (admin_url.clone(), name.clone());
        // A thread of its own, since this one may be inside a runtime. A database that stays behind goes with its cluster.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let mut admin = connect(&admin_url).await;
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                admin.execute(AssertSqlSafe(drop)).await.map(|_| ())
            })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("a test's database could not be dropped");
        }
    }
}

fn sqlite_file() -> (String, Place) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    (format!("sqlite://{}", folder.path().join("test.db").display()), Place::Folder { _folder: folder })
}

fn admin_url() -> String {
    std::env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!(
            "TEST_POSTGRES_URL names no PostgreSQL: run `make test`, or \
             `export TEST_POSTGRES_URL=$(scripts/postgres start)`"
        )
    })
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap_or_else(|error| {
        panic!("the PostgreSQL at TEST_POSTGRES_URL does not answer ({error}): run `scripts/postgres start`")
    })
}

async fn copy_of_template() -> (String, Place) {
    let admin_url = admin_url();
    let mut admin = connect(&admin_url).await;
    let template = ensure_template(&mut admin, &admin_url).await;
    let name = create(&mut admin, Some(&template)).await;
    (url_of(&admin_url, &name), Place::Cluster { admin_url, name })
}

async fn create(admin: &mut PgConnection, template: Option<&str>) -> String {
    let name = fresh_name();
    let from = template.map_or_else(String::new, |template| format!(" TEMPLATE {template}"));
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}{from}"))).await.expect("a database can be made");
    name
}

/// The migrated template, made by whichever test comes first: tests may run as processes of their own.
async fn ensure_template(admin: &mut PgConnection, admin_url: &str) -> String {
    let name = format!("template_{:016x}", migrations_hash());
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await.expect("a lock");
    let there: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_one(&mut *admin)
        .await
        .expect("the list of databases");
    if there == 0 {
        // Made under another name, so that a template that was given up half-way is never taken.
        let making = create(admin, None).await;
        let store = Store::open(&url_of(admin_url, &making), ACQUIRE_TIMEOUT).await.expect("the template opens");
        store.migrate().await.expect("the template can be migrated");
        store.close().await;
        let rename = format!("ALTER DATABASE {making} RENAME TO {name}");
        admin.execute(AssertSqlSafe(rename)).await.expect("the template gets its name");
    }
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(admin).await.expect("the lock ends");
    name
}

/// Changes with the migrations, so that a cluster that lives longer than they do makes a new template.
fn migrations_hash() -> u64 {
    let mut hasher = DefaultHasher::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("migrations").map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        std::fs::read(path).expect("a migration").hash(&mut hasher);
    }
    hasher.finish()
}

fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("test_{}_{nanos}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn url_of(admin_url: &str, name: &str) -> String {
    let mut url = url::Url::parse(admin_url).expect("TEST_POSTGRES_URL is a URL");
    url.set_path(name);
    url.to_string()
}
