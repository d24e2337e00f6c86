//! What the database can answer besides rows.

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names neither SQLite nor PostgreSQL.
    #[error("the database URL must start with sqlite: or postgres://, not {0:?}")]
    Url(String),
    /// The database does not answer, or no connection is free in time.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// The schema's `min_compatible` is above this binary's newest migration.
    #[error(
        "the database's schema needs a newer masthead: it asks for migration {min_compatible}, this binary knows {known}. \
         Install the newer version, or point it at another database"
    )]
    SchemaFromTheFuture {
        /// What the schema asks for.
        min_compatible: i64,
        /// The newest migration of this binary.
        known: i64,
    },
    /// Migrations of this binary have not run.
    #[error("the database's schema is behind this binary: run `masthead migrate`")]
    SchemaBehind,
    /// A migration failed.
    #[error("the database could not be migrated")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// A unique column has that value already.
    #[error("a row with that value exists already")]
    Duplicate(#[source] sqlx::Error),
    /// A stored value cannot be read; the column is named.
    #[error("the column {column} holds a value that cannot be read")]
    Corrupt {
        /// The column.
        column: &'static str,
    },
    /// Anything else.
    #[error("the database refused a statement")]
    Refused(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(reason) if reason.is_unique_violation() => Self::Duplicate(error),
            sqlx::Error::Database(reason) if passes(reason.as_ref()) => Self::Unavailable(error),
            sqlx::Error::Database(_) => Self::Refused(error),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Unavailable(error),
            _ => Self::Refused(error),
        }
    }
}

/// Whether a refusal is about the state that the database is in, not about what it was asked: a full disk, a lock held for too
/// long, a server that starts, stops or stands by. The same may go well later.
fn passes(reason: &dyn sqlx::error::DatabaseError) -> bool {
    let Some(code) = reason.code() else { return false };
    if reason.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        // The low byte says what, the rest which kind of it: https://sqlite.org/rescode.html
        return code.parse::<u32>().is_ok_and(|code| SQLITE_PASSING.contains(&(code & 0xff)));
    }
    POSTGRES_PASSING.iter().any(|class| code.starts_with(class))
}

/// Busy, locked, read-only, input/output error, full, cannot open.
const SQLITE_PASSING: [u32; 6] = [5, 6, 8, 10, 13, 14];
/// Connection trouble, transaction rolled back (deadlock, serialization), insufficient resources (disk full, out of memory, too
/// many connections), locks not to be had, operator's intervention (time-out, shutdown), system error, a standby's refusal to
/// write: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const POSTGRES_PASSING: [&str; 7] = ["08", "40", "53", "55P03", "57", "58", "25006"];

impl StoreError {
    /// Whether trying again later may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// The database's own code for why it refused: an SQLSTATE, or SQLite's number.
    pub fn database_code(&self) -> Option<String> {
        let (Self::Unavailable(error) | Self::Refused(error) | Self::Duplicate(error)) = self else { return None };
        error.as_database_error().and_then(|reason| reason.code()).map(|code| code.into_owned())
    }

    /// Whether a unique column refused the row.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Duplicate(_))
    }
}
