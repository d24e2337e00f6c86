//! What the test programs share: a database of each kind, a running service on it, a browser's manners.
//!
//! Each program takes it by `#[path = "../support/mod.rs"] mod support;`. Not every program uses everything.
#![allow(dead_code, unused_imports, unused_macros)]

mod app;
mod browser;
mod clock;
mod crawl;
mod database;
mod entropy;
mod mailbox;
mod nginx;
pub mod port;
pub mod post_office;
pub mod production;
mod raw;
mod recipe;
mod until;
mod webhook;

pub use app::{API_KEY, AppOptions, PAPER_URL, TestApp, WEBHOOK_SECRET, lasting_newsroom, start_sandbox};
pub use browser::{Browser, Card, client as browser_client, location};
pub use clock::TestClock;
pub use crawl::{Crawled, crawl};
pub use database::{DatabaseKind, TestDatabase};
pub use entropy::SeededEntropy;
pub use mailbox::Mail;
pub use nginx::{Nginx, free_ports};
pub use port::free_port;
pub use post_office::PostOffice;
pub use production::{Production, Running};
pub use raw::raw;
pub use recipe::{Shell, recipe};
pub use until::until;
pub use webhook::signature;

/// Makes two tests of each function: `sqlite::name` and `postgres::name`, each with a fresh database. Once a module.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: $type:ty) $body:block)*) => {
        $(async fn $name($db: $type) $body)*

        mod sqlite {
            $($(#[$meta])* #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name($crate::support::TestDatabase::new($crate::support::DatabaseKind::Sqlite).await).await;
            })*
        }

        mod postgres {
            $($(#[$meta])* #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name($crate::support::TestDatabase::new($crate::support::DatabaseKind::Postgres).await).await;
            })*
        }
    };
}
pub(crate) use on_both_databases;
