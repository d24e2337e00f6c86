//! Where the two databases differ. Nowhere else in the code.

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt as _};

use include_dir::{Dir, File, include_dir};
use sqlx::{
    SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

use super::StoreError;

static FOR_SQLITE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations/sqlite");
static FOR_POSTGRES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations/postgres");

/// One of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Dialect {
    pub(super) fn of(url: &str) -> Result<Self, StoreError> {
        match url.split(':').next() {
            Some("sqlite") => Ok(Self::Sqlite),
            Some("postgres" | "postgresql") => Ok(Self::Postgres),
            other => Err(StoreError::Url(other.unwrap_or_default().to_owned())),
        }
    }

    /// A missing SQLite file is made, as a missing PostgreSQL database cannot be.
    pub(super) fn connection_url(self, url: &str) -> String {
        match self {
            Self::Sqlite if !url.contains('?') && !url.contains(":memory:") => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        }
    }

    /// Makes a missing SQLite file as one that its owner alone reads, since names and addresses are in it; the files that SQLite
    /// writes beside it follow it. A file that is there keeps the rights that it has.
    pub(super) fn make_file(self, connection_url: &str) {
        let path = connection_url.strip_prefix("sqlite:").and_then(|rest| rest.strip_suffix("?mode=rwc"));
        // An address with escapes in it is left to SQLite.
        if let Some(path) = path.map(|path| path.strip_prefix("//").unwrap_or(path)).filter(|path| !path.contains('%'))
        {
            // What keeps it from being made keeps SQLite from it too, and SQLite says so.
            let _ = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        }
    }

    /// SQLite has one writer; with one connection for it, waiting is in order and bounded by the pool.
    pub(super) fn write_connections(self, connections_max: u32) -> u32 {
        match self {
            Self::Sqlite => 1,
            Self::Postgres => connections_max,
        }
    }

    /// A deferred transaction that reads first and writes later fails under other writers on SQLite.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// SQLite's read transactions see one moment as they are.
    pub(super) fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// What keeps others from adding keys until the transaction ends; SQLite's writers follow each other anyway.
    pub(super) fn lock_signing_keys(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE"),
        }
    }

    pub(super) fn on_connect(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA foreign_keys = ON",
                "PRAGMA busy_timeout = 5000",
            ],
            Self::Postgres => &[
                "SET statement_timeout = '15s'",
                "SET idle_in_transaction_session_timeout = '30s'",
                // Rolling back where nothing is open, on release, is worth no line in the log.
                "SET client_min_messages = 'error'",
            ],
        }
    }

    pub(super) fn migrator(self) -> Migrator {
        let folder = match self {
            Self::Sqlite => &FOR_SQLITE,
            Self::Postgres => &FOR_POSTGRES,
        };
        let mut migrator = Migrator::with_migrations(folder.files().filter_map(migration).collect());
        // A newer binary may have run already; `min_compatible` says whether that is too new, not the list of migrations.
        migrator.set_ignore_missing(true);
        migrator
    }

    /// Whether a table of this name exists, as a query that gives one row.
    pub(super) fn table_exists(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
            Self::Postgres => {
                "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1"
            }
        }
    }
}

/// A migration of a file that is named by its number and by what it brings, as `0001_people.sql`; any other file is none.
fn migration(file: &'static File<'static>) -> Option<Migration> {
    let (number, brings) = file.path().to_str()?.strip_suffix(".sql")?.split_once('_')?;
    let (number, brings) = (number.parse().ok()?, brings.replace('_', " "));
    let text = file.contents_utf8()?;
    Some(Migration::new(number, brings.into(), MigrationType::Simple, text.into_sql_str(), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_migration_in_the_order_of_its_number() {
        for (dialect, folder) in [(Dialect::Sqlite, &FOR_SQLITE), (Dialect::Postgres, &FOR_POSTGRES)] {
            let numbers: Vec<i64> = dialect.migrator().iter().map(|one| one.version).collect();
            let wanted = i64::try_from(folder.files().count()).unwrap();
            assert_eq!(numbers, (1..=wanted).collect::<Vec<_>>());
        }
        let first = Dialect::Sqlite.migrator().iter().next().unwrap().clone();
        assert_eq!(first.description, "people");
        assert!(first.sql.as_str().contains("CREATE TABLE person"));
    }
}
