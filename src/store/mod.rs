//! The only SQL. One file a noun; every statement has one text for SQLite and PostgreSQL.
//!
//! Architecture Invariant: nothing outside this room names `sqlx`. Functions take a [`Conn`], so the caller says what shares
//! a transaction: `&mut *store.read().await?` for reads, `&mut *tx` between [`Store::begin`] and [`Tx::commit`].

pub mod attempt;
pub mod audit;
pub mod budget;
pub mod campaign;
pub mod campaign_member;
pub mod cancellation;
pub mod checkout;
pub mod continue_code;
pub mod contribution;
pub mod customer;
mod dialect;
pub mod entered_right;
pub mod entitlement;
mod error;
pub mod gate;
pub mod gateway_account;
pub mod gift;
pub mod idempotency;
pub mod instance;
pub mod member;
pub mod notice;
pub mod outbox;
pub mod payment_ledger;
pub mod person;
pub mod plan;
pub mod price;
pub mod price_move;
mod row;
pub mod session;
pub mod signing_key;
pub mod site;
pub mod site_secret;
pub mod subscription;
pub mod webhook_event;

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use sqlx::{AnyConnection, AnyPool, Connection as _, Executor, any::AnyPoolOptions, pool::PoolConnection};

use tokio::time::Instant;

use crate::domain::time::Moment;

pub use dialect::Dialect;
pub use error::StoreError;

/// A connection, inside or outside a transaction.
pub type Conn = sqlx::AnyConnection;

/// How long a server that does not answer yet is left alone.
const KNOCK_AGAIN: Duration = Duration::from_millis(200);
/// How many connections read at once. PostgreSQL writes through as many more.
const CONNECTIONS_MAX: u32 = 8;

/// After how long without use a connection is asked whether it still answers before it is used again.
const IDLE_TRUSTED: Duration = Duration::from_secs(1);

/// How long a connection that comes back may take to answer.
const HEALING_BOUND: Duration = Duration::from_secs(5);

/// A database: SQLite with one writer and many readers, or PostgreSQL.
#[derive(Clone, Debug)]
pub struct Store {
    dialect: Dialect,
    reads: AnyPool,
    writes: AnyPool,
}

/// What waits in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// How many.
    pub waiting: i64,
    /// Since when the oldest waits, by the wall clock; none when nothing does.
    pub oldest_at: Option<Moment>,
}

/// A transaction that may write. Dropped without [`Tx::commit`], it leaves nothing.
pub struct Tx(sqlx::Transaction<'static, sqlx::Any>);

/// A connection for statements that stand alone, back to its pool when dropped.
pub struct Single(PoolConnection<sqlx::Any>);

impl Store {
    /// Opens the database that a URL names (`sqlite:…` or `postgres://…`) without touching its schema.
    ///
    /// # Errors
    /// [`StoreError::Url`] for another scheme; [`StoreError::Unavailable`] when nothing answers within `acquire_timeout`.
    pub async fn open(url: &str, acquire_timeout: Duration) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url)?;
        let url = dialect.connection_url(url);
        dialect.make_file(&url);
        if dialect == Dialect::Postgres {
            knock(&url, acquire_timeout).await?;
        }
        let connect = async |options: AnyPoolOptions, connections_max: u32| {
            options.max_connections(connections_max).connect(&url).await
        };
        let writes = pool_options(dialect, acquire_timeout).after_release(move |conn, _| Box::pin(heal(conn, dialect)));
        let writes = connect(writes, dialect.write_connections(CONNECTIONS_MAX)).await?;
        let reads = connect(pool_options(dialect, acquire_timeout), CONNECTIONS_MAX).await?;
        Ok(Self { dialect, reads, writes })
    }

    /// Which of the two databases this is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when none is free in time.
    pub async fn read(&self) -> Result<Single, StoreError> {
        Ok(Single(self.reads.acquire().await?))
    }

    /// A connection for one statement that writes and stands alone: it lasts when it has returned.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when none is free in time.
    pub async fn write_once(&self) -> Result<Single, StoreError> {
        let pool = match self.dialect {
            // All that is written goes through the one writer, in order.
            Dialect::Sqlite => &self.writes,
            Dialect::Postgres => &self.reads,
        };
        Ok(Single(pool.acquire().await?))
    }

    /// Begins a transaction that may write; on SQLite it waits for the writer before it (`BEGIN IMMEDIATE`).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when none can begin in time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(Tx(self.writes.begin_with(self.dialect.begin()).await?))
    }

    /// Begins a transaction in which every read sees the same moment, and that is not meant to be committed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when none can begin in time.
    pub async fn begin_snapshot(&self) -> Result<Tx, StoreError> {
        let (pool, statement) = (self.reads.clone(), self.dialect.begin_snapshot());
        // These connections are not healed on release, so a caller that gives up must not leave a `begin` half-way.
        let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
        Ok(Tx(begun.map_err(|_| sqlx::Error::WorkerCrashed)??))
    }

    /// Brings the schema up to date; what is applied already is left alone.
    ///
    /// # Errors
    /// [`StoreError::SchemaFromTheFuture`] when the schema says that this binary is too old for it.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        instance::refuse_newer_schema(self).await?;
        let migrator = self.dialect.migrator();
        match self.dialect {
            // One transaction around all: whoever comes second waits, then finds nothing left to do; who is killed leaves nothing.
            Dialect::Sqlite => {
                let mut tx = self.writes.begin_with(self.dialect.begin()).await?;
                migrator.run(&mut *tx).await.map_err(StoreError::Migration)?;
                Ok(tx.commit().await?)
            }
            // An advisory lock around all, and a transaction for each. The connection's bounds are lifted: whoever comes second
            // waits for the lock, and an index on a large table takes its time.
            Dialect::Postgres => {
                let mut conn = self.writes.acquire().await?;
                conn.execute("SET statement_timeout = 0").await?;
                let done = migrator.run(&mut *conn).await.map_err(StoreError::Migration);
                conn.close().await?;
                done
            }
        }
    }

    /// Whether the database answers and its schema holds every migration of this binary.
    ///
    /// # Errors
    /// [`StoreError`] as the database gives it; [`StoreError::SchemaBehind`] when migrations are missing.
    pub async fn check(&self) -> Result<(), StoreError> {
        instance::refuse_newer_schema(self).await?;
        let applied = instance::applied_migrations(self).await?;
        let is_missing = |version: &i64| !applied.contains(version);
        let wanted = self.dialect.migrator();
        let is_behind = wanted.iter().any(|migration| is_missing(&migration.version));
        if is_behind { Err(StoreError::SchemaBehind) } else { Ok(()) }
    }

    /// Whether it takes writes: one is begun, and taken back.
    ///
    /// # Errors
    /// [`StoreError`] as the database gives it.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        instance::put(&mut tx, "check", "").await
    }

    /// The newest migration of this binary.
    pub fn newest_migration(&self) -> i64 {
        self.dialect.migrator().iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    /// Ends all connections once what runs on them is done.
    pub async fn close(&self) {
        self.reads.close().await;
        self.writes.close().await;
    }
}

/// Waits for a server until it lets us in. A pool waits too, but then says only that time is over, and not why.
async fn knock(url: &str, bound: Duration) -> Result<(), sqlx::Error> {
    let until = Instant::now() + bound;
    loop {
        match tokio::time::timeout_at(until, AnyConnection::connect(url)).await {
            Ok(Ok(connection)) => return connection.close().await,
            Ok(Err(sqlx::Error::Io(_))) if Instant::now() + KNOCK_AGAIN < until => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(sqlx::Error::PoolTimedOut),
        }
        tokio::time::sleep(KNOCK_AGAIN).await;
    }
}

fn pool_options(dialect: Dialect, acquire_timeout: Duration) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .acquire_timeout(acquire_timeout)
        .after_connect(move |conn, _| {
            Box::pin(async move {
                for pragma in dialect.on_connect() {
                    conn.execute(*pragma).await?;
                }
                Ok(())
            })
        })
        // Asking before each use would cost as much as a short statement does; a server that was started anew is noticed all the
        // same, since whoever was in use then is tried on release.
        .test_before_acquire(false)
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                if meta.idle_for > IDLE_TRUSTED {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
}

/// sqlx 0.9.0 leaves a transaction open on the connection when a pending `begin` is dropped (launchbadge/sqlx#4393).
async fn heal(conn: &mut Conn, dialect: Dialect) -> Result<bool, sqlx::Error> {
    // A server that does not answer any more is not waited for: the connection is dropped, and its place is free.
    let healed = tokio::time::timeout(HEALING_BOUND, conn.execute("ROLLBACK")).await;
    let healed = healed.map_err(|_| sqlx::Error::PoolTimedOut)?;
    // SQLite ends a transaction by itself when the disk is full; sqlx then counts it as open for ever, and refuses to
    // begin another. Such a connection is of no more use.
    Ok((healed.is_ok() || dialect == Dialect::Sqlite) && !conn.is_in_transaction())
}

impl Tx {
    /// Makes everything that was written in it last.
    ///
    /// # Errors
    /// [`StoreError`]: then it is not known whether it lasted, unless the error says so.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl Deref for Single {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Single {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl Drop for Single {
    fn drop(&mut self) {
        // The pool tries each connection that comes back, for as long as that takes: one that does not answer is given up here.
        let returning = tokio::time::timeout(HEALING_BOUND, self.0.return_to_pool());
        tokio::spawn(async move {
            // Given up, it is closed and its place is free.
            let _ = returning.await;
        });
    }
}
